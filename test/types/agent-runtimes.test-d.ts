/*
 * The drop-in against the module it stands in for: the types and signatures that agent-runtimes documents, written
 * down member by member, are held against ours.
 */
import type * as ours from '../../src/agent-runtimes/index.js'

declare function takes<Wanted>(value: Wanted): void
declare function given<T>(): T

interface AuthorizationServerMetadata {
  issuer: string
  authorization_endpoint: string
  token_endpoint: string
  registration_endpoint?: string
  revocation_endpoint?: string
  userinfo_endpoint?: string
  jwks_uri?: string
  response_types_supported: string[]
  grant_types_supported?: string[]
  scopes_supported?: string[]
  token_endpoint_auth_methods_supported?: string[]
  code_challenge_methods_supported?: string[]
  [key: string]: unknown
}

interface ClientRegistrationRequest {
  redirect_uris: string[]
  token_endpoint_auth_method?: 'none' | 'client_secret_basic' | 'client_secret_post' | 'private_key_jwt'
  grant_types?: string[]
  response_types?: string[]
  client_name?: string
  client_uri?: string
  logo_uri?: string
  scope?: string
  contacts?: string[]
  tos_uri?: string
  policy_uri?: string
  jwks_uri?: string
  jwks?: { keys: unknown[] }
  software_id?: string
  software_version?: string
  software_statement?: string
  [key: string]: unknown
}

interface ClientRegistrationResponse {
  client_id: string
  client_secret?: string
  client_id_issued_at?: number
  client_secret_expires_at?: number
  registration_access_token?: string
  registration_client_uri?: string
  redirect_uris: string[]
  token_endpoint_auth_method?: string
  grant_types?: string[]
  response_types?: string[]
  client_name?: string
  client_uri?: string
  logo_uri?: string
  scope?: string
  contacts?: string[]
  tos_uri?: string
  policy_uri?: string
  jwks_uri?: string
  jwks?: { keys: unknown[] }
  software_id?: string
  software_version?: string
}

interface ClientRegistrationError {
  error: string
  error_description?: string
}

interface DynamicClient {
  issuer: string
  clientId: string
  clientSecret?: string
  clientSecretExpiresAt?: number
  registrationAccessToken?: string
  registrationClientUri?: string
  registeredAt: number
  redirectUris: string[]
  scopes: string[]
  serverMetadata: AuthorizationServerMetadata
}

interface ProviderConfig {
  provider: string
  displayName: string
  clientId: string
  authorizationUrl: string
  tokenUrl: string
  userInfoUrl?: string
  revocationUrl?: string
  defaultScopes: string[]
  redirectUri: string
}

interface DocumentedModule {
  discoverAuthorizationServer(issuerUrl: string): Promise<AuthorizationServerMetadata | null>
  supportsDCR(metadata: AuthorizationServerMetadata): boolean
  registerClient(
    registrationEndpoint: string,
    request: ClientRegistrationRequest,
    accessToken?: string,
  ): Promise<ClientRegistrationResponse>
  updateClientRegistration(
    registrationClientUri: string,
    registrationAccessToken: string,
    updates: Partial<ClientRegistrationRequest>,
  ): Promise<ClientRegistrationResponse>
  deleteClientRegistration(registrationClientUri: string, registrationAccessToken: string): Promise<void>
  getOrCreateDynamicClient(
    issuerUrl: string,
    options: {
      clientName?: string
      redirectUris: string[]
      scopes?: string[]
      forceNew?: boolean
      initialAccessToken?: string
    },
  ): Promise<DynamicClient>
  loadDynamicClient(issuer: string): DynamicClient | null
  saveDynamicClient(client: DynamicClient): void
  removeDynamicClient(issuer: string): void
  getAllDynamicClients(): DynamicClient[]
  clearAllDynamicClients(): void
  dynamicClientToProviderConfig(client: DynamicClient, displayName?: string): ProviderConfig
}

// All twelve functions, in one go; and what is passed to them and comes back, member by member.
takes<DocumentedModule>(given<typeof ours>())

/** Every member of one is there in the other with the very same type. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
/** The members that have a name, without those that stand for any other. */
type Named<T> = { [member in keyof T as string extends member ? never : member]: T[member] }
declare function agree<_T extends true>(): void

agree<Same<Named<ours.AuthorizationServerMetadata>, Named<AuthorizationServerMetadata>>>()
agree<Same<Named<ours.ClientRegistrationRequest>, Named<ClientRegistrationRequest>>>()
agree<Same<Named<ours.ClientRegistrationResponse>, Named<ClientRegistrationResponse>>>()
agree<
  Same<
    Omit<Pick<ours.DynamicClient, keyof DynamicClient>, 'serverMetadata'>,
    Omit<DynamicClient, 'serverMetadata'>
  >
>()

// What a program has typed by the documented types goes in, and what comes out goes on.
takes<ours.AuthorizationServerMetadata>(given<AuthorizationServerMetadata>())
takes<AuthorizationServerMetadata>(given<ours.AuthorizationServerMetadata>())
takes<ours.ClientRegistrationRequest>(given<ClientRegistrationRequest>())
takes<ClientRegistrationRequest>(given<ours.ClientRegistrationRequest>())
takes<ours.ClientRegistrationError>(given<ClientRegistrationError>())
takes<ClientRegistrationError>(given<ours.ClientRegistrationError>())
takes<ours.DynamicClient>(given<DynamicClient>())
takes<DynamicClient>(given<ours.DynamicClient>())
takes<ClientRegistrationResponse>(given<ours.ClientRegistrationResponse>())
// Ours shows the members of a server's own, which theirs does not promise.
// @ts-expect-error
takes<ours.ClientRegistrationResponse>(given<ClientRegistrationResponse>())
takes<unknown>(given<ours.ClientRegistrationResponse>().some_member_of_the_server)

// A function can be passed to map, as before.
void Promise.all(['https://as.example.com'].map(given<typeof ours.discoverAuthorizationServer>()))
void ['https://as.example.com'].map(given<typeof ours.loadDynamicClient>())

// Web Storage is a storage; one that answers by promises is not.
takes<ours.DynamicClientStorage>(given<Storage>())
takes<ours.DynamicClientStorage>(given<Map<string, string> & Storage>())
// @ts-expect-error
takes<ours.DynamicClientStorage>({ getItem: async () => null, setItem() {}, removeItem() {} })

// And the check can fail.
// @ts-expect-error
takes<DocumentedModule>(given<Omit<typeof ours, 'supportsDCR'>>())
// @ts-expect-error
agree<Same<Named<ours.ClientRegistrationRequest>, Named<ClientRegistrationRequest> & { more?: string }>>()
// @ts-expect-error
agree<Same<Named<ours.ClientRegistrationRequest>, Omit<Named<ClientRegistrationRequest>, 'scope'>>>()
