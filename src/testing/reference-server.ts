import { http, type RequestHandler } from 'msw'
import { answerRequest } from './answer-request.js'
import type { Fault } from './faults.js'
import { dialectOf } from './like/dialect-of.js'
import type { ReferenceServerOptions } from './options.js'
import { logRequest, type Operation, type RecordedRequest } from './request-log.js'
import { type Route, routesOf } from './routes.js'
import { resolveSettings } from './settings.js'
import { createState, type RegisteredClient, removeClient, resetState } from './state.js'

/** An authorization server to test against: see {@link referenceServer}. */
export interface ReferenceServer {
  /** Its issuer identifier, as it was given, or `https://as.example.com`. */
  readonly issuer: string
  /** What the well-known documents say. */
  readonly metadata: Readonly<Record<string, unknown>>
  /** For `setupServer(...server.handlers)` of `msw/node` or `setupWorker(...server.handlers)` of `msw/browser`. */
  readonly handlers: RequestHandler[]
  /** The registered clients by `client_id`: the truth, whatever the answers said. */
  readonly clients: ReadonlyMap<string, RegisteredClient>
  /** Every request seen, in the order of arrival. */
  readonly requests: readonly RecordedRequest[]
  /** Makes a token that registers clients where `registration` is `protected`. */
  issueInitialAccessToken(): string
  /**
   * Lets the coming requests of an operation go wrong: one fault for each, in order. Then all is well again.
   *
   * Each well-known URL that is asked counts as one request of `discovery`.
   */
  fault(operation: Operation, ...faults: Fault[]): void
  /** The server loses a client and its tokens, as a purge would. */
  forget(client_id: string): void
  /** Clients, tokens, faults and requests back to the start. The handlers stay good. */
  reset(): void
}

/**
 * A stateful authorization server as MSW request handlers: discovery, client credentials tokens, dynamic registration
 * and its management, for the tests of applications that register.
 *
 * It answers as `oidc-provider` 9 does, status by status and member by member, but for a few points in which it keeps to
 * the RFCs: a client is held to the one authentication method it registered, a scope nobody may have is `invalid_scope`,
 * a public client gets no token for itself, a grant not registered is `unauthorized_client`, and `software_id`,
 * `software_version` and translated members (`client_name#fr`) are kept. With {@link ReferenceServerOptions.like} it
 * answers as another system does.
 *
 * It issues no authorization codes and no ID tokens, serves nothing at its `authorization_endpoint` and `jwks_uri`, and
 * knows no DPoP, no mutual TLS and no software statements (ignored, as any metadata it does not know). A `jwks_uri` of a
 * client is fetched with the global `fetch` when it authenticates.
 *
 * @example
 * ```ts
 * import { setupServer } from 'msw/node'
 * import { referenceServer } from 'dcr-client/testing'
 *
 * const as = referenceServer({ issuer: 'https://as.example.com' })
 * const network = setupServer(...as.handlers)
 *
 * beforeAll(() => network.listen({ onUnhandledRequest: 'error' }))
 * afterEach(() => as.reset())
 * afterAll(() => network.close())
 *
 * test('survives a lost answer', async () => {
 *   as.fault('register', { apply: true, network: 'error' })
 *   await expect(signUp(as.issuer)).rejects.toThrow()
 *   expect(as.clients.size).toBe(1)
 * })
 * ```
 *
 * @throws {TypeError} when `issuer` is not a URL, or `like` no system it knows.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc7591#section-3 RFC 7591 section 3}
 * @see {@link https://www.rfc-editor.org/rfc/rfc7592#section-2 RFC 7592 section 2}
 * @see {@link https://www.rfc-editor.org/rfc/rfc8414#section-3 RFC 8414 section 3}
 */
export function referenceServer(options: ReferenceServerOptions = {}): ReferenceServer {
  const dialect = dialectOf(options.like)
  const settings = resolveSettings(options, dialect.defaults)
  const server = { settings, state: createState(settings), dialect }
  const requests: RecordedRequest[] = []
  const faults = new Map<Operation, Fault[]>()

  const handlerOf = ({ operation, method, url, work, concerns }: Route) =>
    http[method](url, ({ request }) => {
      // MSW takes no answer for "not mine", and asks the next handler.
      if (concerns && !concerns(new URL(request.url))) return
      const fault = operation && faults.get(operation)?.shift()
      return answerRequest(server, work, request, logRequest(requests, operation, request), fault)
    })

  return {
    issuer: settings.issuer,
    metadata: settings.metadata,
    handlers: routesOf(server).map(handlerOf),
    clients: server.state.clients,
    requests,
    issueInitialAccessToken() {
      const token = settings.generate('initial_access_token')
      server.state.initialAccessTokens.add(token)
      return token
    },
    fault(operation, ...more) {
      faults.set(operation, [...(faults.get(operation) ?? []), ...more])
    },
    forget(client_id) {
      removeClient(server.state, client_id)
    },
    reset() {
      resetState(server.state, settings)
      faults.clear()
      requests.length = 0
    },
  }
}
