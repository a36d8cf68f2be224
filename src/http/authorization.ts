/** Visible ASCII; longer than any token in use, short enough for every server's header limit. */
const TOKEN = /^[\x21-\x7e]{1,8192}$/

/** Whether a token can stand in an `Authorization` header without forging another one. */
export function isToken(value: unknown): value is string {
  return typeof value === 'string' && TOKEN.test(value)
}

/** What an `Authorization` header shows of a secret: its credentials, and the password in those of `Basic`. */
export function credentialsIn(authorization: string): string[] {
  const [scheme = '', credentials = ''] = authorization.split(' ')
  if (scheme.toLowerCase() !== 'basic') return [credentials]
  try {
    const bytes = Uint8Array.from(atob(credentials), (character) => character.charCodeAt(0))
    const [, password = ''] = /^[^:]*:(.*)$/s.exec(new TextDecoder().decode(bytes)) ?? []
    return [credentials, password]
  } catch {
    return [credentials]
  }
}
