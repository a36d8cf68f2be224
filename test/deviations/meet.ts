import { setupServer } from 'msw/node'
import { onTestFinished } from 'vitest'
import { type ClientInformation, DcrClient, type DcrClientOptions } from '../../src/index.js'
import {
  type ReferenceServer,
  type ReferenceServerOptions,
  referenceServer,
} from '../../src/testing/index.js'
import { type ProviderOptions, type RunningProvider, startProvider } from '../servers/oidc-provider.js'
import { type ScriptedServer, type Step, startScripted } from '../servers/scripted.js'

export const APP = { redirect_uris: ['https://app.example.com/cb'], client_name: 'App' }

export interface Meeting {
  readonly server: ScriptedServer
  readonly dcr: DcrClient
  /** What the caller was told of, as `code member`. */
  readonly warnings: string[]
  /** What was sent, as `GET /register/c1 Bearer rat-1`. */
  sent(): string[]
  /** The JSON that was sent; undefined where there was no body. */
  bodies(): unknown[]
}

export interface Setting extends DcrClientOptions {
  /** The path of the registration endpoint. Default `/register`. */
  readonly endpoint?: string
}

/** A server that follows a script, and a client of ours that is led to it. */
export async function meet(
  script: readonly Step[] | ((origin: string) => readonly Step[]),
  { endpoint = '/register', ...options }: Setting = {},
): Promise<Meeting> {
  const server = await startScripted()
  server.script.push(...(typeof script === 'function' ? script(server.origin) : script))
  const warnings: string[] = []
  const metadata = { ...server.metadata, registration_endpoint: `${server.origin}${endpoint}` }
  const dcr = new DcrClient(metadata, {
    allowInsecureRequests: true,
    onWarning: ({ code, member = '' }) => warnings.push(`${code} ${member}`.trim()),
    ...options,
  })
  return {
    server,
    dcr,
    warnings,
    sent: () =>
      server.requests.map(({ method, url, headers }) =>
        `${method} ${url} ${headers.authorization ?? ''}`.trim(),
      ),
    bodies: () => server.requests.map(({ body }) => (body === '' ? undefined : JSON.parse(body))),
  }
}

/** What a server of RFC 7592 has answered about the client `c1`. */
export function managed({ origin }: { origin: string }, more: object = {}): ClientInformation {
  return {
    client_id: 'c1',
    registration_access_token: 'rat-1',
    registration_client_uri: `${origin}/register/c1`,
    ...APP,
    ...more,
  }
}

export function created(body: object, status = 201): Step {
  return { status, body: { client_id: 'c1', ...body } }
}

/** Has the reference server on the network while it is used. No other server can be reached then. */
export async function intercept(
  options: ReferenceServerOptions,
  use: (as: ReferenceServer) => Promise<void>,
): Promise<void> {
  const as = referenceServer(options)
  const network = setupServer(...as.handlers)
  network.listen({ onUnhandledRequest: 'error' })
  try {
    await use(as)
  } finally {
    network.close()
  }
}

/** A real OpenID Provider, running until the test is finished. */
export async function run(options?: ProviderOptions): Promise<RunningProvider> {
  const provider = await startProvider(options)
  onTestFinished(() => provider.close())
  return provider
}
