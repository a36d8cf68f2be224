import { expect, test } from 'vitest'
import { memoryStore, OAuthError } from '../../src/index.js'
import { startAuthorizationServer } from '../registrar/authorization-server.js'
import { secretsOf, stopClock } from '../registrar/set-up.js'
import { startScripted } from '../servers/scripted.js'
import { clientAt, clientsAt, counted, open, told } from './set-up.js'

test('a second apply of the same sends nothing, and the first asks for the metadata once', async () => {
  const server = await startAuthorizationServer()
  const store = memoryStore()
  const manifest = [{ bank: { issuer: server.origin } }, clientsAt('bank', 30), { store }] as const

  const first = await told(open(...manifest).apply())
  expect(counted(first.events)).toEqual({ registered: 30 })
  expect(first.events[0]).toEqual({
    type: 'registered',
    server: 'bank',
    issuer: server.origin,
    name: expect.stringMatching(/^client-\d+$/),
    client_id: expect.stringMatching(/^client-/),
    reasons: ['not_registered'],
  })
  expect(server.clients.size).toBe(30)
  // Each well-known path of an issuer without a path.
  expect(server.requests.filter(({ method }) => method === 'GET')).toHaveLength(2)

  const sent = server.requests.length
  const second = await told(open(...manifest).apply())
  expect(counted(second.events)).toEqual({ unchanged: 30 })
  expect(server.requests).toHaveLength(sent)
  for (const secret of secretsOf(server.clients.values()))
    expect(JSON.stringify([first, second])).not.toContain(secret)
})

test('of a hundred clients one is refused, and the others are there', async () => {
  const server = await startAuthorizationServer()
  server.refuse('POST', { status: 400, body: { error: 'invalid_client_metadata' } })
  const store = memoryStore()
  const onboarding = open({ bank: { issuer: server.origin } }, clientsAt('bank', 100), { store })

  const { events } = await told(onboarding.apply())
  expect(counted(events)).toEqual({ registered: 99, failed: 1 })
  const failed = events.find(({ type }) => type === 'failed')
  expect(failed?.error).toBeInstanceOf(OAuthError)
  expect(failed?.error).toMatchObject({ code: 'rejected', outcome: 'rejected' })
  expect(server.clients.size).toBe(99)

  const again = await told(onboarding.apply())
  expect(counted(again.events)).toEqual({ unchanged: 99, registered: 1 })
  expect(again.events.find(({ type }) => type === 'registered')?.name).toBe(failed?.name)
})

test('what changed is updated in place, what left the manifest is left alone', async () => {
  const server = await startAuthorizationServer()
  const store = memoryStore()
  const servers = { bank: { issuer: server.origin } }
  await told(open(servers, clientsAt('bank', 3), { store }).apply())
  const ids = [...server.clients.keys()].sort()

  const clients = { 'client-1': clientAt('bank', 1), 'client-2': clientAt('bank', 22) }
  const onboarding = open(servers, clients, { store })
  const sent = server.requests.length
  expect(await onboarding.plan()).toEqual([
    expect.objectContaining({ name: 'client-1', action: 'none', reasons: [], changed: [] }),
    expect.objectContaining({
      server: 'bank',
      name: 'client-2',
      action: 'update',
      reasons: ['metadata_changed'],
      changed: [
        { member: 'client_name', from: 'App 2', to: 'App 22' },
        {
          member: 'redirect_uris',
          from: ['https://app-2.example.com/cb'],
          to: ['https://app-22.example.com/cb'],
        },
      ],
    }),
    expect.objectContaining({ name: 'client-3', action: 'orphaned', reasons: ['not_in_manifest'] }),
  ])
  expect(server.requests).toHaveLength(sent)

  expect(counted((await told(onboarding.apply())).events)).toEqual({ unchanged: 1, updated: 1 })
  expect([...server.clients.keys()].sort()).toEqual(ids)
})

test('a secret that has expired is renewed, and that is what it is called', async () => {
  const advance = stopClock()
  const server = await startAuthorizationServer({ lifetime: 1000 })
  const onboarding = open({ bank: { issuer: server.origin } }, clientsAt('bank', 1))
  await told(onboarding.apply())
  advance(1001)
  expect(await onboarding.plan()).toEqual([
    expect.objectContaining({ action: 'renew', reasons: ['secret_expired'] }),
  ])
  expect(counted((await told(onboarding.apply())).events)).toEqual({ renewed: 1 })
  expect(server.clients.size).toBe(1)
})

test('one client at two servers is kept at each, with the defaults of each', async () => {
  const [one, other] = [await startAuthorizationServer(), await startAuthorizationServer()]
  const servers = {
    one: { issuer: one.origin, defaults: { contacts: ['one@example.com'] } },
    other: { issuer: other.origin, defaults: { contacts: ['other@example.com'], client_name: 'Overruled' } },
  }
  await told(open(servers, { app: clientAt(['one', 'other'], 1) }).apply())
  expect([...one.clients.values()]).toMatchObject([{ contacts: ['one@example.com'], client_name: 'App 1' }])
  expect([...other.clients.values()]).toMatchObject([
    { contacts: ['other@example.com'], client_name: 'App 1' },
  ])
})

