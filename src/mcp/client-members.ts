import { seconds } from '../custody/custody.js'
import { failure } from '../http/failure.js'
import { parse } from '../http/url.js'
import { printable } from '../printable.js'
import { isSameIssuer } from '../registrar/entry.js'
import type { AuthorizationServerMetadata, ClientInformation, ClientMetadata } from '../types.js'
import { challengeNoting, type TransportFetch } from './challenge-noting.js'
import type { HostProvider, PassedMembers, RegistrarMembers } from './host-provider.js'
import type { EnsuredForResource } from './identification.js'
import type { McpRegistrar } from './mcp-registrar.js'
import type { ResourceOptions } from './options.js'
import { discoveryStateOf, presented } from './presented.js'

/** Options of {@link withRegistrar}: those of each of its calls for a client, and one for the transport. */
export interface WithRegistrarOptions extends Omit<ResourceOptions, 'challenge' | 'signal'> {
  /** What the `fetch` of the wrapped provider sends with. Default: the global one. */
  transportFetch?: TransportFetch | undefined
}

/** Seconds that an SDK waits for an answer. */
const LONGEST_REQUEST = 60

/** Characters of an issuer that are told. */
const LONGEST_ISSUER = 256

/** The members of a provider that are ours, with what they remember between two calls of an SDK. */
export function clientMembers(
  host: HostProvider,
  registrar: McpRegistrar,
  resource: string | URL,
  { transportFetch, ...given }: WithRegistrarOptions,
): RegistrarMembers & PassedMembers<HostProvider> {
  const options: ResourceOptions = { clientIdMetadataDocument: host.clientMetadataUrl, ...given }
  const challenges = challengeNoting(resource, transportFetch)
  let current: EnsuredForResource | undefined
  /** A client that may be in use no more: it is asked for again. */
  let doubted: string | undefined
  /** Seconds since the epoch until which a refusal may be of the client that was in use before. */
  let changedUntil = 0
  /** Whom and where the user was last sent to authorize. */
  let sent: { readonly client: string; readonly issuer: string; readonly isBack: boolean } | undefined
  /** Of the tokens that an SDK has called void. */
  let voidToken: string | undefined

  async function ensure(): Promise<EnsuredForResource> {
    const challenge = challenges.noted()
    const metadata = registrationOf(host)
    const ensured = await registrar.ensureForResource(resource, metadata, { ...options, challenge })
    challenges.settle(challenge)
    const isAnother = current && current.client.client_id !== ensured.client.client_id
    if (isAnother) changedUntil = seconds() + LONGEST_REQUEST
    current = ensured
    return ensured
  }

  async function inUse(): Promise<EnsuredForResource> {
    return current && current.client.client_id !== doubted ? current : ensure()
  }

  /** Asks the server, where it can be asked, whether it has forgotten a client. */
  async function isForgotten({ client }: EnsuredForResource): Promise<boolean> {
    doubted = client.client_id
    return registrar.invalidateForResource(resource, client, options)
  }

  /** Where the user was last sent, as far as anybody remembers. */
  async function issuerOfCode(): Promise<string | undefined> {
    return sent?.issuer ?? (await host.discoveryState?.())?.authorizationServerUrl
  }

  return {
    fetch: challenges.fetch,

    // Whatever an SDK is about to do, it begins with this, and asks for the client next.
    discoveryState: async () => discoveryStateOf(await ensure()),

    clientInformation: async () => presented(await inUse()),

    async tokens(context) {
      const tokens = await host.tokens(context)
      if (!tokens || tokens.access_token === voidToken) return undefined
      const from = await issuerOfCode()
      if (from === undefined || !current || isSameIssuer(from, current.server.issuer)) return tokens
      // The resource has moved: what refreshes them is for the server that gave them.
      return { ...tokens, refresh_token: undefined }
    },

    async redirectToAuthorization(authorizationUrl) {
      // It may have been replaced since the SDK asked for it.
      let ensured = await inUse()
      // Whoever was sent there before may have seen no more than that the client is unknown.
      const cameToNothing = sent !== undefined && !sent.isBack && sent.client === ensured.client.client_id
      if (cameToNothing && canBeAsked(ensured.client) && (await isForgotten(ensured)))
        ensured = await ensure()
      const { client, server } = ensured
      // The resource may have named another server since the SDK made the URL, which has the code sent to that other one.
      if (!isAuthorizationEndpoint(authorizationUrl, server))
        throw isForAnother('redirectToAuthorization', authorizationUrl.origin, server.issuer)
      authorizationUrl.searchParams.set('client_id', client.client_id)
      sent = { client: client.client_id, issuer: server.issuer, isBack: false }
      await host.saveDiscoveryState?.(discoveryStateOf(ensured))
      await host.redirectToAuthorization(authorizationUrl)
    },

    // An SDK that has a code asks for it, and sends both to the token endpoint next.
    async codeVerifier() {
      const { client, server } = await inUse()
      const from = await issuerOfCode()
      if (from !== undefined && !isSameIssuer(from, server.issuer)) {
        throw isForAnother('codeVerifier', from, server.issuer)
      }
      sent = { client: client.client_id, issuer: server.issuer, isBack: true }
      changedUntil = 0
      return host.codeVerifier()
    },

    async invalidateCredentials(scope) {
      if (scope === 'all' || scope === 'client') {
        const isFirst = current === undefined
        const refused = current ?? (await ensure())
        // Of several requests that were under way with a forgotten client, the first has had it replaced.
        const isAnother = isFirst ? refused.action !== 'none' : seconds() < changedUntil
        if (!isAnother) await isForgotten(refused)
      }
      if (host.invalidateCredentials) await host.invalidateCredentials(scope)
      else if (scope === 'all' || scope === 'tokens') voidToken = (await host.tokens())?.access_token
    },
  }
}

/** What a host says nothing of is completed by what an SDK does by itself: it refreshes tokens. */
function registrationOf(host: HostProvider): ClientMetadata {
  const metadata: ClientMetadata = host.clientMetadata
  const grants = host.redirectUrl === undefined ? undefined : ['authorization_code', 'refresh_token']
  const grant_types = metadata.grant_types ?? grants
  return { ...metadata, ...(grant_types && { grant_types }) }
}

function isAuthorizationEndpoint(url: URL, server: AuthorizationServerMetadata): boolean {
  const endpoint = parse(`${server.authorization_endpoint}`)
  return endpoint?.origin === url.origin && endpoint.pathname === url.pathname
}

function canBeAsked({ registration_client_uri, registration_access_token }: ClientInformation): boolean {
  return registration_client_uri !== undefined && registration_access_token !== undefined
}

function isForAnother(operation: string, from: string, now: string): Error {
  const [sentTo, current] = [from, now].map((issuer) => printable(issuer, LONGEST_ISSUER))
  const what = `the user was sent to ${sentTo}, and the resource is with ${current} by now: the code is not sent there; send the user to authorize again`
  return failure({ operation }, 'issuer_mismatch', what)
}
