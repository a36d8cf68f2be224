import { describe, expect, test } from 'vitest'
import { DcrError, memoryStore, Registrar, type RegistrarOptions } from '../../src/index.js'
import { failureOf } from '../failure-of.js'
import { startProvider } from '../servers/oidc-provider.js'
import { startAuthorizationServer } from './authorization-server.js'
import { gathering, METADATA, open, storedAt } from './set-up.js'

describe('a client that is not there', () => {
  test('is registered, with exactly what was asked', async () => {
    const as = await startAuthorizationServer()
    const { registrar, warnings } = open()
    const { server, client, action } = await registrar.ensure(as.origin, { ...METADATA, logo_uri: '' })
    expect(action).toBe('register')
    expect(server).toEqual(as.metadata)
    expect([...as.clients.values()]).toEqual([client])
    expect(as.sent('POST')).toEqual([METADATA])
    expect(as.asked).toBe('POST')
    expect(warnings).toEqual([])
  })

  test('is stored with what was asked', async () => {
    const as = await startAuthorizationServer()
    const { registrar, store } = open()
    const { client } = await registrar.ensure(as.origin, METADATA)
    expect(await storedAt(store, as.origin)).toMatchObject({
      issuer: as.origin,
      name: 'default',
      client,
      requested: METADATA,
      server: as.metadata,
      orphans: [],
    })
  })

  test('is registered with the initial access token of this call', async () => {
    const as = await startAuthorizationServer()
    await open().registrar.ensure(as.origin, METADATA, { initialAccessToken: 'iat-1' })
    expect(as.requests.at(-1)?.headers.authorization).toBe('Bearer iat-1')
  })

  test('at a real server', async () => {
    const { issuer, provider, close } = await startProvider()
    try {
      const { registrar, store } = open()
      const { client } = await registrar.ensure(issuer, METADATA)
      expect((await provider.Client.find(client.client_id))?.clientName).toBe('App')
      const changed = await registrar.ensure(issuer, { ...METADATA, client_name: 'App 2' })
      expect(changed).toMatchObject({ action: 'update', client: { client_id: client.client_id } })
      expect((await provider.Client.find(client.client_id))?.clientName).toBe('App 2')
      await registrar.remove(issuer)
      expect(await provider.Client.find(client.client_id)).toBeUndefined()
      expect(await store.list()).toEqual([])
    } finally {
      await close()
    }
  })
})

describe('a client that is stored', () => {
  test('is returned, and nothing is sent', async () => {
    const as = await startAuthorizationServer()
    const { registrar, store } = open()
    const first = await registrar.ensure(as.origin, METADATA)
    const before = as.connections
    const again = await registrar.ensure(as.origin, METADATA)
    const elsewhere = await open({ store }).registrar.ensure(as.origin, METADATA)
    expect(again).toEqual({ ...first, action: 'none', reasons: [] })
    expect(elsewhere).toEqual(again)
    expect(as.connections).toBe(before)
  })

  test('is a copy: what the caller does with it is not stored', async () => {
    const as = await startAuthorizationServer()
    const { registrar } = open()
    const { client } = await registrar.ensure(as.origin, METADATA)
    client.client_secret = 'changed'
    client.redirect_uris?.push('https://evil.example/')
    const again = await registrar.ensure(as.origin, METADATA)
    expect([...as.clients.values()]).toEqual([again.client])
    again.client.client_secret = 'changed'
    expect([...as.clients.values()]).toEqual([(await registrar.ensure(as.origin, METADATA)).client])
  })

  test('is returned while the server is down', async () => {
    const { issuer, close } = await startProvider()
    const { registrar } = open()
    const { client } = await registrar.ensure(issuer, METADATA).finally(close)
    expect((await registrar.ensure(issuer, METADATA)).client).toEqual(client)
  })
})

