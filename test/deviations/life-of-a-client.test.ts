import { expect } from 'vitest'
import {
  clientSecretBasic,
  DcrClient,
  discover,
  memoryStore,
  metadataOf,
  requestToken,
  storeKey,
} from '../../src/index.js'
import { keycloak, okta, pingAm } from '../../src/providers/index.js'
import { failureOf } from '../failure-of.js'
import { clientsIn } from '../stored-in.js'
import { deviation } from './deviation.js'
import { APP, created, intercept, managed, meet } from './meet.js'

deviation(41, 'Same client_id for repeated registration', async () => {
  // MAS knows a public client by the hash of its metadata: it is one client, twice told, and one entry in the store.
  const store = memoryStore()
  const own = { ...APP, token_endpoint_auth_method: 'none' }
  const { dcr } = await meet([created(own), created(own), created({ ...own, client_id: 'c2' })], { store })
  const [first, again] = [await dcr.register(own), await dcr.register(own)]
  expect(again).toEqual(first)
  expect(await clientsIn(store)).toEqual([again])
  await dcr.register({ ...own, client_name: 'Another' })
  expect(await store.list()).toHaveLength(2)

  // CAS overwrites: what counts is the last answer.
  const cas = await meet(
    ['s1', 's2'].map((client_secret) => created({ client_secret, client_secret_expires_at: 0 })),
    { store: memoryStore() },
  )
  await cas.dcr.register(APP)
  await expect(cas.dcr.register(APP)).resolves.toMatchObject({ client_secret: 's2' })

  // The others refuse a second one of the same name or software: that is told, and what is held is left alone.
  const rows = [
    'client_name: An object with this field already exists in the current organization',
    'Application with the name App already exist in the system',
    'Duplicate registrations for a given software_id are not valid.',
  ]
  for (const error_description of rows) {
    const kept = memoryStore()
    const refusing = await meet(
      [created(APP), { status: 400, body: { error: 'invalid_client_metadata', error_description } }],
      { store: kept },
    )
    const client = await refusing.dcr.register(APP)
    const error = await failureOf(refusing.dcr.register(APP))
    expect(error).toMatchObject({
      code: 'rejected',
      outcome: 'rejected',
      error: 'invalid_client_metadata',
      error_description,
      attempts: 1,
    })
    expect(await clientsIn(kept)).toEqual([client])
  }

  // Where the name is what makes it the same, a successor needs another one.
  const org = await meet([created(APP), created({ ...APP, client_id: 'c2', client_name: 'App 2' })], {
    provider: okta,
    endpoint: '/oauth2/v1/clients',
    initialAccessToken: '00abc',
  })
  await org.dcr.register(metadataOf(await org.dcr.register(APP), { client_name: 'App 2' }))
  expect(org.bodies()).toEqual([APP, { ...APP, client_name: 'App 2' }])
})

deviation(42, 'Client expires / purged', async () => {
  // The day is in client_secret_expires_at, where the server tells one, and in the store with the rest.
  const lifetime = 30 * 24 * 3600
  let now = Date.UTC(2026, 0, 1)
  await intercept({ secretLifetime: lifetime, now: () => now }, async (as) => {
    const store = memoryStore()
    const server = await discover(as.issuer)
    const dcr = new DcrClient(server, { store })
    const machine = { grant_types: ['client_credentials'], redirect_uris: [], response_types: [] }
    const client = await dcr.register(machine)
    const { client_id, client_secret = '' } = client
    expect(client.client_secret_expires_at).toBe(now / 1000 + lifetime)
    const authentication = clientSecretBasic({ client_id, client_secret })
    await expect(requestToken(server, authentication)).resolves.toHaveProperty('access_token')

    now += (lifetime + 1) * 1000
    const expired = await failureOf(requestToken(server, authentication))
    expect(expired).toMatchObject({
      code: 'unauthorized',
      outcome: 'rejected',
      status: 401,
      error: 'invalid_client',
    })
    expect(expired.message).toContain('spent, or the client is gone')

    // Purged: all three calls say so, none makes another client, and nothing is thrown away.
    as.forget(client_id)
    for (const operation of ['get', 'update', 'delete'] as const) {
      const error = await failureOf(dcr[operation](client, {}) as Promise<unknown>)
      expect(error).toMatchObject({ code: 'unauthorized', outcome: 'rejected', status: 401, attempts: 1 })
      expect(error.message).toContain('or the client is gone')
    }
    expect(as.clients.size).toBe(0)
    expect((await store.get(storeKey(as.issuer, client_id)))?.client).toEqual(client)

    // To register again is the caller's to say, with what the store still knows.
    const successor = await dcr.register(metadataOf(client))
    expect(successor.client_id).not.toBe(client_id)
    expect([...as.clients.keys()]).toEqual([successor.client_id])
    expect(successor).toMatchObject(machine)
  })

  // A public client of workers-oauth-provider vanishes without a sign: nothing is made up in its place.
  const { dcr, warnings } = await meet([created({ ...APP, token_endpoint_auth_method: 'none' })])
  const client = await dcr.register({ ...APP, token_endpoint_auth_method: 'none' })
  expect(client).not.toHaveProperty('client_secret_expires_at')
  expect(warnings).toEqual([])
})