test('a token is got by client credentials, once for all', async () => {
  const server = await startAuthorizationServer()
  const [serve] = server.script
  const tokens: unknown[] = []
  server.script.unshift(function answer(request) {
    server.script.splice(0, server.script.length, answer)
    if (request.url !== '/token') return typeof serve === 'function' ? serve(request) : {}
    tokens.push([request.headers.authorization, request.body])
    return { body: { access_token: 'abc', token_type: 'Bearer', expires_in: 600 } }
  })
  const token = { client_id: 'registrar', client_secret: { env: 'SECRET' }, scope: 'register' }
  const { Onboarding, parseManifest } = await import('../../src/onboarding/index.js')
  const manifest = parseManifest(
    { version: 1, servers: { bank: { issuer: server.origin, token } }, clients: clientsAt('bank', 10) },
    { environment: { SECRET: 's3cret' } },
  )
  const onboarding = new Onboarding(manifest, { store: memoryStore(), allowInsecureRequests: true })
  expect(counted((await told(onboarding.apply())).events)).toEqual({ registered: 10 })
  expect(tokens).toEqual([
    [`Basic ${btoa('registrar:s3cret')}`, 'grant_type=client_credentials&scope=register'],
  ])
  const posts = server.requests.filter(({ url }) => url === '/register')
  expect(new Set(posts.map(({ headers }) => headers.authorization))).toEqual(new Set(['Bearer abc']))
})

test('destroy deletes what is there, and says what a server did not delete', async () => {
  const [one, other] = [await startAuthorizationServer(), await startAuthorizationServer({ management: [] })]
  const servers = { one: { issuer: one.origin }, other: { issuer: other.origin } }
  const onboarding = open(servers, { ...clientsAt('one', 3), stays: clientAt('other', 9) })
  await told(onboarding.apply())
  const { events } = await told(onboarding.destroy())
  expect(counted(events)).toEqual({ removed: 3, failed: 1 })
  expect(events.find(({ type }) => type === 'failed')).toMatchObject({
    name: 'stays',
    error: { code: 'management_not_supported' },
  })
  expect([one.clients.size, other.clients.size]).toEqual([0, 1])
  expect(await onboarding.plan()).toContainEqual(
    expect.objectContaining({ name: 'stays', action: 'orphaned', reasons: ['removed'] }),
  )
  expect(counted((await told(onboarding.destroy())).events)).toEqual({ absent: 4 })
})

test('only some of the names', async () => {
  const server = await startAuthorizationServer()
  const onboarding = open({ bank: { issuer: server.origin } }, clientsAt('bank', 5))
  const { events } = await told(onboarding.apply({ only: ['client-2', 'client-4'] }))
  expect(events.map(({ name }) => name).sort()).toEqual(['client-2', 'client-4'])
  expect(() => onboarding.apply({ only: ['client-9'] })).toThrow(/names client-9, which is no client/)
})

test('what the store did not take is saved when it works again', async () => {
  const server = await startAuthorizationServer()
  const store = memoryStore()
  let failing = 2
  const broken: typeof store = {
    ...store,
    async set(key, stored) {
      if (stored.client && failing-- > 0) throw Object.assign(new Error('no room'), { code: 'ENOSPC' })
      return store.set(key, stored)
    },
  }
  const servers = { bank: { issuer: server.origin, concurrency: 1 } }
  const { events } = await told(open(servers, clientsAt('bank', 3), { store: broken }).apply())
  expect(counted(events)).toEqual({ registered: 3 })
  expect(server.clients.size).toBe(3)
  const kept = (await store.list()).map(([, { client }]) => client?.client_id)
  expect(kept.sort()).toEqual([...server.clients.keys()].sort())
})

test('a dead issuer holds up no other, and is asked for its metadata alone', async () => {
  const dead = await startScripted(...Array(50).fill('never answer'))
  const living = await startAuthorizationServer()
  const servers = { dead: { issuer: dead.origin }, living: { issuer: living.origin } }
  const clients = { ...clientsAt('dead', 20, 'lost'), ...clientsAt('living', 8) }
  // Longer than the living one takes for all of its clients, on a busy machine.
  const { events } = await told(open(servers, clients, { timeout: 4000 }).apply())
  expect(counted(events)).toEqual({ registered: 8, failed: 20 })
  expect(events.findIndex(({ type }) => type === 'failed')).toBe(8)
  expect(new Set(dead.requests.map(({ url }) => url))).toEqual(
    new Set(['/.well-known/oauth-authorization-server', '/.well-known/openid-configuration']),
  )
  expect(dead.requests).toHaveLength(2)
})

test('a client whose registration was never answered is registered again, and the event says why', async () => {
  const server = await startAuthorizationServer()
  server.lose('POST', 'close')
  const onboarding = open({ bank: { issuer: server.origin } }, clientsAt('bank', 1), { store: memoryStore() })

  const [lost] = (await told(onboarding.apply())).events
  expect([lost?.type, lost?.error?.outcome, lost?.reasons]).toEqual(['failed', 'unknown', undefined])
  const [again] = (await told(onboarding.apply())).events
  expect([again?.type, again?.reasons]).toEqual(['registered', ['registration_in_doubt']])
  const [none] = (await told(onboarding.apply())).events
  expect([none?.type, none?.reasons]).toEqual(['unchanged', undefined])
})
