import { describe, expect, test } from 'vitest'
import {
  type AuthorizationServerMetadata,
  type ClientInformation,
  DcrClient,
  type DcrClientOptions,
  discover,
  memoryStore,
  Registrar,
} from '../../src/index.js'
import { registrationKey } from '../../src/stores/store.js'
import { failureOf } from '../failure-of.js'
import { type ScriptedServer, startScripted } from '../servers/scripted.js'

/* Credentials stay with the origin they belong to, whatever the metadata of a server or an answer says. */

const METADATA = { redirect_uris: ['https://app.example.com/cb'] }
const INITIAL = 'initial-access-token-5f0c'

/** An issuer whose document names an endpoint elsewhere. */
async function connect(options: DcrClientOptions = {}) {
  const [home, elsewhere] = [await startScripted(), await startScripted()]
  const server: AuthorizationServerMetadata = {
    issuer: home.origin,
    registration_endpoint: `${elsewhere.origin}/register`,
  }
  const warnings: unknown[] = []
  const dcr = new DcrClient(server, {
    allowInsecureRequests: true,
    onWarning: ({ code, member }) => warnings.push([code, member]),
    ...options,
  })
  return { home, elsewhere, server, dcr, warnings }
}

const created = (server: ScriptedServer, client_id = 'c1') => ({
  status: 201,
  body: {
    client_id,
    registration_access_token: `token-of-${client_id}-77aa`,
    registration_client_uri: `${server.origin}/register/${client_id}`,
  },
})

describe('the initial access token', () => {
  test('E068: without one, an endpoint at another origin is called, and told', async () => {
    const { elsewhere, dcr, warnings } = await connect()
    elsewhere.script.push(created(elsewhere))
    expect((await dcr.register(METADATA)).client_id).toBe('c1')
    expect(warnings).toContainEqual(['cross_origin_endpoint', 'registration_endpoint'])
    expect(elsewhere.requests[0]?.headers.authorization).toBeUndefined()
  })

  for (const [name, initialAccessToken] of [
    ['text', INITIAL],
    ['a source, which is not asked', () => expect.fail('the source was asked')],
  ] as const) {
    test(`E069: ${name}: nothing is sent to another origin`, async () => {
      const { home, elsewhere, dcr } = await connect({ initialAccessToken })
      const error = await failureOf(dcr.register(METADATA))
      expect(error).toMatchObject({ code: 'untrusted_origin', outcome: 'not_sent', attempts: 0 })
      expect(error.message).toContain(elsewhere.origin)
      expect(error.message).toContain(home.origin)
      expect(error.message).toContain('trustedOrigins')
      expect(error.message).not.toContain(INITIAL)
      expect([home.connections, elsewhere.connections]).toEqual([0, 0])
    })
  }

  test('E069: it is sent where the caller trusts the other origin', async () => {
    const { elsewhere, server, dcr } = await connect({ initialAccessToken: INITIAL })
    elsewhere.script.push(created(elsewhere))
    await dcr.register(METADATA, { trustedOrigins: [elsewhere.origin] })
    expect(elsewhere.requests[0]?.headers.authorization).toBe(`Bearer ${INITIAL}`)
    expect(server.issuer).not.toContain(elsewhere.origin)
  })

  test('E069: another port, and another host that starts alike, are other origins', async () => {
    const home = 'https://as.example.com'
    for (const other of [
      'https://as.example.com:8443',
      'https://as.example.com.evil.example',
      'https://AS.example.co',
    ]) {
      const server = { issuer: home, registration_endpoint: `${other}/register` }
      const fetch = () => expect.fail('it was sent')
      const dcr = new DcrClient(server, { initialAccessToken: INITIAL, fetch })
      expect(await failureOf(dcr.register(METADATA))).toMatchObject({ code: 'untrusted_origin' })
    }
  })

  test('E069: it does not go elsewhere to manage a client either', async () => {
    const { elsewhere, dcr } = await connect({
      initialAccessToken: INITIAL,
      manageWith: 'initial_access_token',
    })
    const client = { client_id: 'c1', registration_client_uri: `${elsewhere.origin}/register/c1` }
    for (const call of [dcr.get(client), dcr.delete(client), dcr.update(client, { client_name: 'App' })]) {
      expect(await failureOf(call)).toMatchObject({ code: 'untrusted_origin', outcome: 'not_sent' })
    }
    expect(elsewhere.connections).toBe(0)
  })
})

