/** What a challenge of a protected resource tells about how to get in. */
export interface Challenge {
  /** The URL of the resource's metadata (RFC 9728 §5.1). */
  readonly resource_metadata?: string | undefined
  /** The scopes that the request which was refused needs (RFC 6750 §3). */
  readonly scope?: string | undefined
}

const SEPARATORS = /[\t ,]*/y
const SCHEME = /([!#$%&'*+.^`|~\w-]+)(?=[\t ]|,|$)/y
const TOKEN68 = /[\t ]+[\w\-.~+/]+=*(?=[\t ]*(?:,|$))/y
/** Some servers leave out the quotes even of a URL, and some the comma behind a value. */
const PARAMETER = /([!#$%&'*+.^`|~\w-]+)[\t ]*=[\t ]*(?:"([^"\\]*(?:\\.[^"\\]*)*)"|([^\s",]+))(?=[\t ,]|$)/y

/** Characters of a header that are read: what Node takes of all headers together. */
const LONGEST_HEADER = 16 * 1024

/**
 * The first challenge of the scheme Bearer in a `WWW-Authenticate` header, which may hold several challenges.
 * Of a parameter that stands there twice the first counts; of a header that follows no grammar, what stood
 * before that.
 *
 * @see RFC 9110 §11.6.1
 */
export function bearerChallenge(header: string): Challenge | undefined {
  const scanner = new Scanner(header.slice(0, LONGEST_HEADER))
  let parameters: Map<string, string> | undefined
  for (;;) {
    scanner.take(SEPARATORS)
    const parameter = scanner.take(PARAMETER)
    if (parameter) {
      const [, name = '', quoted, plain = ''] = parameter
      const known = name.toLowerCase()
      if (parameters && !parameters.has(known)) {
        parameters.set(known, quoted?.replace(/\\(.)/g, '$1') ?? plain)
      }
      continue
    }
    // The next challenge begins, or nothing that can be read.
    if (parameters) break
    const [, scheme = ''] = scanner.take(SCHEME) ?? []
    if (scheme === '') return undefined
    if (scheme.toLowerCase() === 'bearer') parameters = new Map()
    else scanner.take(TOKEN68)
  }
  return { resource_metadata: parameters.get('resource_metadata'), scope: parameters.get('scope') }
}

/** Reads a text from its beginning, one expression after the other. */
class Scanner {
  #position = 0
  constructor(readonly text: string) {}

  take(expression: RegExp): RegExpExecArray | null {
    expression.lastIndex = this.#position
    const found = expression.exec(this.text)
    if (found) this.#position = expression.lastIndex
    return found
  }
}
