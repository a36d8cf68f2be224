import type { McpRegistrar } from '../../src/mcp/mcp-registrar.js'
import { type WithRegistrarOptions, withRegistrar } from '../../src/mcp/oauth-client-provider.js'

/** Where the user comes back to; nothing listens there. */
export const REDIRECT_URI = 'https://app.example.com/callback'

interface Tokens {
  access_token: string
  token_type: string
  refresh_token?: string
}

/** A provider as an application writes one, for both lines of the SDK: it keeps its tokens, and shows nobody how. */
export class ApplicationProvider {
  #tokens: Tokens | undefined
  #verifier = ''
  /** Where the user was sent, in order. */
  readonly sentTo: URL[] = []
  readonly redirectUrl = REDIRECT_URI
  readonly clientMetadata = { redirect_uris: [REDIRECT_URI], client_name: 'An agent' }

  // What follows is the SDK's business with a client of its own, and never asked.
  clientInformation(): undefined {
    throw new Error('the application has no client of its own')
  }
  saveClientInformation(): void {
    throw new Error('the SDK has registered a client by itself')
  }

  tokens(): Tokens | undefined {
    return this.#tokens
  }
  saveTokens(tokens: Tokens): void {
    this.#tokens = tokens
  }
  codeVerifier(): string {
    return this.#verifier
  }
  saveCodeVerifier(verifier: string): void {
    this.#verifier = verifier
  }
  redirectToAuthorization(url: URL): void {
    this.sentTo.push(url)
  }
}

/** A user of an application at an MCP server, as the transports of the SDK take one. */
export function signIn(
  registrar: McpRegistrar,
  resource: URL,
  {
    host = new ApplicationProvider(),
    ...options
  }: WithRegistrarOptions & { host?: ApplicationProvider } = {},
) {
  const authProvider = withRegistrar(host, registrar, resource, options)
  return { host, authProvider, fetch: authProvider.fetch }
}

export type SignedIn = ReturnType<typeof signIn>
