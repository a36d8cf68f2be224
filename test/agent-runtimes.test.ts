import { inspect } from 'node:util'
import { setupServer } from 'msw/node'
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { failed } from '../src/agent-runtimes/failure.js'
import * as drop from '../src/agent-runtimes/index.js'
import {
  type AuthorizationServerMetadata,
  clearAllDynamicClients,
  configureDynamicClients,
  type DynamicClient,
  type DynamicClientStorage,
  deleteClientRegistration,
  discoverAuthorizationServer,
  dynamicClientDifferences,
  dynamicClientToProviderConfig,
  getAllDynamicClients,
  getOrCreateDynamicClient,
  loadDynamicClient,
  readClientRegistration,
  readDynamicClient,
  registerClient,
  removeDynamicClient,
  saveDynamicClient,
  supportsDCR,
  updateClientRegistration,
} from '../src/agent-runtimes/index.js'
import { DcrError, OAuthError } from '../src/index.js'
import { type Fault, type ReferenceServerOptions, referenceServer } from '../src/testing/index.js'
import { failureOf } from './failure-of.js'
import { startProvider } from './servers/oidc-provider.js'
import { type Received, type Step, startScripted } from './servers/scripted.js'

const KEY = 'agent-runtimes:dcr-clients'
const ISSUER = 'https://as.example.com'
const CALLBACK = 'https://app.example.com/cb'
const OPTIONS = { redirectUris: [CALLBACK], scopes: ['openid', 'profile'] }

afterEach(() => {
  vi.unstubAllGlobals()
  configureDynamicClients({})
  clearAllDynamicClients()
})

/** The reference server, for the length of a test. */
function startReference(options?: ReferenceServerOptions) {
  const as = referenceServer(options)
  const network = setupServer(...as.handlers)
  network.listen({ onUnhandledRequest: 'error' })
  onTestFinished(() => network.close())
  const count = (operation: string) => as.requests.filter((request) => request.operation === operation).length
  return Object.assign(as, { count })
}

/** A real server on this machine that answers as the test says, by method and path. */
async function startAnswering(answers: (request: Received, origin: string) => Step | undefined) {
  const server = await startScripted()
  const step = (request: Received): Step => {
    const answer = answers(request, server.origin)
    if (answer) return answer
    return request.url === '/.well-known/oauth-authorization-server'
      ? {
          body: {
            ...server.metadata,
            authorization_endpoint: `${server.origin}/auth`,
            response_types_supported: ['code'],
          },
        }
      : { status: 404 }
  }
  server.script.push(...Array(50).fill(step))
  return server
}

/** What is in a web storage, as a page of the original module would see it. */
function storageOf(items = new Map<string, string>()) {
  return {
    items,
    getItem: (key: string) => items.get(key) ?? null,
    setItem: (key: string, value: string) => void items.set(key, value),
    removeItem: (key: string) => void items.delete(key),
    blob: (): Record<string, DynamicClient> => JSON.parse(items.get(KEY) ?? '{}'),
  }
}

/** What the original module stored after a registration. */
function storedByTheOriginal(issuer = ISSUER, more: Partial<DynamicClient> = {}): DynamicClient {
  return {
    issuer,
    clientId: 'of-the-original',
    registrationAccessToken: 'rat-of-the-original',
    registrationClientUri: `${issuer}/register/of-the-original`,
    registeredAt: 1_750_000_000_000,
    redirectUris: [CALLBACK],
    scopes: ['openid', 'profile'],
    serverMetadata: {
      issuer,
      authorization_endpoint: `${issuer}/auth`,
      token_endpoint: `${issuer}/token`,
      registration_endpoint: `${issuer}/register`,
      response_types_supported: ['code'],
    },
    ...more,
  }
}

describe('at a real OpenID Provider', () => {
  test('the whole life of a client', async () => {
    const { issuer, close } = await startProvider()
    onTestFinished(close)
    const metadata = await discoverAuthorizationServer(`${issuer}/`)
    expect(metadata && supportsDCR(metadata)).toBe(true)

    const options = {
      redirectUris: ['http://localhost:3000/callback'],
      scopes: ['openid'],
      clientName: 'Agent',
    }
    const client = await getOrCreateDynamicClient(issuer, options)
    expect(client).toMatchObject({
      issuer,
      redirectUris: options.redirectUris,
      scopes: ['openid'],
      tokenEndpointAuthMethod: 'none',
      granted: { application_type: 'native' },
    })
    expect(client.clientSecret).toBeUndefined()
    expect(await getOrCreateDynamicClient(issuer, options)).toEqual(client)
    expect(loadDynamicClient(issuer)).toEqual(client)
    expect(dynamicClientToProviderConfig(client)).toMatchObject({
      clientId: client.clientId,
      displayName: '127.0.0.1',
    })

    const { registrationClientUri: uri = '', registrationAccessToken: token = '' } = client
    const updated = await updateClientRegistration(uri, token, { client_name: 'Agent 2' })
    expect(updated).toMatchObject({
      client_name: 'Agent 2',
      redirect_uris: options.redirectUris,
      scope: 'openid',
    })
    expect(updated.registration_access_token).not.toBe(token)
    expect(loadDynamicClient(issuer)?.registrationAccessToken).toBe(updated.registration_access_token)

    // The token that was rotated away still stands for the client, as the newest is stored.
    expect(await readClientRegistration(uri, token)).toMatchObject({ client_name: 'Agent 2' })
    await deleteClientRegistration(uri, token)
    expect(loadDynamicClient(issuer)).toBeNull()
    expect(await readDynamicClient({ ...client, ...credentials(updated) })).toBeNull()
  })

  test('a client that is not stored is managed by its URL and token', async () => {
    const { issuer, close } = await startProvider()
    onTestFinished(close)
    const registered = await registerClient(`${issuer}/reg`, {
      redirect_uris: [CALLBACK],
      token_endpoint_auth_method: 'none',
      client_name: 'One',
    })
    const { registration_client_uri: uri = '', registration_access_token: token = '' } = registered
    const updated = await updateClientRegistration(uri, token, {
      ...registered,
      token_endpoint_auth_method: 'none',
      client_name: 'Two',
    })
    expect(updated).toMatchObject({ client_name: 'Two', redirect_uris: [CALLBACK] })
    const newest = updated.registration_access_token ?? ''
    expect(await readClientRegistration(uri, newest)).toMatchObject({ client_name: 'Two' })
    await deleteClientRegistration(uri, newest)
    expect(getAllDynamicClients()).toEqual([])
    expect(await failureOf(readClientRegistration(uri, newest))).toMatchObject({
      code: 'unauthorized',
      status: 401,
    })
  })

  test('an initial access token opens the door', async () => {
    const { issuer, close } = await startProvider({
      registration: { initialAccessToken: 'an-initial-token' },
    })
    onTestFinished(close)
    const refused = await failureOf(getOrCreateDynamicClient(issuer, { redirectUris: [CALLBACK] }))
    expect(refused).toMatchObject({ code: 'unauthorized', outcome: 'rejected', status: 401 })
    const initialAccessToken = () => 'an-initial-token'
    await getOrCreateDynamicClient(issuer, { redirectUris: [CALLBACK], initialAccessToken })
    await registerClient(`${issuer}/reg`, { redirect_uris: [CALLBACK] }, 'an-initial-token')
  })
})

function credentials(answer: { registration_access_token?: string }) {
  return { registrationAccessToken: answer.registration_access_token ?? '' }
}

