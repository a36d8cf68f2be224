import type { Call } from './http/call.js'
import { failure } from './http/failure.js'
import { parse } from './http/url.js'
import { isRecord } from './json.js'
import type { Provider } from './providers/provider.js'
import type { AuthorizationServerMetadata } from './types.js'

const SCHEME = /^[\w!#$%&'*+.^`|~-]+$/

/** The server as its provider has it; refused if the two do not belong together. */
export function fitted(
  server: AuthorizationServerMetadata,
  provider: Provider | undefined,
  call: Call,
): AuthorizationServerMetadata {
  if (provider === undefined) return server
  const refuse = (what: string) => failure(call, 'invalid_argument', `options.provider ${what}`)
  if (!isRecord(provider) || typeof provider.name !== 'string' || provider.name === '') {
    throw refuse('must be one of dcr-client/providers, or an object of your own with a name')
  }
  const { name, scheme = 'Bearer', endpointPath, registrationEndpoint } = provider as Provider
  if (!SCHEME.test(scheme)) throw refuse('has a scheme that cannot stand in an Authorization header')
  let endpoint = server.registration_endpoint
  if (registrationEndpoint) {
    try {
      endpoint = registrationEndpoint(server)
    } catch {
      throw refuse(`${name} could not tell the registration endpoint of ${server.issuer}`)
    }
  }
  const path = parse(endpoint ?? '')?.pathname
  if (endpointPath && path !== undefined && !endpointPath.test(path)) {
    const what = `the provider ${name} is for registration endpoints whose path matches ${endpointPath}`
    throw failure(call, 'provider_mismatch', `${what}, and that of this server is ${path}`)
  }
  return { ...server, ...(endpoint && { registration_endpoint: endpoint }) }
}