describe('which client it is', () => {
  test('each name has its own', async () => {
    const as = await startAuthorizationServer()
    const { registrar, store } = open()
    const names = ['default', 'admin', 'a/b', 'ü', '["x"]', 'x'.repeat(256)]
    const ids = new Set<string>()
    for (const name of names)
      ids.add((await registrar.ensure(as.origin, METADATA, { name })).client.client_id)
    const sent = as.connections
    for (const name of names)
      ids.add((await registrar.ensure(as.origin, METADATA, { name })).client.client_id)
    expect(ids.size).toBe(names.length)
    expect(as.connections).toBe(sent)
    expect((await store.list()).map(([, { name }]) => name).sort()).toEqual([...names].sort())
  })

  test('without a name it is that of the name default', async () => {
    const as = await startAuthorizationServer()
    const { registrar } = open()
    const { client } = await registrar.ensure(as.origin, METADATA, { name: 'default' })
    expect((await registrar.ensure(as.origin, METADATA)).client).toEqual(client)
  })

  test('the issuer is text, a URL, or metadata: all the same', async () => {
    const as = await startAuthorizationServer()
    const { registrar } = open()
    const { client } = await registrar.ensure(as.origin, METADATA)
    for (const issuer of [new URL(as.origin), as.metadata])
      expect(await registrar.ensure(issuer, METADATA)).toMatchObject({ client, action: 'none' })
    expect(as.asked).toBe('POST')
  })

  test('metadata that are passed are not asked for', async () => {
    const as = await startAuthorizationServer()
    const given = { ...as.metadata, service_documentation: 'https://as.example.com/' }
    const { registrar } = open()
    expect((await registrar.ensure(given, METADATA)).server).toEqual(given)
    expect(as.requests.map(({ url }) => url)).toEqual(['/register'])
    expect((await registrar.ensure(given, METADATA)).server).toEqual(given)
  })

  test.each([
    ['a path', (origin: string) => `${origin}/tenant`],
    ['a path in capitals', (origin: string) => `${origin}/TENANT`],
  ])('%s is another issuer', async (_name, spelled) => {
    const as = await startAuthorizationServer()
    const { registrar, store } = open()
    for (const issuer of [
      as.origin,
      `${as.origin}/tenant`.toLowerCase().replace(/t$/, 't/x'),
      spelled(as.origin),
    ])
      await registrar.ensure({ ...as.metadata, issuer }, METADATA)
    expect(as.clients.size).toBe(3)
    expect(await store.list()).toHaveLength(3)
  })
})

describe('calls at the same time', () => {
  test('100 calls are one registration, and one client', async () => {
    const as = await startAuthorizationServer()
    const { registrar } = open()
    const all = await Promise.all(Array.from({ length: 100 }, () => registrar.ensure(as.origin, METADATA)))
    expect(new Set(all.map(({ client }) => client.client_id)).size).toBe(1)
    expect(as.asked).toBe('POST')
    expect(as.requests.filter(({ url }) => url.startsWith('/.well-known/'))).not.toHaveLength(0)
  })

  test('of two Registrars that share a store, too', async () => {
    const as = await startAuthorizationServer()
    const store = memoryStore()
    const registrars = [open({ store }), open({ store }), open({ store })]
    const all = await Promise.all(registrars.map(({ registrar }) => registrar.ensure(as.origin, METADATA)))
    expect(new Set(all.map(({ client }) => client.client_id)).size).toBe(1)
    expect(all.map(({ action }) => action).sort()).toEqual(['none', 'none', 'register'])
    expect(as.asked).toBe('POST')
  })

  test('of which one has metadata that the server does not publish: it does not share in what the other finds', async () => {
    const as = await startAuthorizationServer({ metadata: { issuer: 'https://other.example.com' } })
    const { registrar } = open()
    const first = failureOf(registrar.ensure(as.origin, METADATA))
    const { action } = await registrar.ensure(as.metadata, METADATA)
    expect(action).toBe('register')
    expect((await first).code).toBe('issuer_mismatch')
  })

  test('of two names do not wait for each other', async () => {
    const as = await startAuthorizationServer()
    const { registrar } = open()
    as.refuse('POST', 'never answer')
    const stuck = new AbortController()
    const arrived = new Promise<void>((resolve) => {
      as.refuse('POST', () => {
        resolve()
        return { status: 201, body: { client_id: 'other' } }
      })
    })
    const first = failureOf(registrar.ensure(as.metadata, METADATA, { name: 'a', signal: stuck.signal }))
    const second = await registrar.ensure(as.metadata, METADATA, { name: 'b' })
    await arrived
    stuck.abort()
    expect(second.client.client_id).toBe('other')
    expect((await first).code).toBe('aborted')
  })

  test('a failure is the failure of all, and of nobody later', async () => {
    const as = await startAuthorizationServer()
    const { registrar } = open({ store: gathering(10) })
    as.refuse('POST', { status: 400, body: { error: 'invalid_redirect_uri' } })
    const all = await Promise.all(
      Array.from({ length: 10 }, () => failureOf(registrar.ensure(as.origin, METADATA))),
    )
    for (const error of all)
      expect(error).toMatchObject({ code: 'rejected', error: 'invalid_redirect_uri', outcome: 'rejected' })
    expect(as.asked).toBe('POST')
    await expect(registrar.ensure(as.origin, METADATA)).resolves.toMatchObject({ action: 'register' })
    expect(as.asked).toBe('POST POST')
  })
})