describe('defect 1: without localStorage each call registered anew', () => {
  test('the process remembers', async () => {
    const as = startReference()
    const client = await getOrCreateDynamicClient(ISSUER, OPTIONS)
    expect(await getOrCreateDynamicClient(`${ISSUER}/`, OPTIONS)).toEqual(client)
    expect(as.clients.size).toBe(1)
    expect(getAllDynamicClients()).toEqual([client])
    removeDynamicClient(ISSUER)
    expect(loadDynamicClient(ISSUER)).toBeNull()
  })

  test('localStorage is used where it is', async () => {
    startReference()
    const localStorage = storageOf()
    vi.stubGlobal('localStorage', localStorage)
    const client = await getOrCreateDynamicClient(ISSUER, OPTIONS)
    expect(localStorage.blob()[ISSUER]).toEqual(client)
    clearAllDynamicClients()
    expect(localStorage.items.size).toBe(0)
  })

  test.each<[string, PropertyDescriptor]>([
    [
      'a browser that blocks it',
      {
        get() {
          throw new DOMException('denied', 'SecurityError')
        },
      },
    ],
    ['one without methods, as in some versions of Node', { value: {} }],
  ])('%s: the process remembers', async (_name, descriptor) => {
    startReference()
    const before = Object.getOwnPropertyDescriptor(globalThis, 'localStorage')
    Object.defineProperty(globalThis, 'localStorage', { configurable: true, ...descriptor })
    onTestFinished(() => {
      Reflect.deleteProperty(globalThis, 'localStorage')
      if (before) Object.defineProperty(globalThis, 'localStorage', before)
    })
    const client = await getOrCreateDynamicClient(ISSUER, OPTIONS)
    expect(loadDynamicClient(ISSUER)).toEqual(client)
  })

  test('a storage of one’s own', async () => {
    startReference()
    const storage = storageOf()
    configureDynamicClients({ storage })
    const client = await getOrCreateDynamicClient(ISSUER, OPTIONS)
    expect(storage.blob()[ISSUER]).toEqual(client)
    configureDynamicClients({})
    expect(loadDynamicClient(ISSUER)).toBeNull()
  })

  test('what is no storage is refused at once', () => {
    const storage = { getItem: () => null } as unknown as DynamicClientStorage
    expect(() => configureDynamicClients({ storage })).toThrow(/getItem, setItem and removeItem/)
  })
})

describe('a storage that fails', () => {
  const full = () => {
    throw new Error('QuotaExceededError')
  }

  test('the client it could not keep is in the error, and can be saved later', async () => {
    const as = startReference()
    const storage = storageOf()
    configureDynamicClients({ storage: { ...storage, setItem: full } })
    const error = await failureOf(getOrCreateDynamicClient(ISSUER, OPTIONS))
    expect(error).toMatchObject({ name: 'DcrError', code: 'store_failed', outcome: 'applied' })
    const lost = error.client as unknown as DynamicClient
    expect([...as.clients.keys()]).toEqual([lost.clientId])
    expect(inspect(error, { depth: null, showHidden: true })).not.toContain(lost.registrationAccessToken)

    configureDynamicClients({ storage })
    saveDynamicClient(lost)
    expect(await getOrCreateDynamicClient(ISSUER, OPTIONS)).toEqual(lost)
    expect(as.clients.size).toBe(1)
  })

  test.each<[string, () => unknown]>([
    ['throws', full],
    ['answers with a promise', () => Promise.resolve('{}')],
    ['holds no JSON', () => 'no JSON'],
    ['holds a list', () => '[]'],
  ])('one that %s when read: nothing is registered', async (_name, getItem) => {
    const as = startReference()
    configureDynamicClients({ storage: { ...storageOf(), getItem } as DynamicClientStorage })
    const error = await failureOf(getOrCreateDynamicClient(ISSUER, OPTIONS))
    expect(error).toMatchObject({ code: 'store_failed', outcome: 'not_sent' })
    expect(as.requests).toEqual([])
    expect(loadDynamicClient(ISSUER)).toBeNull()
    expect(getAllDynamicClients()).toEqual([])
    const saved = storedByTheOriginal()
    expect(await failureOf((async () => saveDynamicClient(saved))())).toMatchObject({
      code: 'store_failed',
      client: saved,
    })
  })

  test('a rotated token that could not be kept is in the error', async () => {
    startReference()
    const storage = storageOf()
    configureDynamicClients({ storage })
    const client = await getOrCreateDynamicClient(ISSUER, OPTIONS)
    configureDynamicClients({ storage: { ...storage, setItem: full } })
    const { registrationClientUri: uri = '', registrationAccessToken: token = '' } = client
    const error = await failureOf(updateClientRegistration(uri, token, { client_name: 'New' }))
    expect(error).toMatchObject({ code: 'store_failed' })
    // The read before the update told no new token; what it told could not be kept, and so nothing was changed.
    expect(error.client?.registration_access_token).toBe(token)
    expect(() => removeDynamicClient(ISSUER)).toThrow(/could not be written/)
  })

  test('what cannot be cleared is told', () => {
    configureDynamicClients({ storage: { ...storageOf(), removeItem: full } })
    expect(clearAllDynamicClients).toThrow(/could not be cleared/)
  })
})

describe('defect 2: the issuer alone was the key', () => {
  test('what was asked for otherwise is another client, and all are kept', async () => {
    const as = startReference()
    const asks = [
      OPTIONS,
      { ...OPTIONS, redirectUris: ['https://app.example.com/other'] },
      { ...OPTIONS, redirectUris: [CALLBACK, 'https://app.example.com/other'] },
      { ...OPTIONS, scopes: ['openid'] },
      { redirectUris: [CALLBACK] },
      { ...OPTIONS, clientName: 'Other' },
      { ...OPTIONS, tokenEndpointAuthMethod: 'client_secret_post' as const },
    ]
    const clients = []
    for (const ask of asks) clients.push(await getOrCreateDynamicClient(ISSUER, ask))
    expect(as.clients.size).toBe(asks.length)
    expect(new Set(getAllDynamicClients().map(({ clientId }) => clientId))).toEqual(
      new Set(as.clients.keys()),
    )
    for (const [index, ask] of asks.entries()) {
      const { clientId } = await getOrCreateDynamicClient(ISSUER, ask)
      expect(clientId).toBe(clients[index]?.clientId)
      expect(loadDynamicClient(ISSUER)?.clientId).toBe(clientId)
    }
    expect(as.count('register')).toBe(asks.length)

    removeDynamicClient(`${ISSUER}/`)
    expect(getAllDynamicClients()).toEqual([])
  })

  test('order and repetition by default values make no difference', async () => {
    const as = startReference()
    const other = 'https://app.example.com/other'
    const first = await getOrCreateDynamicClient(ISSUER, {
      redirectUris: [CALLBACK, other],
      scopes: ['openid', 'email'],
    })
    const again = await getOrCreateDynamicClient(ISSUER, {
      redirectUris: [other, CALLBACK],
      scopes: ['email', 'openid'],
      clientName: 'Agent Runtimes Client',
      tokenEndpointAuthMethod: 'none',
    })
    expect(again.clientId).toBe(first.clientId)
    expect(as.clients.size).toBe(1)
    // The first redirect URI is the one that is used, and it is the caller's choice.
    expect(dynamicClientToProviderConfig(first).redirectUri).toBe(CALLBACK)
    expect(dynamicClientToProviderConfig(again).redirectUri).toBe(other)
  })

  test('after an update the new metadata is what the client is found by', async () => {
    const as = startReference()
    const {
      registrationClientUri: uri = '',
      registrationAccessToken: token = '',
      clientId,
    } = await getOrCreateDynamicClient(ISSUER, OPTIONS)
    const moved = 'https://app.example.com/moved'
    await updateClientRegistration(uri, token, { redirect_uris: [moved] })
    const found = await getOrCreateDynamicClient(ISSUER, { ...OPTIONS, redirectUris: [moved] })
    expect(found).toMatchObject({ clientId, redirectUris: [moved] })
    expect((await getOrCreateDynamicClient(ISSUER, OPTIONS)).clientId).not.toBe(clientId)
    expect(as.clients.size).toBe(2)
  })

  test('forceNew registers anew, and forgets the one it replaces', async () => {
    const as = startReference()
    const old = await getOrCreateDynamicClient(ISSUER, OPTIONS)
    const client = await getOrCreateDynamicClient(ISSUER, { ...OPTIONS, forceNew: true })
    expect(client.clientId).not.toBe(old.clientId)
    expect(getAllDynamicClients()).toEqual([client])
    expect(as.clients.size).toBe(2)
  })
})

