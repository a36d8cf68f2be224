import { inspect } from 'node:util'
import { expect } from 'vitest'
import {
  type AuthorizationServerMetadata,
  type ClientAuthentication,
  clientSecretBasic,
  DcrClient,
  type DcrClientOptions,
  type DcrError,
  discover,
  type OAuthError,
  registrationToken,
  requestToken,
  type TokenResponse,
} from '../../src/index.js'
import { registrar } from '../servers/oidc-provider.js'
import type { Server, Subject } from './set-up.js'

/** One running server, a client for it, and all that went between the two. */
export class Connection {
  readonly setUp: Server
  subject!: Subject
  server!: AuthorizationServerMetadata
  /** May register. */
  dcr!: DcrClient
  /** How many requests were sent. */
  requests = 0
  readonly #credentials = new Set<string>()
  #initialAccessToken: DcrClientOptions['initialAccessToken']

  constructor(setUp: Server) {
    this.setUp = setUp
  }

  async open(): Promise<void> {
    this.subject = await this.setUp.start()
    this.server = await discover(this.subject.issuer, this.#options)
    const { registration } = this.setUp
    if (registration === 'token')
      this.#initialAccessToken = registrationToken(this.server, clientSecretBasic(registrar), this.#options)
    else if (registration !== 'open') this.#initialAccessToken = registration.initialAccessToken
    this.dcr = this.registering()
  }

  async close(): Promise<void> {
    await this.subject?.close()
  }

  /** A client without a token to register with, unless the options have one. */
  connect(options: DcrClientOptions = {}): DcrClient {
    return new DcrClient(this.server, { ...this.#options, ...options })
  }

  /** A client that may register. */
  registering(options: DcrClientOptions = {}): DcrClient {
    const initialAccessToken = this.#initialAccessToken
    return this.connect({ ...(initialAccessToken && { initialAccessToken }), ...options })
  }

  tokenFor(authentication: ClientAuthentication): Promise<TokenResponse> {
    return requestToken(this.server, authentication, this.#options)
  }

  /** The error of a call that is to fail. No error may show a credential that went over the wire. */
  async failure(promise: Promise<unknown>): Promise<DcrError & Partial<OAuthError>> {
    const error = await promise.then(
      () => undefined,
      (error: DcrError) => error,
    )
    if (!error) throw new Error('the call succeeded')
    const shown = `${inspect(error, { depth: 10, showHidden: true })} ${JSON.stringify(error)} ${error.stack}`
    expect([...this.#credentials].filter((credential) => shown.includes(credential))).toEqual([])
    return error
  }

  get #options(): DcrClientOptions {
    return { ...this.subject.options, fetch: this.#fetch }
  }

  readonly #fetch: typeof fetch = async (input, init) => {
    this.requests += 1
    const { headers } = input instanceof Request ? input : new Request(input, init)
    this.#remember(headers.get('authorization')?.split(' ')[1])
    const response = await fetch(input, init)
    const answer = await response
      .clone()
      .json()
      .catch(() => undefined)
    for (const member of ['client_secret', 'registration_access_token', 'access_token'])
      this.#remember(answer?.[member])
    return response
  }

  #remember(credential: unknown): void {
    if (typeof credential === 'string') this.#credentials.add(credential)
  }
}
