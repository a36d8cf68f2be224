import type {
  OAuthClientMetadata,
  OAuthClientProvider,
  StoredOAuthTokens,
} from '@modelcontextprotocol/client'

/** Nothing listens there: the application follows the redirects itself. */
const REDIRECT_URL = 'http://localhost:3000/callback'

/** What the suite serves where a client ID metadata document is wanted. */
const CLIENT_METADATA_URL = 'https://conformance-test.local/client-metadata.json'

/** An application whose user agrees at once to whatever an authorization server asks. */
export class Application implements OAuthClientProvider {
  readonly redirectUrl: string | undefined = REDIRECT_URL
  readonly clientMetadataUrl = CLIENT_METADATA_URL
  readonly clientMetadata: OAuthClientMetadata = {
    client_name: 'dcr-client',
    redirect_uris: [REDIRECT_URL],
    grant_types: ['authorization_code', 'refresh_token'],
  }
  #tokens: StoredOAuthTokens | undefined
  #verifier = ''
  #callback: URLSearchParams | undefined

  /** What the user has brought back since it was last asked for. */
  takeCallback(): URLSearchParams | undefined {
    const callback = this.#callback
    this.#callback = undefined
    return callback
  }

  tokens(): StoredOAuthTokens | undefined {
    return this.#tokens
  }
  saveTokens(tokens: StoredOAuthTokens): void {
    this.#tokens = tokens
  }
  codeVerifier(): string {
    return this.#verifier
  }
  saveCodeVerifier(verifier: string): void {
    this.#verifier = verifier
  }
  clientInformation(): undefined {
    return undefined
  }

  async redirectToAuthorization(url: URL): Promise<void> {
    const response = await fetch(url, { redirect: 'manual' })
    const location = response.headers.get('location')
    if (!location)
      throw new Error(`the authorization endpoint answered ${response.status}: ${await response.text()}`)
    this.#callback = new URL(location).searchParams
  }
}