describe('defect 3: calls at the same time registered twice', () => {
  test('ten calls, one client, and nobody shares an object', async () => {
    const as = startReference()
    const clients = await Promise.all(
      Array.from({ length: 10 }, () => getOrCreateDynamicClient(ISSUER, OPTIONS)),
    )
    expect(as.count('register')).toBe(1)
    for (const client of clients) expect(client).toEqual(clients[0])
    expect(new Set(clients).size).toBe(10)
  })

  test('what asks alike in another order waits, and finds it', async () => {
    const as = startReference()
    const other = 'https://app.example.com/other'
    await Promise.all([
      getOrCreateDynamicClient(ISSUER, { redirectUris: [CALLBACK, other] }),
      getOrCreateDynamicClient(ISSUER, { redirectUris: [other, CALLBACK] }),
    ])
    expect(as.count('register')).toBe(1)
  })

  test('they fail together too, and the next call tries again', async () => {
    const as = startReference()
    as.fault('register', { apply: true, network: 'error' })
    const errors = await Promise.all(
      [1, 2, 3].map(() => failureOf(getOrCreateDynamicClient(ISSUER, OPTIONS))),
    )
    expect(errors.map(({ outcome }) => outcome)).toEqual(['unknown', 'unknown', 'unknown'])
    expect(as.count('register')).toBe(1)
    await getOrCreateDynamicClient(ISSUER, OPTIONS)
    expect(as.count('register')).toBe(2)
  })

  test('who wants a new one gets a new one', async () => {
    const as = startReference()
    const fresh = { ...OPTIONS, forceNew: true }
    const [first, second, third] = await Promise.all([
      getOrCreateDynamicClient(ISSUER, OPTIONS),
      getOrCreateDynamicClient(ISSUER, fresh),
      getOrCreateDynamicClient(ISSUER, fresh),
    ])
    expect(second?.clientId).not.toBe(first?.clientId)
    expect(third).toEqual(second)
    expect(as.count('register')).toBe(2)
  })

  test('other windows wait by Web Locks, and find what this one registered', async () => {
    const as = startReference()
    const storage = storageOf()
    configureDynamicClients({ storage })
    const names: string[] = []
    const request = async (name: string, task: () => Promise<unknown>) => {
      names.push(name)
      // Another window has had its turn before.
      saveDynamicClient(storedByTheOriginal())
      return task()
    }
    vi.stubGlobal('navigator', { locks: { request } })
    expect(await getOrCreateDynamicClient(ISSUER, OPTIONS)).toMatchObject({ clientId: 'of-the-original' })
    expect(names).toEqual([`${KEY} ${ISSUER}`])
    expect(as.requests).toEqual([])
  })

  test('locks that may not be used are done without', async () => {
    const as = startReference()
    const request = () => Promise.reject(new DOMException('denied', 'SecurityError'))
    vi.stubGlobal('navigator', { locks: { request } })
    await getOrCreateDynamicClient(ISSUER, OPTIONS)
    expect(as.clients.size).toBe(1)
  })

  test('an error of a task is not mistaken for one of the locks', async () => {
    const as = startReference()
    as.fault('register', { status: 400, body: { error: 'invalid_client_metadata' } })
    vi.stubGlobal('navigator', { locks: { request: (_name: string, task: () => unknown) => task() } })
    await failureOf(getOrCreateDynamicClient(ISSUER, OPTIONS))
    expect(as.count('register')).toBe(1)
  })
})

/** Another grant than was asked for. */
const less: Fault = {
  alter: (body) => ({
    ...body,
    scope: 'openid',
    token_endpoint_auth_method: 'client_secret_basic',
    client_secret: 'a-secret',
    client_secret_expires_at: 0,
    redirect_uris: ['https://app.example.com/z', 'https://app.example.com/a'],
  }),
}

describe('defect 4: what was asked for was stored as granted', () => {
  test('scopes, method and redirect URIs are those of the answer', async () => {
    const as = startReference()
    as.fault('register', less)
    const redirectUris = ['https://app.example.com/a', 'https://app.example.com/gone']
    const client = await getOrCreateDynamicClient(ISSUER, { redirectUris, scopes: ['openid', 'email'] })
    expect(client).toMatchObject({
      scopes: ['openid'],
      tokenEndpointAuthMethod: 'client_secret_basic',
      clientSecret: 'a-secret',
      // What was asked for first, as the first is the one that is used.
      redirectUris: ['https://app.example.com/a', 'https://app.example.com/z'],
      requested: { redirect_uris: redirectUris, scope: 'openid email', token_endpoint_auth_method: 'none' },
    })
    expect(loadDynamicClient(ISSUER)).toEqual(client)
    // The server's choice does not make it another client.
    expect(await getOrCreateDynamicClient(ISSUER, { redirectUris, scopes: ['openid', 'email'] })).toEqual(
      client,
    )
  })

  test('where the server does not say, what was asked for stands', async () => {
    const as = startReference()
    as.fault('register', { alter: ({ client_id }) => ({ client_id }) })
    expect(await getOrCreateDynamicClient(ISSUER, OPTIONS)).toMatchObject({
      scopes: OPTIONS.scopes,
      redirectUris: OPTIONS.redirectUris,
      tokenEndpointAuthMethod: 'none',
    })
    as.fault('register', { alter: ({ client_id }) => ({ client_id }) })
    const registered = await registerClient(`${ISSUER}/register`, { redirect_uris: [CALLBACK] })
    expect(registered.redirect_uris).toEqual([CALLBACK])
  })
})

describe('defect 5: an empty or broken answer was a SyntaxError', () => {
  const refusals: [string, Step, object, string][] = [
    ['401, empty', { status: 401 }, { code: 'unauthorized', status: 401 }, 'DCR registration failed: '],
    ['404, empty', { status: 404 }, { code: 'not_found', status: 404 }, 'DCR registration failed: '],
    [
      '502 with HTML',
      { status: 502, headers: { 'content-type': 'text/html' }, body: '<h1>Bad Gateway</h1>' },
      { code: 'server_error', status: 502, outcome: 'unknown' },
      'DCR registration failed: ',
    ],
    [
      '400 by the book',
      { status: 400, body: { error: 'invalid_redirect_uri', error_description: 'Not that one.' } },
      { code: 'rejected', status: 400, error: 'invalid_redirect_uri', outcome: 'rejected' },
      'DCR registration failed: invalid_redirect_uri - Not that one.',
    ],
    [
      '400 without a description',
      { status: 400, body: { error: 'invalid_client_metadata' } },
      { code: 'rejected', error: 'invalid_client_metadata' },
      'DCR registration failed: invalid_client_metadata',
    ],
    [
      '200 with HTML',
      { headers: { 'content-type': 'text/html' }, body: '<p>Welcome' },
      { code: 'invalid_response', outcome: 'unknown' },
      'DCR registration failed: ',
    ],
    ['204', { status: 204 }, { code: 'invalid_response', outcome: 'unknown' }, 'DCR registration failed: '],
    ['no answer', 'close', { code: 'network_error', outcome: 'unknown' }, 'DCR registration failed: '],
  ]
  test.each(refusals)('registration: %s', async (_name, step, expected, message) => {
    const server = await startScripted(step)
    const error = await failureOf(
      registerClient(`${server.origin}/register`, { redirect_uris: [CALLBACK] }, 'a-token-nobody-shall-see'),
    )
    expect(error).toMatchObject(expected)
    expect(error.message.startsWith(message)).toBe(true)
    expect(error instanceof OAuthError).toBe('status' in error)
    expect(server.requests).toHaveLength(1)
    expect(inspect(error, { depth: null, showHidden: true })).not.toContain('a-token-nobody-shall-see')
  })

  test('the message of the others begins as it did', async () => {
    const server = await startScripted(
      { body: { client_id: 'c1', redirect_uris: [CALLBACK] } },
      { status: 400, body: { error: 'invalid_client_metadata', error_description: 'No.' } },
      { status: 403 },
      { status: 403 },
    )
    const uri = `${server.origin}/register/c1`
    const update = await failureOf(updateClientRegistration(uri, 'rat', { client_name: 'New' }))
    expect(update.message).toBe('DCR update failed: invalid_client_metadata - No.')
    const read = await failureOf(readClientRegistration(uri, 'rat'))
    expect(read).toMatchObject({ code: 'forbidden', status: 403 })
    expect(read.message).toMatch(/^DCR read failed: GET /)
    const deletion = await failureOf(deleteClientRegistration(uri, 'rat'))
    expect(deletion.message).toMatch(/^DCR delete failed: 403/)
  })

  test('204 is a deletion', async () => {
    const server = await startScripted({ status: 204 })
    await deleteClientRegistration(`${server.origin}/register/c1`, 'rat')
    expect(server.requests[0]).toMatchObject({ method: 'DELETE', url: '/register/c1' })
  })

  test('what the transport said is kept', async () => {
    // A port that fetch does not connect to.
    const error = await failureOf(
      registerClient('http://127.0.0.1:1/register', { redirect_uris: [CALLBACK] }),
    )
    expect(error).toMatchObject({ code: 'network_error', outcome: 'not_sent' })
    expect(error.cause).toEqual({ code: 'BAD_PORT' })
  })

  test('a client in an unusable answer is in the error', async () => {
    const server = await startScripted({ status: 202, body: { client_id: 7 } })
    const error = await failureOf(registerClient(`${server.origin}/register`, { redirect_uris: [CALLBACK] }))
    expect(error).toMatchObject({ code: 'invalid_response', client: { client_id: 7 } })
  })
})

