import { type Answer, jsonAnswer } from './answer.js'

interface RefusalOptions {
  /** The scheme of the `WWW-Authenticate` challenge. Default: no challenge. */
  readonly scheme?: 'Bearer' | 'Basic'
  /** RFC 6750 section 3.1: where nothing was presented, the challenge says no error. */
  readonly bare?: boolean
  readonly scope?: string
  /** The member of the metadata that is at fault. */
  readonly member?: string
}

/** An OAuth error on its way to the wire: thrown wherever a request is judged, answered in one place. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly status: number
  readonly error: string
  readonly options: RefusalOptions

  constructor(status: number, error: string, description: string, options: RefusalOptions = {}) {
    super(description)
    this.status = status
    this.error = error
    this.options = options
  }
}

/** A refusal that is no OAuth error: it has no body, or one of its own. */
export class ReadyRefusal extends Error {
  override readonly name = 'ReadyRefusal'
  readonly answer: Answer

  constructor(answer: Answer) {
    super(`answered with ${answer.status}`)
    this.answer = answer
  }
}

export function invalidRequest(description: string): Refusal {
  return new Refusal(400, 'invalid_request', description)
}

export function invalidToken(): Refusal {
  return new Refusal(401, 'invalid_token', 'invalid token provided', { scheme: 'Bearer' })
}

export function noToken(scheme: 'Bearer' | 'Basic'): Refusal {
  return new Refusal(401, 'invalid_token', 'no access token provided', { scheme, bare: true })
}

/** The reason stays untold, as oidc-provider has it: a client cannot tell an unknown client from a wrong secret. */
export function invalidClient(challenge: boolean): Refusal {
  const options: RefusalOptions = challenge ? { scheme: 'Basic' } : {}
  return new Refusal(401, 'invalid_client', 'client authentication failed', options)
}

export function invalidMetadata(description: string): Refusal {
  const error = description.startsWith('redirect_uris') ? 'invalid_redirect_uri' : 'invalid_client_metadata'
  return new Refusal(400, error, description)
}

export function refusalAnswer(refusal: Refusal, realm: string): Answer {
  const { status, error, message: error_description, options } = refusal
  const { scheme, bare, scope } = options
  const answer = jsonAnswer(status, { error, error_description, ...(scope !== undefined && { scope }) })
  if (!scheme) return answer
  const parameters = bare ? { realm } : { realm, error, error_description, ...(scope && { scope }) }
  return { ...answer, headers: { ...answer.headers, 'www-authenticate': challenge(scheme, parameters) } }
}

function challenge(scheme: string, parameters: Record<string, string>): string {
  const quoted = Object.entries(parameters).map(
    ([name, value]) => `${name}="${value.replace(/[\\"]/g, '\\$&')}"`,
  )
  return `${scheme} ${quoted.join(', ')}`
}
