import { seconds } from '../custody.js'
import { failure } from '../http/failure.js'
import { printable } from '../printable.js'
import { withoutSlash } from '../registrar/entry.js'
import type { ClientInformation, ClientMetadata } from '../types.js'
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
  /** Seconds since the epoch until which a refusal may be of the client that was replaced last. */
  let replacedUntil = 0
  /** Whom and where the user was last sent to authorize. */
  let sent: { readonly client: string; readonly issuer: string; readonly isBack: boolean } | undefined
  /** Of the tokens that an SDK has called void. */
  let voidToken: string | undefined

  async function ensure(): Promise<EnsuredForResource> {
    const challenge = challenges.noted()
    const metadata = registrationOf(host)
    current = await registrar.ensureForResource(resource, metadata, { ...options, challenge })
    challenges.settle(challenge)
    if (current.action === 'replace') replacedUntil = seconds() + LONGEST_REQUEST
    return current
  }

  /** Asks the server, where it can be asked, whether it has forgotten a client. */
  async function giveUp({ client }: EnsuredForResource): Promise<boolean> {
    current = undefined
    return registrar.invalidateForResource(resource, client, options)
  }

  return {
    fetch: challenges.fetch,

    // Whatever an SDK is about to do, it begins with this, and asks for the client next.
    discoveryState: async () => discoveryStateOf(await ensure()),

    clientInformation: async () => presented(current ?? (await ensure())),

    async tokens(context) {
      const tokens = await host.tokens(context)
      return tokens?.access_token === voidToken ? undefined : tokens
    },

    async redirectToAuthorization(authorizationUrl) {
      let ensured = current ?? (await ensure())
      // Whoever was sent there before may have seen no more than that the client is unknown.
      const cameToNothing = sent !== undefined && !sent.isBack && sent.client === ensured.client.client_id
      if (cameToNothing && canBeAsked(ensured.client) && (await giveUp(ensured))) {
        ensured = await ensure()
        authorizationUrl.searchParams.set('client_id', ensured.client.client_id)
      }
      const { client, server } = ensured
      sent = { client: client.client_id, issuer: server.issuer, isBack: false }
      await host.saveDiscoveryState?.(discoveryStateOf(ensured))
      await host.redirectToAuthorization(authorizationUrl)
    },

    // An SDK that has a code asks for it, and sends both to the token endpoint next.
    async codeVerifier() {
      const { client, server } = current ?? (await ensure())
      const from = sent?.issuer ?? (await host.discoveryState?.())?.authorizationServerUrl
      if (from !== undefined && withoutSlash(from) !== withoutSlash(server.issuer)) {
        throw isForAnother(from, server.issuer)
      }
      sent = { client: client.client_id, issuer: server.issuer, isBack: true }
      replacedUntil = 0
      return host.codeVerifier()
    },

    async invalidateCredentials(scope) {
      if (scope === 'all' || scope === 'client') {
        const known = current !== undefined
        const refused = current ?? (await ensure())
        // Of several requests that were under way with a forgotten client, the first has had it replaced.
        const isNew = known ? seconds() < replacedUntil : refused.action !== 'none'
        if (!isNew) await giveUp(refused)
      }
      if (host.invalidateCredentials) await host.invalidateCredentials(scope)
      else if (scope === 'all' || scope === 'tokens') voidToken = (await host.tokens())?.access_token
    },
  }
}

/** The metadata of a host that says nothing of grants are completed by what an SDK does by itself: it refreshes tokens. */
function registrationOf({ clientMetadata, redirectUrl }: HostProvider): ClientMetadata {
  const grant_types = ['authorization_code', 'refresh_token']
  return { ...(redirectUrl !== undefined && { grant_types }), ...clientMetadata }
}

function canBeAsked({ registration_client_uri, registration_access_token }: ClientInformation): boolean {
  return registration_client_uri !== undefined && registration_access_token !== undefined
}

function isForAnother(from: string, now: string): Error {
  const [sentTo, current] = [from, now].map((issuer) => printable(issuer, LONGEST_ISSUER))
  const what = `the user was sent to ${sentTo}, and the resource is with ${current} by now: the code is not sent there; send the user to authorize again`
  return failure({ operation: 'codeVerifier' }, 'issuer_mismatch', what)
}