describe('defect 6: a public web client, whatever the server and the redirects', () => {
  const methods = (...names: string[]) => ({ metadata: { token_endpoint_auth_methods_supported: names } })

  test.each([
    [['client_secret_post', 'client_secret_basic'], 'client_secret_basic'],
    [['private_key_jwt', 'client_secret_post'], 'client_secret_post'],
    [['client_secret_basic', 'none'], 'none'],
  ])('a server that knows %j is asked for %s', async (supported, method) => {
    const as = startReference(methods(...supported))
    const client = await getOrCreateDynamicClient(ISSUER, OPTIONS)
    expect(client.tokenEndpointAuthMethod).toBe(method)
    expect(Boolean(client.clientSecret)).toBe(method !== 'none')
    expect(as.count('register')).toBe(1)
    expect(await getOrCreateDynamicClient(ISSUER, OPTIONS)).toEqual(client)
  })

  test('a server that refuses is not asked twice', async () => {
    const as = startReference({ metadata: { token_endpoint_auth_methods_supported: undefined } })
    as.fault('register', { status: 400, body: { error: 'invalid_client_metadata' } })
    const error = await failureOf(getOrCreateDynamicClient(ISSUER, OPTIONS))
    expect(error).toMatchObject({ outcome: 'rejected' })
    expect(as.count('register')).toBe(1)
  })

  test.each<[string[], string | undefined]>([
    [['http://localhost:3000/cb'], 'native'],
    [['http://127.0.0.1/cb', 'http://[::1]:8080/cb'], 'native'],
    [['com.example.agent:/cb'], 'native'],
    [[CALLBACK], undefined],
    [[CALLBACK, 'http://localhost:3000/cb'], undefined],
    [['http://localhost.example.com/cb'], undefined],
    [['https://localhost:3000/cb'], undefined],
  ])('redirects to %j: application_type %s', async (redirectUris, application_type) => {
    const as = startReference()
    await getOrCreateDynamicClient(ISSUER, { redirectUris })
    const [sent] = as.requests.filter(({ operation }) => operation === 'register')
    expect(JSON.parse(sent?.body ?? '')).toEqual({
      redirect_uris: redirectUris,
      client_name: 'Agent Runtimes Client',
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
      ...(application_type && { application_type }),
    })
  })
})

describe('defect 7: URLs from discovery were taken as they were', () => {
  test.each([
    ['registration_endpoint', 'http://as.example.com/register', 'insecure_url'],
    ['registration_endpoint', 'http://127.0.0.1:9/register', 'insecure_url'],
    ['authorization_endpoint', 'http://as.example.com/auth', 'insecure_url'],
    ['token_endpoint', 'http://localhost/token', 'insecure_url'],
    ['userinfo_endpoint', 'nonsense', 'invalid_url'],
  ])('%s: %s', async (member, url, code) => {
    const as = startReference({ metadata: { [member]: url } })
    expect(await failureOf(getOrCreateDynamicClient(ISSUER, OPTIONS))).toMatchObject({
      code,
      outcome: 'not_sent',
    })
    expect(as.count('register')).toBe(0)
  })

  test('authorization_endpoint: javascript:alert(1) is not among what is known of the server', async () => {
    startReference({ metadata: { authorization_endpoint: 'javascript:alert(1)' } })
    const { serverMetadata } = await getOrCreateDynamicClient(ISSUER, OPTIONS)
    expect(serverMetadata.authorization_endpoint).toBeUndefined()
  })

  test('http on this machine is for issuers on this machine', async () => {
    const server = await startAnswering(({ method }) =>
      method === 'POST' ? { status: 201, body: { client_id: 'c1' } } : undefined,
    )
    const client = await getOrCreateDynamicClient(server.origin, OPTIONS)
    expect(dynamicClientToProviderConfig(client).tokenUrl).toBe(`${server.origin}/token`)
    expect(() => dynamicClientToProviderConfig({ ...client, issuer: ISSUER })).toThrow(/not an https URL/)
  })

  test('a stored client with a harmful endpoint makes no provider', () => {
    const client = storedByTheOriginal()
    const serverMetadata = { ...client.serverMetadata, authorization_endpoint: 'javascript:alert(1)' }
    expect(() => dynamicClientToProviderConfig({ ...client, serverMetadata })).toThrow(
      /authorization_endpoint/,
    )
  })

  test('the token of a stored client stays with the server it came from', async () => {
    const thief = await startScripted()
    const server = await startAnswering(({ method }) =>
      method === 'POST'
        ? {
            status: 201,
            body: {
              client_id: 'c1',
              registration_access_token: 'rat-1',
              registration_client_uri: `${thief.origin}/c1`,
            },
          }
        : undefined,
    )
    const client = await getOrCreateDynamicClient(server.origin, OPTIONS)
    expect(await failureOf(readDynamicClient(client))).toMatchObject({ code: 'untrusted_origin' })
    const uri = client.registrationClientUri ?? ''
    for (const call of [readClientRegistration, deleteClientRegistration]) {
      expect(await failureOf(call(uri, 'rat-1'))).toMatchObject({
        code: 'untrusted_origin',
        outcome: 'not_sent',
      })
    }
    expect(thief.connections).toBe(0)
  })
})

