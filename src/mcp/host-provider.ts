import type { TransportFetch } from './challenge-noting.js'

/** @inline */
type Awaitable<T> = T | Promise<T>

/** An authorization server as the SDKs name it in what they keep of a discovery. @inline */
interface KnownServer {
  readonly authorizationServerUrl: string
}

/**
 * What is asked of the application's own provider: the part of `OAuthClientProvider` of the MCP TypeScript SDKs, version 1 and
 * version 2, that stays its own. All other members are passed on as they are.
 */
export interface HostProvider {
  readonly redirectUrl: string | URL | undefined
  readonly clientMetadata: object
  readonly clientMetadataUrl?: string | undefined
  tokens(context?: { issuer: string }): Awaitable<{ access_token: string } | null | undefined>
  codeVerifier(): Awaitable<string>
  redirectToAuthorization(authorizationUrl: URL): Awaitable<void>
  invalidateCredentials?(scope: CredentialScope): Awaitable<void>
  saveDiscoveryState?(state: DiscoveryState): Awaitable<void>
  discoveryState?(): Awaitable<KnownServer | null | undefined>
}

/** What an SDK takes for void. */
export type CredentialScope = 'all' | 'client' | 'tokens' | 'verifier' | 'discovery'

/** What an SDK may know instead of asking for it. A type, as an interface would fit no type with an index signature. */
export type DiscoveryState = {
  authorizationServerUrl: string
  authorizationServerMetadata: {
    issuer: string
    authorization_endpoint: string
    token_endpoint: string
    response_types_supported: string[]
  }
  resourceMetadata: {
    resource: string
    authorization_servers: string[]
    scopes_supported?: string[]
  }
}

/** A client as an SDK needs it: without the token that manages it. */
export type PresentedClient = {
  client_id: string
  client_secret?: string
  client_id_issued_at?: number
  client_secret_expires_at?: number
  token_endpoint_auth_method?: string
  /** The authorization server that it is for: presented to no other. */
  issuer: string
}

/** The members that are replaced. */
export interface RegistrarMembers {
  /** The client of the `McpRegistrar`. */
  clientInformation(): Promise<PresentedClient>
  /** What the `McpRegistrar` knows of the resource and its server. */
  discoveryState(): Promise<DiscoveryState>
  /**
   * Says that credentials are void. With `client` or `all` the server is asked, where it can be, whether it knows the client. An SDK
   * calls it after `invalid_client` at the token endpoint; call it yourself where the authorization endpoint refuses the client.
   */
  invalidateCredentials(scope: CredentialScope): Promise<void>
  /** Give it to the transport as its `fetch`: it notes the challenges of the resource, and changes nothing. */
  readonly fetch: TransportFetch
}

/** The members that are taken away, so that an SDK neither registers nor discovers by itself. */
export interface HiddenMembers {
  saveClientInformation?: never
  clientMetadataUrl?: never
  saveDiscoveryState?: never
}

/** The members that pass through us, and are asynchronous for it whatever they were. */
export interface PassedMembers<Provider extends HostProvider> {
  tokens(
    ...given: Parameters<Provider['tokens']>
  ): Promise<Awaited<ReturnType<Provider['tokens']>> | undefined>
  codeVerifier(): Promise<string>
  redirectToAuthorization(authorizationUrl: URL): Promise<void>
}

/** The application's own provider, with the client of an `McpRegistrar`. */
export type WithRegistrar<Provider extends HostProvider> = Omit<
  Provider,
  keyof RegistrarMembers | keyof HiddenMembers | keyof PassedMembers<HostProvider>
> &
  RegistrarMembers &
  HiddenMembers &
  PassedMembers<Provider>