describe('the registration access token', () => {
  test('E071: it stays with the origin that gave it when the endpoint moves', async () => {
    const { elsewhere, dcr } = await connect()
    elsewhere.script.push(created(elsewhere))
    const client = await dcr.register(METADATA)
    const next = await startScripted()
    const moved = new DcrClient(
      { issuer: next.origin, registration_endpoint: `${next.origin}/register` },
      { allowInsecureRequests: true },
    )
    for (const operation of ['get', 'delete'] as const) {
      const error = await failureOf(moved[operation](client))
      expect(error).toMatchObject({ code: 'untrusted_origin', outcome: 'not_sent' })
    }
    expect(next.connections).toBe(0)
    expect(elsewhere.requests).toHaveLength(1)
  })

  test('E071: the Registrar sends nothing of a client to where its endpoint has moved', async () => {
    const { home, elsewhere } = await connect()
    const store = memoryStore()
    const registrar = new Registrar({ store, allowInsecureRequests: true })
    const server = { issuer: home.origin, registration_endpoint: `${home.origin}/register` }
    home.script.push(created(home))
    await registrar.ensure(server, METADATA)
    const moved = { ...server, registration_endpoint: `${elsewhere.origin}/register` }
    elsewhere.script.push(created(elsewhere, 'c2'))
    const { client, action } = await registrar.ensure(moved, { ...METADATA, client_name: 'App' })
    expect([client.client_id, action]).toEqual(['c2', 'replace'])
    for (const { method, headers } of elsewhere.requests) {
      expect([method, headers.authorization]).toEqual(['POST', undefined])
    }
    // What cannot be deleted any more is not forgotten.
    const orphans = await registrar.orphans()
    expect(orphans.map((orphan) => orphan.client?.client_id)).toEqual(['c1'])
  })

  test('E072: what one issuer gave is not used at another', async () => {
    const [one, other] = [await startScripted(), await startScripted()]
    const store = memoryStore()
    const registrar = new Registrar({ store, allowInsecureRequests: true })
    const at = ({ origin }: ScriptedServer) => ({
      issuer: origin,
      registration_endpoint: `${origin}/register`,
    })
    one.script.push(created(one))
    other.script.push(created(other, 'c2'))
    await registrar.ensure(at(one), METADATA)
    const before = await store.get(registrationKey(one.origin, 'default'))
    expect((await registrar.ensure(at(other), METADATA)).client.client_id).toBe('c2')
    expect(other.requests[0]?.headers.authorization).toBeUndefined()
    expect(other.requests[0]?.body).not.toContain('c1')
    expect(await store.get(registrationKey(one.origin, 'default'))).toEqual(before)
  })

  test('J164: one client_id at two issuers is two clients', async () => {
    const [one, other] = [await startScripted(), await startScripted()]
    const store = memoryStore()
    const clients: ClientInformation[] = []
    for (const server of [one, other]) {
      server.script.push(created(server))
      const dcr = new DcrClient(server.metadata, { store, allowInsecureRequests: true })
      clients.push(await dcr.register(METADATA))
    }
    const stored = (await store.list()).map(([, { client }]) => client?.registration_client_uri)
    expect(stored.sort()).toEqual([`${one.origin}/register/c1`, `${other.origin}/register/c1`].sort())
  })
})

test('E078: what is asked in discovery carries no credentials', async () => {
  const [home] = [await startScripted()]
  const registrar = new Registrar({
    store: memoryStore(),
    allowInsecureRequests: true,
  })
  const document = { issuer: home.origin, registration_endpoint: `${home.origin}/register` }
  home.script.push({ body: document }, { body: document }, created(home))
  await registrar.ensure(home.origin, METADATA, { initialAccessToken: INITIAL })
  const [first, second, third] = home.requests
  for (const request of [first, second]) {
    expect(request?.method).toBe('GET')
    expect(Object.keys(request?.headers ?? {})).not.toContain('authorization')
    expect(Object.keys(request?.headers ?? {})).not.toContain('cookie')
  }
  expect(third?.headers.authorization).toBe(`Bearer ${INITIAL}`)
})

test('E079: a metadata document as text/plain is taken, and told', async () => {
  const home = await startScripted()
  const body = { issuer: home.origin, registration_endpoint: `${home.origin}/register` }
  const step = { headers: { 'content-type': 'text/plain' }, body }
  home.script.push(step, step)
  const warnings: string[] = []
  const found = await discover(home.origin, {
    allowInsecureRequests: true,
    onWarning: ({ code }) => warnings.push(code),
  })
  expect(found.issuer).toBe(home.origin)
  expect(warnings).toEqual(['unexpected_content_type'])
})