describe('clients that are managed at one URL', () => {
  test('a server that answers with the URL of another’s client does not stand before it', async () => {
    const managed: Received[] = []
    const server = await startAnswering((request, origin) => {
      if (request.method !== 'POST') managed.push(request)
      if (request.method === 'DELETE') return { status: 204 }
      if (!request.url.startsWith('/register')) return undefined
      return {
        status: request.method === 'POST' ? 201 : 200,
        body: {
          client_id: 'c1',
          registration_access_token: 'rat',
          registration_client_uri: `${origin}/register/c1`,
        },
      }
    })
    const uri = `${server.origin}/register/c1`
    const evil = await startAnswering(({ method }) =>
      method === 'POST'
        ? {
            status: 201,
            body: { client_id: 'evil', registration_access_token: 'evil', registration_client_uri: uri },
          }
        : undefined,
    )
    await getOrCreateDynamicClient(evil.origin, OPTIONS)
    const client = await getOrCreateDynamicClient(server.origin, OPTIONS)
    expect(client.registrationClientUri).toBe(uri)
    expect(getAllDynamicClients().map(({ clientId }) => clientId)).toEqual(['evil', 'c1'])

    managed.length = 0
    await readClientRegistration(uri, 'rat')
    await updateClientRegistration(uri, 'rat', { client_name: 'New' })
    await deleteClientRegistration(uri, 'rat')
    expect(managed.map(({ method, headers }) => `${method} ${headers.authorization}`)).toEqual([
      'GET Bearer rat',
      'GET Bearer rat',
      'PUT Bearer rat',
      'DELETE Bearer rat',
    ])
    expect(getAllDynamicClients().map(({ clientId }) => clientId)).toEqual(['evil'])
  })

  test('not even with the token of the other’s client', async () => {
    const server = await startScripted({ status: 204 })
    const victim = storedByTheOriginal(server.origin)
    const { registration_endpoint, ...serverMetadata } = victim.serverMetadata
    const evil = storedByTheOriginal('http://127.0.0.1:9', {
      registrationClientUri: victim.registrationClientUri ?? '',
    })
    saveDynamicClient(evil)
    // Where the metadata names no registration endpoint, the issuer says where the server is.
    saveDynamicClient({ ...victim, serverMetadata })
    await deleteClientRegistration(victim.registrationClientUri ?? '', 'rat-of-the-original')
    expect(server.requests).toHaveLength(1)
    expect(getAllDynamicClients()).toEqual([evil])
  })

  test.each([['rat-1'], ['rat-2']])('of one server: the one whose token is given, %s', async (token) => {
    const server = await startScripted({ status: 204 })
    const uri = `${server.origin}/register`
    for (const number of [1, 2]) {
      saveDynamicClient(
        storedByTheOriginal(server.origin, {
          clientId: `c${number}`,
          redirectUris: [`${CALLBACK}${number}`],
          registrationAccessToken: `rat-${number}`,
          registrationClientUri: uri,
        }),
      )
    }
    await deleteClientRegistration(uri, token)
    expect(server.requests[0]?.headers.authorization).toBe(`Bearer ${token}`)
    expect(getAllDynamicClients().map(({ registrationAccessToken }) => registrationAccessToken)).toEqual(
      ['rat-1', 'rat-2'].filter((other) => other !== token),
    )
  })
})

describe('defect 8: an update lost what it did not send, and the new token', () => {
  test('it is read, merged, replaced and stored', async () => {
    const as = startReference()
    const client = await getOrCreateDynamicClient(ISSUER, OPTIONS)
    const { registrationClientUri: uri = '', registrationAccessToken: token = '', clientId } = client
    const updated = await updateClientRegistration(uri, token, {
      client_name: 'New',
      contacts: ['a@example.com'],
    })
    expect(updated).toMatchObject({ client_id: clientId, client_name: 'New', redirect_uris: [CALLBACK] })
    expect(as.clients.get(clientId)).toMatchObject({ scope: 'openid profile', contacts: ['a@example.com'] })
    const { registration_access_token } = as.clients.get(clientId) ?? {}
    expect(loadDynamicClient(ISSUER)).toMatchObject({
      registrationAccessToken: registration_access_token,
      requested: { client_name: 'New' },
      granted: { client_name: 'New' },
      registeredAt: client.registeredAt,
    })
  })

  test('two updates with one token follow each other', async () => {
    const as = startReference()
    const { registrationClientUri: uri = '', registrationAccessToken: token = '' } =
      await getOrCreateDynamicClient(ISSUER, OPTIONS)
    await Promise.all([
      updateClientRegistration(uri, token, { client_name: 'New' }),
      updateClientRegistration(uri, token, { contacts: ['a@example.com'] }),
    ])
    expect([...as.clients.values()]).toMatchObject([{ client_name: 'New', contacts: ['a@example.com'] }])
  })

  test('null removes, undefined does not', async () => {
    const as = startReference()
    const { registrationClientUri: uri = '', registrationAccessToken: token = '' } =
      await getOrCreateDynamicClient(ISSUER, OPTIONS)
    await updateClientRegistration(uri, token, { client_name: null, scope: undefined } as object)
    const [client] = as.clients.values()
    expect(client).not.toHaveProperty('client_name')
    expect(loadDynamicClient(ISSUER)?.requested).not.toHaveProperty('client_name')
    expect(client?.scope).toBe('openid profile')
  })

  test('a server that offers no read is sent the last answer, changed', async () => {
    const put: Received[] = []
    const server = await startAnswering((request, origin) => {
      if (request.method === 'PUT') put.push(request)
      if (request.method === 'POST' || request.method === 'PUT') {
        return {
          status: 201,
          body: {
            ...JSON.parse(request.body),
            client_id: 'c1',
            registration_access_token: 'rat-1',
            registration_client_uri: `${origin}/register/c1`,
          },
        }
      }
      return request.url === '/register/c1' ? { status: 405 } : undefined
    })
    const { registrationClientUri: uri = '' } = await getOrCreateDynamicClient(server.origin, OPTIONS)
    const reads = () =>
      server.requests.filter(({ url, method }) => method === 'GET' && url === '/register/c1')
    expect(await failureOf(readClientRegistration(uri, 'rat-1'))).toMatchObject({
      code: 'not_found',
      status: 405,
    })
    expect(reads()).toHaveLength(1)
    await updateClientRegistration(uri, 'rat-1', { client_name: 'New' })
    expect(put.map(({ body }) => JSON.parse(body))).toMatchObject([
      { client_id: 'c1', client_name: 'New', redirect_uris: [CALLBACK], scope: 'openid profile' },
    ])
  })

  test.each(['/manage?client_id=c%201', '/manage/c%201/', '/manage/c%201?a=b', '/', '/manage/%ff'])(
    'a client at %s',
    async (path) => {
      const answer = { body: { client_id: 'c 1', redirect_uris: [CALLBACK] } }
      const server = await startScripted(answer, answer, { status: 204 })
      expect(await readClientRegistration(`${server.origin}${path}`, 'rat')).toEqual({
        ...answer.body,
        registration_access_token: 'rat',
        registration_client_uri: `${server.origin}${path}`,
      })
      server.script.unshift({ status: 204 })
      await deleteClientRegistration(`${server.origin}${path}`, 'rat')
      for (const { url, headers } of server.requests) {
        expect([url, headers.authorization]).toEqual([path, 'Bearer rat'])
      }
    },
  )

  test('a URL that does not tell the client_id', async () => {
    const server = await startScripted()
    let token = 'rat-1'
    const answer: Step = ({ method, headers, body }) => {
      if (headers.authorization !== `Bearer ${token}`) return { status: 401 }
      // It rotates on each read, too.
      token = `rat-${server.requests.length + 1}`
      const metadata = method === 'PUT' ? JSON.parse(body) : { redirect_uris: [CALLBACK], client_name: 'Old' }
      return { body: { ...metadata, client_id: 'c1', registration_access_token: token } }
    }
    server.script.push(...Array(5).fill(answer))
    const uri = `${server.origin}/manage?handle=4711`
    const updated = await updateClientRegistration(uri, token, { client_name: 'New' })
    expect(updated).toMatchObject({ client_id: 'c1', client_name: 'New', registration_access_token: token })
    expect(await readClientRegistration(uri, token)).toMatchObject({ client_id: 'c1' })
  })

  test('an update that is answered about another client is not sent again', async () => {
    const about = (client_id: string) => ({ body: { client_id, redirect_uris: [CALLBACK] } })
    const server = await startScripted(about('c1'), about('c2'))
    const error = await failureOf(
      updateClientRegistration(`${server.origin}/register/c1`, 'rat', { client_name: 'N' }),
    )
    expect(error).toMatchObject({ code: 'invalid_response' })
    expect(server.requests.map(({ method }) => method)).toEqual(['GET', 'PUT'])
  })

  test('a deletion reaches the storage', async () => {
    const as = startReference()
    const { registrationClientUri: uri = '', registrationAccessToken: token = '' } =
      await getOrCreateDynamicClient(ISSUER, OPTIONS)
    const other = await getOrCreateDynamicClient(ISSUER, { redirectUris: ['https://app.example.com/other'] })
    await deleteClientRegistration(uri, token)
    expect([...as.clients.keys()]).toEqual([other.clientId])
    expect(getAllDynamicClients()).toEqual([other])
  })
})

