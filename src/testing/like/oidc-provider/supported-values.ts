import { invalidMetadata } from '../../refusal.js'

type Metadata = Readonly<Record<string, unknown>>

/** Which member of the server's metadata bounds which member of a client's. */
const SUPPORTED: Readonly<Record<string, string>> = {
  default_acr_values: 'acr_values_supported',
  grant_types: 'grant_types_supported',
  id_token_signed_response_alg: 'id_token_signing_alg_values_supported',
  response_types: 'response_types_supported',
  subject_type: 'subject_types_supported',
  token_endpoint_auth_method: 'token_endpoint_auth_methods_supported',
}

const EITHER = new Intl.ListFormat('en', { type: 'disjunction' })

/** A list that the server's metadata does not have bounds nothing. */
export function checkSupported(metadata: Metadata, server: Metadata): void {
  checkAmong('application_type', metadata.application_type, ['native', 'web'])
  for (const [name, bound] of Object.entries(SUPPORTED)) {
    const supported = server[bound]
    if (metadata[name] === undefined || !Array.isArray(supported)) continue
    checkAmong(
      name,
      metadata[name],
      name === 'response_types' ? supported.map(normalizeResponseType) : supported,
    )
  }
  const { token_endpoint_auth_signing_alg: alg, token_endpoint_auth_method: method } = metadata
  if (alg === undefined) return
  const supported = server.token_endpoint_auth_signing_alg_values_supported
  const fitting = (Array.isArray(supported) ? supported : [alg]).filter((value) =>
    String(value).startsWith('HS') ? method === 'client_secret_jwt' : method === 'private_key_jwt',
  )
  checkAmong('token_endpoint_auth_signing_alg', alg, fitting)
}

function checkAmong(name: string, value: unknown, supported: readonly unknown[]): void {
  if ([value].flat().every((one) => supported.includes(one))) return
  if (supported.length === 0) throw invalidMetadata(`${name} must not be provided (no values are allowed)`)
  const list = EITHER.format(supported.map((one) => `'${one}'`))
  throw invalidMetadata(`${name} ${Array.isArray(value) ? 'can only contain' : 'must be'} ${list}`)
}

/** Returns each scope once. */
export function checkScope(scope: unknown, server: Metadata): string | undefined {
  if (typeof scope !== 'string') return undefined
  const scopes = [...new Set(scope.split(' '))]
  const supported = server.scopes_supported
  if (Array.isArray(supported) && !scopes.every((value) => supported.includes(value))) {
    throw invalidMetadata('scope must only contain Authorization Server supported scope values')
  }
  return scopes.join(' ')
}

/** Response types are sets: `id_token code` is `code id_token`. */
export function normalizeResponseType(responseType: string): string {
  return [...new Set(responseType.split(' '))].sort().join(' ')
}
