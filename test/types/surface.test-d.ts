/* What compiles, and what must not: a slip in a member's name costs a registration. */
import {
  type AuthorizationServerMetadata,
  type ClientInformation,
  type ClientMetadata,
  clientSecretPost,
  DcrClient,
  type DcrError,
  type ErrorCode,
  OAuthError,
  registrationToken,
} from '../../src/index.js'

declare const server: AuthorizationServerMetadata
declare const client: ClientInformation
declare function is<T>(value: T): void

const dcr = new DcrClient(server)

// Every member is optional, names of the registries are completed, other strings are taken.
const metadata: ClientMetadata = {
  redirect_uris: ['https://app.example.com/cb'],
  grant_types: ['authorization_code', 'urn:example:grant'],
  token_endpoint_auth_method: 'private_key_jwt',
  'client_name#ja-Jpan-JP': 'アプリ',
  'tos_uri#de': 'https://app.example.com/agb',
  default_max_age: 3600,
  dpop_bound_access_tokens: true,
  authorization_details_types: ['payment'],
}
void dcr.register(metadata)

// @ts-expect-error a member that does not exist
void dcr.register({ redirect_uri: ['https://app.example.com/cb'] })
// @ts-expect-error a string where a list belongs
void dcr.register({ redirect_uris: 'https://app.example.com/cb' })
// @ts-expect-error null is for updates
void dcr.register({ client_name: null })
// @ts-expect-error no language variants of this member
void dcr.register({ 'scope#de': 'openid' })
// @ts-expect-error the identifier is the server's to give
void dcr.register({ client_id: 'c' })
// @ts-expect-error the private part of a key
void dcr.register({ jwks: { keys: [{ kty: 'OKP', d: 'private' }] } })

// A key as WebCrypto exports it.
declare const exported: JsonWebKey
void dcr.register({ jwks: { keys: [exported] } })

// An update may remove; it may not touch what is the server's.
void dcr.update(client, { client_name: null, contacts: ['a@example.com'] })
// @ts-expect-error the secret is the server's to give
void dcr.update(client, { client_secret: 's' })

// What comes back is typed, and open.
is<string>(client.client_id)
is<string | undefined>(client.client_secret)
is<string[] | undefined>(client.redirect_uris)
is<unknown>(client.some_extension)
is<string | undefined>(client['client_name#fr'])

// Members of one's own server, in and out.
interface Bank {
  software_roles: string[]
  organisation_id?: string
}
const bank = new DcrClient<Bank>(server)
void bank.register({ software_roles: ['DATA'], client_name: 'App' })
// @ts-expect-error a member the bank requires
void bank.register({ client_name: 'App' })
void bank
  .register({ software_roles: ['DATA'] })
  .then((registered) => is<string[] | undefined>(registered.software_roles))
void bank.update(client, { organisation_id: null })

// Tokens come from a string, a function, or a source.
new DcrClient(server, { initialAccessToken: 'token' })
new DcrClient(server, { initialAccessToken: () => 'token' })
new DcrClient(server, { initialAccessToken: async () => 'token' })
new DcrClient(server, {
  initialAccessToken: registrationToken(server, clientSecretPost({ client_id: 'c', client_secret: 's' })),
})
// @ts-expect-error no such way
new DcrClient(server, { manageWith: 'magic' })
new DcrClient(server, { fetch })

// A switch over the codes can be exhaustive, and a refusal has its status.
declare const error: DcrError
is<ErrorCode>(error.code)
if (error instanceof OAuthError) is<number>(error.status)
// @ts-expect-error no such code
error.code === 'nonsense'
// @ts-expect-error an error is not for writing
error.code = 'timeout'