describe('defect 9: clients that no longer work', () => {
  const SECRET = { ...OPTIONS, tokenEndpointAuthMethod: 'client_secret_basic' as const }

  test('an expired secret: a new client, and the old one is deleted', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    onTestFinished(() => void vi.useRealTimers())
    const as = startReference({ secretLifetime: 60 })
    const old = await getOrCreateDynamicClient(ISSUER, SECRET)
    vi.setSystemTime(Date.now() + 59_000)
    expect(await getOrCreateDynamicClient(ISSUER, SECRET)).toEqual(old)
    vi.setSystemTime(Date.now() + 2_000)
    const client = await getOrCreateDynamicClient(ISSUER, SECRET)
    expect(client.clientId).not.toBe(old.clientId)
    expect([...as.clients.keys()]).toEqual([client.clientId])
    expect(getAllDynamicClients()).toEqual([client])
  })

  test('where the old one cannot be deleted, the new one is there all the same', async () => {
    const as = startReference()
    saveDynamicClient(storedByTheOriginal(ISSUER, { clientSecret: 's', clientSecretExpiresAt: 1 }))
    const client = await getOrCreateDynamicClient(ISSUER, OPTIONS)
    expect(as.count('delete')).toBe(1)
    expect(getAllDynamicClients()).toEqual([client])
  })

  test('a client the server has dropped is noticed, and replaced on request', async () => {
    const as = startReference()
    const client = await getOrCreateDynamicClient(ISSUER, OPTIONS)
    expect(await readDynamicClient(client)).toEqual({ ...client, readAt: expect.any(Number) })
    as.forget(client.clientId)
    expect(await readDynamicClient(client)).toBeNull()
    expect(loadDynamicClient(ISSUER)).toMatchObject(client)
    const replaced = await getOrCreateDynamicClient(ISSUER, { ...OPTIONS, forceNew: true })
    expect(await readDynamicClient(replaced)).toMatchObject(replaced)
  })

  test('a read brings news into the storage, and does not revive what was removed', async () => {
    const as = startReference({ rotateOnRead: true })
    const client = await getOrCreateDynamicClient(ISSUER, OPTIONS)
    const read = await readDynamicClient(client)
    expect(read?.registrationAccessToken).toBe(as.clients.get(client.clientId)?.registration_access_token)
    expect(loadDynamicClient(ISSUER)).toEqual(read)
    removeDynamicClient(ISSUER)
    expect(await readDynamicClient(read as DynamicClient)).not.toBeNull()
    expect(getAllDynamicClients()).toEqual([])
  })

  test('404 is an end only where there was a beginning', async () => {
    let status = 404
    const server = await startAnswering(({ method, url }, origin) => {
      const body = {
        client_id: 'c1',
        registration_access_token: 'rat',
        registration_client_uri: `${origin}/register/c1`,
      }
      if (method === 'POST') return { status: 201, body }
      return url === '/register/c1' ? { status, body: status === 200 ? body : '' } : undefined
    })
    const client = await getOrCreateDynamicClient(server.origin, OPTIONS)
    expect(await failureOf(readDynamicClient(client))).toMatchObject({ code: 'not_found', status: 404 })
    status = 200
    expect(await readDynamicClient(client)).not.toBeNull()
    status = 404
    expect(await readDynamicClient(client)).toBeNull()
    status = 410
    expect(
      await readDynamicClient(
        storedByTheOriginal(server.origin, { registrationClientUri: client.registrationClientUri as string }),
      ),
    ).toBeNull()
  })

  test('silence is no news', async () => {
    const as = startReference()
    const client = await getOrCreateDynamicClient(ISSUER, OPTIONS)
    vi.spyOn(Math, 'random').mockReturnValue(0)
    as.fault('read', { status: 500 }, { status: 500 })
    const error = await failureOf(readDynamicClient(client))
    expect(error).toMatchObject({ code: 'server_error' })
    expect(error.message).toMatch(/^DCR read failed: /)
    const { registrationClientUri, ...unmanaged } = client
    clearAllDynamicClients()
    expect(await failureOf(readDynamicClient(unmanaged))).toMatchObject({ code: 'management_not_supported' })
  })
})

test('defect 10: what was granted can be compared with what was asked for', async () => {
  const as = startReference()
  as.fault('register', less)
  const client = await getOrCreateDynamicClient(ISSUER, OPTIONS)
  expect(dynamicClientDifferences(client)).toEqual([
    {
      member: 'redirect_uris',
      requested: [CALLBACK],
      granted: ['https://app.example.com/z', 'https://app.example.com/a'],
    },
    { member: 'token_endpoint_auth_method', requested: 'none', granted: 'client_secret_basic' },
    { member: 'scope', requested: 'openid profile', granted: 'openid' },
  ])
  // The server thinks better of it.
  expect(dynamicClientDifferences((await readDynamicClient(client)) as DynamicClient)).toEqual([])
  expect(dynamicClientDifferences(storedByTheOriginal())).toEqual([])
})

describe('discovery', () => {
  test('null, whatever the reason', async () => {
    const server = await startScripted(...Array(5).fill({ status: 404 }))
    for (const issuer of [
      `${server.origin}/nobody`,
      'nonsense',
      'http://as.example.com',
      'http://127.0.0.1:1',
    ]) {
      expect(await discoverAuthorizationServer(issuer)).toBeNull()
    }
  })

  test('getOrCreateDynamicClient tells the reason', async () => {
    startReference({ metadata: { registration_endpoint: undefined } })
    const none = await failureOf(getOrCreateDynamicClient(`${ISSUER}/`, OPTIONS))
    expect(none).toMatchObject({ code: 'registration_not_supported', outcome: 'not_sent' })
    expect(none.message).toMatch(
      /^Authorization server at https:\/\/as\.example\.com does not support Dynamic Client Registration/,
    )
  })

  test('and what was asked where nothing was found', async () => {
    const server = await startScripted(...Array(5).fill({ status: 404 }))
    const nowhere = await failureOf(getOrCreateDynamicClient(`${server.origin}/nobody`, OPTIONS))
    expect(nowhere).toMatchObject({ code: 'discovery_failed' })
    expect(
      nowhere.message.startsWith(`Could not discover authorization server at ${server.origin}/nobody: `),
    ).toBe(true)
  })

  test('a document of another issuer is not used', async () => {
    const server = await startAnswering(({ url }) =>
      url.startsWith('/.well-known/') ? { body: storedByTheOriginal().serverMetadata } : undefined,
    )
    expect(await discoverAuthorizationServer(server.origin)).toBeNull()
    expect(await failureOf(getOrCreateDynamicClient(server.origin, OPTIONS))).toMatchObject({
      code: 'issuer_mismatch',
    })
  })

  test('below the path of the issuer, where the original asked', async () => {
    const issuer = 'https://as.example.com/tenant'
    const as = startReference({ issuer, layouts: ['oauth-authorization-server-appended'] })
    expect(await discoverAuthorizationServer(`${issuer}/`)).toEqual(as.metadata)
  })
})