describe('what cannot be sent is told before anything is', () => {
  const bad: [string, unknown, unknown, unknown?][] = [
    ['no issuer', undefined, METADATA],
    ['an issuer of null', null, METADATA],
    ['an empty issuer', '', METADATA],
    ['an issuer that is a number', 5, METADATA],
    ['an issuer that is a list', ['https://as.example.com'], METADATA],
    ['server metadata without an issuer', { registration_endpoint: 'https://as.example.com/r' }, METADATA],
    ['no metadata', 'SERVER', undefined],
    ['metadata that are a list', 'SERVER', []],
    ['metadata that are a Map', 'SERVER', new Map([['scope', 'a']])],
    ['metadata with a client_id', 'SERVER', { ...METADATA, client_id: 'mine' }],
    ['metadata with a cycle', 'SERVER', Object.assign([], { redirect_uris: undefined })],
    ['redirect_uris that are no list', 'SERVER', { redirect_uris: 'https://app.example.com/cb' }],
    ['a redirect URI that runs', 'SERVER', { redirect_uris: ['javascript:alert(1)'] }],
    [
      'jwks and jwks_uri',
      'SERVER',
      { ...METADATA, jwks: { keys: [] }, jwks_uri: 'https://app.example.com/j' },
    ],
    [
      'private_key_jwt without a key',
      'SERVER',
      { ...METADATA, token_endpoint_auth_method: 'private_key_jwt' },
    ],
    ['an empty name', 'SERVER', METADATA, { name: '' }],
    ['a name that is too long', 'SERVER', METADATA, { name: 'x'.repeat(257) }],
    ['a name with a control character', 'SERVER', METADATA, { name: 'a\nb' }],
    ['a name that is no text', 'SERVER', METADATA, { name: 5 }],
    ['an unknown way to manage', 'SERVER', METADATA, { manageWith: 'magic' }],
    ['an initial access token that is missing', 'SERVER', METADATA, { manageWith: 'initial_access_token' }],
    ['a provider that is none', 'SERVER', METADATA, { provider: 'okta' }],
    ['a timeout of nothing', 'SERVER', METADATA, { timeout: 0 }],
    ['a signal that is none', 'SERVER', METADATA, { signal: 'now' }],
    ['a name in the place of the options', 'SERVER', METADATA, 'name'],
    ['a list of options', 'SERVER', METADATA, []],
  ]
  test.each(bad)('%s', async (_name, issuer, metadata, options) => {
    const as = await startAuthorizationServer()
    const { registrar, store } = open()
    const asked = issuer === 'SERVER' ? as.origin : issuer
    for (const call of ['ensure', 'plan'] as const) {
      const error = await failureOf(registrar[call](asked as never, metadata as never, options as never))
      expect(error).toBeInstanceOf(DcrError)
      expect(error).toMatchObject({ code: 'invalid_argument', outcome: 'not_sent', attempts: 0 })
      expect(error.message).toMatch(new RegExp(`^${call}: .+ Nothing was sent\\.$`))
    }
    expect(as.connections).toBe(0)
    expect(await store.list()).toEqual([])
  })

  test.each([
    ['nothing', undefined],
    ['no store', {}],
    ['a store without a lock', { store: { ...memoryStore(), lock: undefined } }],
    ['a skew below 0', { store: memoryStore(), expirySkew: -1 }],
    ['a skew that is no number', { store: memoryStore(), expirySkew: '60' }],
    ['a skew of NaN', { store: memoryStore(), expirySkew: Number.NaN }],
    ['an unknown word', { store: memoryStore(), whenInDoubt: 'ask' }],
    ['a token that is for one client', { store: memoryStore(), initialAccessToken: 'token' }],
    ['a name that is for one client', { store: memoryStore(), name: 'app' }],
  ])('a Registrar of %s', (_name, options) => {
    let error: unknown
    try {
      new Registrar(options as never as RegistrarOptions)
    } catch (thrown) {
      error = thrown
    }
    expect(error).toMatchObject({ name: 'DcrError', code: 'invalid_argument', outcome: 'not_sent' })
  })

  test('a server that registers nobody', async () => {
    const as = await startAuthorizationServer()
    const { registrar, store } = open()
    const error = await failureOf(registrar.ensure({ issuer: as.origin }, METADATA))
    expect(error).toMatchObject({ code: 'registration_not_supported', outcome: 'not_sent' })
    expect(as.connections).toBe(0)
    expect(await store.list()).toEqual([])
  })

  test('options of null are none', async () => {
    const as = await startAuthorizationServer()
    const { registrar } = open()
    await expect(registrar.ensure(as.origin, METADATA, null as never)).resolves.toMatchObject({
      action: 'register',
    })
  })

  test('a polluted prototype gives no credentials and no name', async () => {
    const as = await startAuthorizationServer()
    const { registrar, store } = open()
    const polluted = { initialAccessToken: 'polluted', manageWith: 'initial_access_token', name: 'polluted' }
    Object.assign(Object.prototype, polluted)
    try {
      await registrar.ensure(as.origin, METADATA, {})
    } finally {
      for (const member of Object.keys(polluted)) Reflect.deleteProperty(Object.prototype, member)
    }
    expect(as.requests.at(-1)?.headers.authorization).toBeUndefined()
    expect((await storedAt(store, as.origin)).client).toBeDefined()
  })
})
