import { appendFileSync, chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { HttpResponse, http } from 'msw'
import { setupServer } from 'msw/node'
import { onTestFinished, vi } from 'vitest'
import {
  aesGcm,
  DcrClient,
  type DcrError,
  discover,
  type ErrorCode,
  memoryStore,
  Registrar,
} from '../src/index.js'
import { McpRegistrar } from '../src/mcp/index.js'
import { guardedFetch } from '../src/node/index.js'
import { hydra } from '../src/providers/index.js'
import { fileStore } from '../src/stores/file/index.js'
import { type Fault, type ReferenceServerOptions, referenceServer } from '../src/testing/index.js'
import { failureOf } from './failure-of.js'
import { stopClock } from './registrar/set-up.js'
import { startScripted } from './servers/scripted.js'

const issuer = 'https://as.example.com'
const wanted = { redirect_uris: ['https://app.example.com/cb'] }

/** The server of one example, until the test is over. */
async function start(options: ReferenceServerOptions = {}) {
  // The wait before a request is sent again is a random part of 300 ms: here it is none.
  vi.spyOn(Math, 'random').mockReturnValue(0)
  let made = 0
  const generate = (kind: string) => (kind === 'client_id' ? `c${++made}` : crypto.randomUUID())
  const server = referenceServer({ issuer, generate, ...options })
  const network = setupServer(...server.handlers)
  network.listen({ onUnhandledRequest: 'error' })
  onTestFinished(() => network.close())
  const client = (given = {}) => discover(issuer).then((metadata) => new DcrClient(metadata, given))
  const registrar = new Registrar({ store: memoryStore() })
  return { server, network, client, registrar, dcr: await client() }
}

/** A registration that goes wrong at the server. */
async function registering(fault: Fault, call: { timeout?: number; signal?: AbortSignal } = {}) {
  const { server, dcr } = await start()
  server.fault('register', fault)
  return dcr.register(wanted, call)
}

/** A folder of clients with one in it. */
async function filled() {
  await start()
  const directory = mkdtempSync(join(tmpdir(), 'dcr-errors-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  const registrar = new Registrar({ store: fileStore({ directory }) })
  await registrar.ensure(issuer, wanted)
  const [folder = ''] = readdirSync(directory)
  return { directory, registrar, file: join(directory, folder, 'registration.ndjson') }
}

/** For each code, a call that fails with it. */
export const EXAMPLES: Record<ErrorCode, () => Promise<unknown>> = {
  invalid_argument: async () => (await start()).dcr.register({ redirect_uris: ['javascript:alert(1)'] }),
  provider_mismatch: async () =>
    (await start()).client({ provider: hydra }).then((dcr) => dcr.register(wanted)),
  insecure_url: () => discover('http://as.example.com'),
  invalid_url: () => discover('as.example.com'),
  blocked_address: () => discover('https://169.254.169.254', { fetch: guardedFetch() }),
  async untrusted_origin() {
    const { dcr } = await start()
    const client = await dcr.register(wanted)
    return dcr.get({ ...client, registration_client_uri: 'https://elsewhere.example/clients/c1' })
  },
  missing_credential: async () =>
    (await start()).dcr.get({ client_id: 'c1', registration_client_uri: `${issuer}/reg/c1` }),
  registration_not_supported: async () => (await start({ registration: 'disabled' })).dcr.register(wanted),
  async management_not_supported() {
    const { dcr } = await start({ management: 'none' })
    return dcr.update(await dcr.register(wanted), { client_name: 'App 2' })
  },
  async discovery_failed() {
    const { network } = await start()
    network.use(
      http.get('https://elsewhere.example.com/.well-known/*', () => new HttpResponse(null, { status: 404 })),
    )
    return discover('https://elsewhere.example.com')
  },
  async issuer_mismatch() {
    const { network } = await start()
    const other = { issuer: 'https://other.example.com' }
    network.use(http.get('https://login.example.com/.well-known/*', () => HttpResponse.json(other)))
    return discover('https://login.example.com')
  },
  async resource_mismatch() {
    const { network } = await start()
    const other = { resource: 'https://other.example.com/mcp', authorization_servers: [issuer] }
    network.use(
      http.all('https://mcp.example.com/mcp', () => new HttpResponse(null, { status: 401 })),
      http.get('https://mcp.example.com/.well-known/*', () => HttpResponse.json(other)),
    )
    return new McpRegistrar({ store: memoryStore() }).ensureForResource('https://mcp.example.com/mcp', wanted)
  },
  async network_error() {
    const { metadata } = await startScripted('reset')
    return new DcrClient(metadata, { allowInsecureRequests: true }).register(wanted)
  },
  timeout: () => registering({ delay: 'infinite' }, { timeout: 100 }),
  aborted: () => registering({}, { signal: AbortSignal.abort(new Error('the user has gone')) }),
  redirect_refused: () => registering({ status: 302, headers: { location: 'https://as.example.com/login' } }),
  response_too_large: () =>
    registering({ status: 201, body: { client_id: 'c1', filler: 'x'.repeat(300_000) } }),
  invalid_response: () =>
    registering({
      apply: true,
      status: 201,
      body: '<h1>Created</h1>',
      headers: { 'content-type': 'text/html' },
    }),
  async management_locked() {
    const { server, dcr } = await start()
    const client = await dcr.register(wanted)
    server.fault('update', { apply: true, network: 'error' })
    return dcr.update(client, { client_name: 'App 2' })
  },
  async store_failed() {
    const { file } = await filled()
    // Below a file there is no folder.
    const store = fileStore({ directory: join(file, 'clients') })
    return new Registrar({ store }).ensure(issuer, wanted)
  },
  async store_conflict() {
    await start()
    const store = memoryStore()
    // Another process saves what it has while the request is under way.
    const overtaken = async (request: Request) => {
      for (const [key, stored] of await store.list()) await store.set(key, stored)
      return fetch(request)
    }
    const dcr = new DcrClient(await discover(issuer), { store })
    return dcr.update(await dcr.register(wanted), { client_name: 'App 2' }, { fetch: overtaken })
  },
  async store_unreadable() {
    const { registrar, file } = await filled()
    appendFileSync(file, 'something that does not belong here')
    return registrar.ensure(issuer, wanted)
  },
  async store_sealed() {
    const { directory } = await filled()
    const key = crypto.getRandomValues(new Uint8Array(32))
    const store = fileStore({ directory, encryption: aesGcm([{ id: '2026-11', key }]) })
    return new Registrar({ store }).ensure(issuer, wanted)
  },
  async store_unsafe() {
    const { registrar, directory } = await filled()
    chmodSync(directory, 0o777)
    return registrar.ensure(issuer, wanted)
  },
  async registration_in_doubt() {
    const { server } = await start()
    server.fault('register', { apply: true, network: 'error' })
    const registrar = new Registrar({ store: memoryStore(), whenInDoubt: 'hold' })
    await failureOf(registrar.ensure(issuer, wanted))
    return registrar.ensure(issuer, wanted)
  },
  async registered_recently() {
    const setClock = stopClock()
    const { server, registrar } = await start()
    for (let count = 0; count < 2; count++) {
      const { client } = await registrar.ensure(issuer, wanted)
      server.forget(client.client_id)
      await registrar.invalidate(issuer, client)
      setClock(60)
    }
    return registrar.ensure(issuer, wanted)
  },
  unauthorized: async () => (await start({ registration: 'protected' })).dcr.register(wanted),
  forbidden: () =>
    registering({ status: 403, body: { error: 'access_denied', error_description: 'Not for you.' } }),
  async not_found() {
    const { dcr } = await start({ management: 'read' })
    return dcr.delete(await dcr.register(wanted))
  },
  rate_limited: () => registering({ status: 429, headers: { 'retry-after': '3600' } }),
  server_error: () => registering({ status: 500, body: '<h1>Oops</h1>' }),
  rejected: () =>
    registering({
      status: 400,
      body: { error: 'invalid_redirect_uri', error_description: 'Not on the list.' },
    }),
}

/** The error of the call for this code. */
export function exampleOf(code: ErrorCode): Promise<DcrError> {
  return failureOf(EXAMPLES[code]())
}