describe('what the original module stored', () => {
  const stored = () => storageOf(new Map([[KEY, JSON.stringify({ [ISSUER]: storedByTheOriginal() })]]))

  test('is read and used', async () => {
    const as = startReference()
    configureDynamicClients({ storage: stored() })
    expect(loadDynamicClient(ISSUER)).toEqual(storedByTheOriginal())
    expect(getAllDynamicClients()).toEqual([storedByTheOriginal()])
    expect(await getOrCreateDynamicClient(ISSUER, { ...OPTIONS, clientName: 'Any' })).toEqual(
      storedByTheOriginal(),
    )
    expect(as.requests).toEqual([])
  })

  test('is used at a server that does not tell of public clients, as it registered one', async () => {
    const client = storedByTheOriginal()
    client.serverMetadata.token_endpoint_auth_methods_supported = ['client_secret_basic']
    saveDynamicClient(client)
    expect(await getOrCreateDynamicClient(ISSUER, OPTIONS)).toEqual(client)
  })

  test('and wins where the original has put it in the place of ours', async () => {
    const client = storedByTheOriginal()
    const requested = {
      redirect_uris: [CALLBACK],
      scope: 'openid profile',
      token_endpoint_auth_method: 'none',
    }
    const ours = { ...client, clientId: 'ours', requested }
    const storage = storageOf(
      new Map([[KEY, JSON.stringify({ [`${ISSUER}#ours`]: ours, [ISSUER]: client })]]),
    )
    configureDynamicClients({ storage })
    for (let count = 0; count < 3; count++)
      expect(await getOrCreateDynamicClient(ISSUER, OPTIONS)).toEqual(client)
  })

  test('and is not used for what it was not registered for', async () => {
    const as = startReference()
    const storage = stored()
    configureDynamicClients({ storage })
    const other = { ...OPTIONS, redirectUris: ['https://app.example.com/other'] }
    const client = await getOrCreateDynamicClient(ISSUER, other)
    const secret = await getOrCreateDynamicClient(ISSUER, {
      ...OPTIONS,
      tokenEndpointAuthMethod: 'client_secret_basic',
    })
    expect(as.clients.size).toBe(2)
    expect(Object.keys(storage.blob()).sort()).toEqual([
      ISSUER,
      ...[`${ISSUER}#${client.clientId}`, `${ISSUER}#of-the-original`].sort(),
    ])
    expect(storage.blob()[ISSUER]).toEqual(secret)
    expect(await getOrCreateDynamicClient(ISSUER, OPTIONS)).toEqual(storedByTheOriginal())
  })

  test('is managed with its token, and its members stay', async () => {
    const server = await startAnswering(({ method, headers, url }) => {
      if (!url.startsWith('/register/')) return undefined
      expect(headers.authorization).toBe('Bearer rat-of-the-original')
      return method === 'DELETE'
        ? { status: 204 }
        : { body: { client_id: 'of-the-original', client_name: 'Known', scope: 'openid' } }
    })
    const old = storedByTheOriginal(server.origin)
    saveDynamicClient(old)
    expect(await readDynamicClient(old)).toEqual({
      ...old,
      scopes: ['openid'],
      granted: { client_name: 'Known', scope: 'openid' },
      readAt: expect.any(Number),
    })
    await deleteClientRegistration(old.registrationClientUri ?? '', 'rat-of-the-original')
    expect(getAllDynamicClients()).toEqual([])
  })

  test('holds a token that may be spent: the caller’s counts, until an answer is stored', async () => {
    const sent: unknown[] = []
    const server = await startAnswering(({ headers, url }) => {
      if (!url.startsWith('/register/')) return undefined
      sent.push(headers.authorization)
      return {
        body: { client_id: 'of-the-original', redirect_uris: [CALLBACK], registration_access_token: 'rat-3' },
      }
    })
    const old = storedByTheOriginal(server.origin)
    saveDynamicClient(old)
    await readClientRegistration(old.registrationClientUri ?? '', 'rat-2')
    await readClientRegistration(old.registrationClientUri ?? '', 'rat-2')
    expect(sent).toEqual(['Bearer rat-2', 'Bearer rat-3'])
    expect(loadDynamicClient(server.origin)?.registrationAccessToken).toBe('rat-3')
  })

  test('finds its way back: the original reads what is written here', async () => {
    startReference()
    const storage = storageOf()
    configureDynamicClients({ storage })
    await getOrCreateDynamicClient(ISSUER, { redirectUris: ['https://app.example.com/other'] })
    const client = await getOrCreateDynamicClient(ISSUER, OPTIONS)

    // What the original does: look the issuer up, list the values, put one in its place.
    const blob = storage.blob()
    expect(blob[ISSUER]).toEqual(client)
    const members = ['issuer', 'clientId', 'registeredAt', 'redirectUris', 'scopes', 'serverMetadata']
    for (const value of Object.values(blob))
      expect(Object.keys(value)).toEqual(expect.arrayContaining(members))
    storage.setItem(KEY, JSON.stringify({ ...blob, [ISSUER]: storedByTheOriginal() }))
    expect(loadDynamicClient(ISSUER)).toEqual(storedByTheOriginal())
    expect(getAllDynamicClients()).toHaveLength(2)
  })

  test('what is no client is left where it is', async () => {
    startReference()
    const foreign = { 'https://other.example.com': 7, __proto__: null, more: { issuer: ISSUER } }
    const storage = storageOf(new Map([[KEY, JSON.stringify(foreign)]]))
    configureDynamicClients({ storage })
    expect(getAllDynamicClients()).toEqual([])
    expect(loadDynamicClient('https://other.example.com')).toBeNull()
    await getOrCreateDynamicClient(ISSUER, OPTIONS)
    expect(storage.blob()).toMatchObject({ 'https://other.example.com': 7, more: { issuer: ISSUER } })
  })

  test('an issuer with a slash at its end is the same issuer', async () => {
    const slashed = storedByTheOriginal(`${ISSUER}/`)
    const storage = storageOf(new Map([[KEY, JSON.stringify({ [`${ISSUER}/`]: slashed })]]))
    configureDynamicClients({ storage })
    expect(loadDynamicClient(ISSUER)).toEqual(slashed)
    expect(await getOrCreateDynamicClient(ISSUER, OPTIONS)).toEqual(slashed)
    saveDynamicClient({ ...slashed, clientSecret: 'new' })
    expect(Object.keys(storage.blob())).toEqual([ISSUER])
    removeDynamicClient(ISSUER)
    expect(storage.blob()).toEqual({})
  })
})

test('the options of every request', async () => {
  const as = startReference()
  const onWarning = vi.fn()
  configureDynamicClients({ headers: { 'x-tenant': 'blue' }, onWarning })
  as.fault('register', less)
  await getOrCreateDynamicClient(ISSUER, OPTIONS)
  expect(as.requests.map(({ headers }) => headers['x-tenant'])).toEqual(as.requests.map(() => 'blue'))
  expect(onWarning).toHaveBeenCalledWith(
    expect.objectContaining({ code: 'granted_differs', member: 'scope' }),
  )
})

test('a provider without the optional endpoints, and a name for one whose issuer is none', () => {
  const client = storedByTheOriginal()
  expect(dynamicClientToProviderConfig(client, 'Example')).toEqual({
    provider: ISSUER,
    displayName: 'Example',
    clientId: 'of-the-original',
    authorizationUrl: `${ISSUER}/auth`,
    tokenUrl: `${ISSUER}/token`,
    defaultScopes: ['openid', 'profile'],
    redirectUri: CALLBACK,
  })
  const serverMetadata: AuthorizationServerMetadata = {
    ...client.serverMetadata,
    userinfo_endpoint: `${ISSUER}/me`,
    revocation_endpoint: `${ISSUER}/revoke`,
  }
  expect(dynamicClientToProviderConfig({ ...client, serverMetadata })).toMatchObject({
    displayName: 'as.example.com',
    userInfoUrl: `${ISSUER}/me`,
    revocationUrl: `${ISSUER}/revoke`,
  })
  expect(() => dynamicClientToProviderConfig({ ...client, issuer: 'nonsense' })).toThrow(/issuer/)
})

