import { type ClientAuthentication, privateKeyJwt } from '../authentication/client-authentication.js'
import { bySecret, KEY_METHOD } from '../authentication/methods.js'
import { registrationToken } from '../authentication/token.js'
import { discover } from '../discovery.js'
import type { RequestOptions } from '../http/options.js'
import type { TokenSource } from '../http/request.js'
import type { EntryOptions } from '../registrar/options.js'
import type { AuthorizationServerMetadata } from '../types.js'
import type { ManifestServer, ManifestToken } from './manifest.js'
import { signingKeyIn } from './signing-key.js'

/** A server during one call: asked for its metadata once, and for a token when one is needed. */
export class OpenedServer {
  readonly server: ManifestServer
  readonly #options: RequestOptions
  readonly #signal: AbortSignal
  readonly #source: TokenSource | undefined
  #found: Promise<AuthorizationServerMetadata> | undefined
  #tokens: Promise<TokenSource> | undefined

  /** @param signal - Ends what asks for metadata and tokens. */
  constructor(server: ManifestServer, options: RequestOptions, signal: AbortSignal) {
    this.server = server
    this.#options = options
    this.#signal = signal
    this.#source = this.#tokenSource(server)
  }

  /** How clients are registered and managed here. */
  get credentials(): EntryOptions {
    const { provider, manageWith } = this.server
    return { provider, manageWith, initialAccessToken: this.#source }
  }

  /** The metadata of the server. What failed is asked for again with the next call. */
  metadata(): Promise<AuthorizationServerMetadata> {
    const { issuer, endpoints } = this.server
    if (endpoints) return Promise.resolve({ issuer, ...endpoints })
    this.#found ??= discover(issuer, { ...this.#options, signal: this.#signal }).catch((error) => {
      this.#found = undefined
      throw error
    })
    return this.#found
  }

  #tokenSource({ initialAccessToken, token }: ManifestServer): TokenSource | undefined {
    // Read each time, as a file may hold a newer one.
    if (initialAccessToken) return () => initialAccessToken.read()
    if (!token) return undefined
    return async (told) => {
      this.#tokens ??= this.#asking(token).catch((error) => {
        this.#tokens = undefined
        throw error
      })
      return (await this.#tokens)(told)
    }
  }

  async #asking({ scope, singleUse, ...token }: ManifestToken): Promise<TokenSource> {
    const server = await this.metadata()
    return registrationToken(server, await proofOf(token), {
      ...this.#options,
      signal: this.#signal,
      scope,
      singleUse,
    })
  }
}

/** How the client that asks for tokens proves itself. */
async function proofOf({
  clientId: client_id,
  clientKey,
  clientSecret,
  method,
}: Pick<ManifestToken, 'clientId' | 'clientKey' | 'clientSecret' | 'method'>): Promise<ClientAuthentication> {
  if (method === KEY_METHOD)
    return privateKeyJwt({ client_id }, await signingKeyIn((await clientKey?.read()) ?? ''))
  return bySecret(method, { client_id, client_secret: (await clientSecret?.read()) ?? '' })
}