deviation(48, 'client_id not URL-safe', async () => {
  const ids = ['a/b.c/..', '@!1736.179E.AA60!0001!8F2C', 'a?b=c&d#e', 'ü 100%']
  const endpoint = '/realms/one/clients-registrations/openid-connect'
  for (const client_id of ids) {
    // What the server gave is used to the letter.
    const exact = '/clients/@!1736/a%2fb.c?client_id=@!1736/%2e'
    const given = await meet((origin) => [
      created({
        client_id,
        registration_access_token: 'rat-1',
        registration_client_uri: `${origin}${exact}`,
      }),
      created({ client_id }, 200),
    ])
    const client = await given.dcr.register(APP)
    await expect(given.dcr.get(client)).resolves.toMatchObject({ client_id })
    expect(given.sent()[1]).toBe(`GET ${exact} Bearer rat-1`)

    // Where a path or query is built of it, the identifier is one part of it and comes back as it was.
    const path = await meet([created({ client_id }, 200)], { endpoint, provider: keycloak })
    await path.dcr.get(managed(path.server, { client_id }))
    const [, built = ''] = path.sent()[0]?.split(' ') ?? []
    expect(built.slice(0, endpoint.length + 1)).toBe(`${endpoint}/`)
    expect(built.slice(endpoint.length + 1)).toBe(encodeURIComponent(client_id))

    const query = await meet([created({ client_id }, 200)], {
      endpoint: '/oauth2/register',
      provider: pingAm,
    })
    await query.dcr.get(managed(query.server, { client_id }))
    const url = new URL(query.server.requests[0]?.url ?? '', query.server.origin)
    expect(url.pathname).toBe('/oauth2/register')
    expect([...url.searchParams]).toEqual([['client_id', client_id]])
  }

  // These would be steps in a path, to the endpoint itself or above it.
  for (const client_id of ['.', '..']) {
    const { dcr, server } = await meet([], { endpoint, provider: keycloak })
    for (const operation of ['get', 'update', 'delete'] as const) {
      const error = await failureOf(dcr[operation](managed(server, { client_id }), {}) as Promise<unknown>)
      expect(error).toMatchObject({ code: 'management_not_supported', outcome: 'not_sent' })
      expect(error.message).toContain('cannot stand in a path')
    }
    expect(server.connections).toBe(0)
  }

  // Nor does one reach into the secret in HTTP Basic.
  const { server } = await meet([{ body: { access_token: 't', token_type: 'Bearer' } }])
  const credentials = { client_id: 'a/b.c:d', client_secret: 's1' }
  await requestToken(server.metadata, clientSecretBasic(credentials), { allowInsecureRequests: true })
  const [, basic = ''] = server.requests[0]?.headers.authorization?.split(' ') ?? []
  expect(Buffer.from(basic, 'base64').toString()).toBe('a%2Fb.c%3Ad:s1')
})