/* What is of the wrong kind is told before anything is sent or stored. */
describe('bad input', () => {
  const client = storedByTheOriginal()
  const URI = `${ISSUER}/register/c1`
  const strange = [undefined, null, 7, true, Symbol('issuer'), {}, []]
  const noMembers = [undefined, null, 7, 'text', [], new Map([['client_name', 'App']]), Promise.resolve({})]
  const noClients = [
    ...[undefined, null, 7, 'text', [], {}, Promise.resolve(client)],
    ...[
      { ...client, clientId: undefined },
      { ...client, clientId: '' },
      { ...client, issuer: 7 },
    ],
    ...[
      { ...client, redirectUris: CALLBACK },
      { ...client, redirectUris: [7] },
      { ...client, scopes: 'openid' },
    ],
  ]
  const noTokens = [7, true, {}, ['token']]
  const noLists = [undefined, null, CALLBACK, [7], [CALLBACK, undefined], {}]

  const calls: Record<string, [call: (...given: never[]) => unknown, wants: RegExp, bad: unknown[][]][]> = {
    discoverAuthorizationServer: [[discoverAuthorizationServer, /issuer/, strange.map((bad) => [bad])]],
    supportsDCR: [
      [supportsDCR, /metadata.*null where nothing was found/, noMembers.slice(0, 5).map((bad) => [bad])],
    ],
    registerClient: [
      [registerClient, /registrationEndpoint/, strange.map((bad) => [bad, { redirect_uris: [] }])],
      [registerClient, /request/, noMembers.map((bad) => [`${ISSUER}/register`, bad])],
      [
        registerClient,
        /accessToken/,
        noTokens.map((bad) => [`${ISSUER}/register`, { client_name: 'A' }, bad]),
      ],
    ],
    readClientRegistration: [
      [readClientRegistration, /registrationClientUri/, strange.map((bad) => [bad, 'rat'])],
      [readClientRegistration, /registrationAccessToken/, strange.map((bad) => [URI, bad])],
    ],
    updateClientRegistration: [
      [updateClientRegistration, /registrationClientUri/, strange.map((bad) => [bad, 'rat', {}])],
      [updateClientRegistration, /registrationAccessToken/, strange.map((bad) => [URI, bad, {}])],
      [updateClientRegistration, /updates/, noMembers.map((bad) => [URI, 'rat', bad])],
    ],
    deleteClientRegistration: [
      [deleteClientRegistration, /registrationClientUri/, strange.map((bad) => [bad, 'rat'])],
      [deleteClientRegistration, /registrationAccessToken/, strange.map((bad) => [URI, bad])],
    ],
    getOrCreateDynamicClient: [
      [getOrCreateDynamicClient, /issuer/, strange.map((bad) => [bad, OPTIONS])],
      [getOrCreateDynamicClient, /options/, noMembers.slice(0, 5).map((bad) => [ISSUER, bad])],
      [getOrCreateDynamicClient, /redirectUris/, noLists.map((redirectUris) => [ISSUER, { redirectUris }])],
      [
        getOrCreateDynamicClient,
        /scopes/,
        noLists.slice(1).map((scopes) => [ISSUER, { ...OPTIONS, scopes }]),
      ],
      [
        getOrCreateDynamicClient,
        /clientName/,
        [7, {}].map((clientName) => [ISSUER, { ...OPTIONS, clientName }]),
      ],
      [
        getOrCreateDynamicClient,
        /forceNew/,
        ['false', 1].map((forceNew) => [ISSUER, { ...OPTIONS, forceNew }]),
      ],
      [
        getOrCreateDynamicClient,
        /tokenEndpointAuthMethod/,
        [7, ['none'], ''].map((tokenEndpointAuthMethod) => [ISSUER, { ...OPTIONS, tokenEndpointAuthMethod }]),
      ],
      [
        getOrCreateDynamicClient,
        /initialAccessToken/,
        noTokens.map((initialAccessToken) => [ISSUER, { ...OPTIONS, initialAccessToken }]),
      ],
    ],
    configureDynamicClients: [
      [configureDynamicClients, /settings/, noMembers.slice(0, 5).map((bad) => [bad])],
      [configureDynamicClients, /storage/, [null, 7, {}, new Map()].map((storage) => [{ storage }])],
      [configureDynamicClients, /timeout/, ['x', 0, -1, Number.NaN, null].map((timeout) => [{ timeout }])],
      [configureDynamicClients, /headers/, [7, { authorization: 'x' }].map((headers) => [{ headers }])],
      [configureDynamicClients, /fetch/, [[{ fetch: 'https://proxy.example.com' }]]],
      [configureDynamicClients, /onWarning/, [[{ onWarning: 'console' }]]],
      [configureDynamicClients, /trustedOrigins/, [[{ trustedOrigins: `${ISSUER}/` }]]],
    ],
    loadDynamicClient: [[loadDynamicClient, /issuer/, strange.map((bad) => [bad])]],
    removeDynamicClient: [[removeDynamicClient, /issuer/, strange.map((bad) => [bad])]],
    saveDynamicClient: [
      [saveDynamicClient, /client/, noClients.map((bad) => [bad])],
      [
        saveDynamicClient,
        /serverMetadata/,
        [undefined, null, 'x', []].map((bad) => [{ ...client, serverMetadata: bad }]),
      ],
    ],
    readDynamicClient: [[readDynamicClient, /client/, noClients.map((bad) => [bad])]],
    dynamicClientDifferences: [[dynamicClientDifferences, /client/, noClients.map((bad) => [bad])]],
    dynamicClientToProviderConfig: [
      [dynamicClientToProviderConfig, /client/, noClients.map((bad) => [bad])],
      [
        dynamicClientToProviderConfig,
        /serverMetadata/,
        [undefined, null, 'x', []].map((bad) => [{ ...client, serverMetadata: bad }]),
      ],
      [dynamicClientToProviderConfig, /displayName/, [7, {}].map((bad) => [client, bad])],
    ],
  }

  const rows = Object.entries(calls).flatMap(([name, tried]) =>
    tried.flatMap(([call, wants, bad]) =>
      bad.map(
        (given) => [`${name}(${inspect(given).slice(1, -1).trim()})`, name, call, wants, given] as const,
      ),
    ),
  )
  test.each(rows)('%s', async (_title, name, call, wants, given) => {
    const as = startReference()
    const storage = storageOf()
    configureDynamicClients({ storage })
    saveDynamicClient(client)
    const before = storage.items.get(KEY)
    const error = await failureOf((async () => call(...(given as never[])))())
    expect(error).toBeInstanceOf(DcrError)
    expect(error.code).toBe('invalid_argument')
    expect(error.outcome).toBe('not_sent')
    expect(error.message.startsWith(`${name}: `)).toBe(true)
    expect(error.message).toMatch(wants)
    expect(error.message).toMatch(/\.$/)
    expect(as.requests).toEqual([])
    // The settings are those of before, too.
    expect(getAllDynamicClients()).toEqual([client])
    expect(storage.items.get(KEY)).toBe(before)
  })

  test('every function that takes anything has its rows', () => {
    const functions = Object.entries(drop).filter(
      ([, value]) => typeof value === 'function' && value.length > 0,
    )
    expect(functions.map(([name]) => name).sort()).toEqual(Object.keys(calls).sort())
  })

  test('an issuer may be a URL, as for discover', async () => {
    startReference()
    const issuer = new URL(ISSUER) as unknown as string
    const client = await getOrCreateDynamicClient(issuer, OPTIONS)
    expect(loadDynamicClient(issuer)).toEqual(client)
  })

  test.each([undefined, null, 'text', new TypeError('with-a-secret'), { message: 7 }])(
    'what is thrown and is none of ours (%s) has a code and an outcome',
    (thrown) => {
      const error = failed('read', thrown)
      expect(error).toBeInstanceOf(DcrError)
      expect(error.code).toBe('invalid_argument')
      expect(error.outcome).toBe('unknown')
      expect(error.message).toMatch(/^DCR read failed: /)
      expect(inspect(error, { depth: null, showHidden: true })).not.toContain('with-a-secret')
    },
  )
})
