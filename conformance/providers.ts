import {
  ClientCredentialsProvider,
  CrossAppAccessProvider,
  DpopSession,
  PrivateKeyJwtProvider,
  requestJwtAuthorizationGrant,
} from '@modelcontextprotocol/client'
import { Application } from './application.js'

/** What the suite tells of a scenario, by its environment. */
export type Context = Readonly<Record<string, string>>

/** The provider that a scenario is about: those of the SDK itself, where it is about one of them. */
export function providerFor(scenario: string | undefined, context: Context) {
  const { client_id: clientId = '', client_secret: clientSecret = '', signing_algorithm = 'ES256' } = context
  switch (scenario) {
    case 'auth/client-credentials-basic':
      return new ClientCredentialsProvider({ clientId, clientSecret })
    case 'auth/client-credentials-jwt':
      return new PrivateKeyJwtProvider({
        clientId,
        privateKey: context.private_key_pem ?? '',
        algorithm: signing_algorithm,
      })
    case 'auth/enterprise-managed-authorization':
      return new CrossAppAccessProvider({
        clientId,
        clientSecret,
        assertion: ({ authorizationServerUrl, resourceUrl, scope, fetchFn }) =>
          identityAssertion(context, {
            audience: authorizationServerUrl,
            resource: resourceUrl,
            scope,
            fetchFn,
          }),
      })
    case 'auth/wif-jwt-bearer':
      return new Workload(context.valid_jwt ?? '')
    case 'auth/dpop':
    case 'auth/dpop-nonce':
      return new ApplicationWithDpop()
    default:
      return new Application()
  }
}

type GrantRequest = Parameters<typeof requestJwtAuthorizationGrant>[0]

/** What the identity provider of an enterprise says of its user. */
async function identityAssertion(
  { idp_token_endpoint = '', idp_id_token = '', idp_client_id = '' }: Context,
  request: Pick<GrantRequest, 'audience' | 'resource' | 'scope' | 'fetchFn'>,
): Promise<string> {
  const { jwtAuthGrant } = await requestJwtAuthorizationGrant({
    ...request,
    tokenEndpoint: idp_token_endpoint,
    idToken: idp_id_token,
    clientId: idp_client_id,
  })
  return jwtAuthGrant
}

/** One whose tokens are bound to a key of its own (RFC 9449). */
class ApplicationWithDpop extends Application {
  readonly #session = DpopSession.create()
  dpop() {
    return this.#session
  }
}

/** One without a user, which its platform vouches for (RFC 7523). */
class Workload extends Application {
  readonly #assertion: string
  override readonly redirectUrl: string | undefined = undefined
  override readonly clientMetadata = {
    redirect_uris: [],
    grant_types: [JWT_BEARER],
    token_endpoint_auth_method: 'none',
  }

  constructor(assertion: string) {
    super()
    this.#assertion = assertion
  }

  prepareTokenRequest(scope?: string): URLSearchParams {
    const assertion = this.#assertion
    return new URLSearchParams({ grant_type: JWT_BEARER, assertion, ...(scope && { scope }) })
  }
}

const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer'
