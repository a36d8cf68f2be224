import { expect } from 'vitest'
import {
  type ClientInformation,
  type CredentialStore,
  clientSecretPost,
  DcrClient,
  discover,
  memoryStore,
  metadataOf,
  registrationToken,
  storeKey,
} from '../../src/index.js'
import {
  asgardeo,
  auth0,
  curity,
  keycloak,
  mitreId,
  okta,
  springAuthorizationServer,
  wso2,
} from '../../src/providers/index.js'
import { failureOf } from '../failure-of.js'
import { type Step, startScripted } from '../servers/scripted.js'
import { clientsIn } from '../stored-in.js'
import { deviation } from './deviation.js'
import { APP, created, intercept, managed, meet, run } from './meet.js'

const loopback = { allowInsecureRequests: true }

deviation(1, 'No management at all (no RAT/RCU)', async () => {
  const answers = [
    { client_secret: 's1', client_secret_expires_at: 0, ...APP, x_tenant: 't' },
    { client_id: 'c2', client_secret: 's2', client_secret_expires_at: 0, ...APP, client_name: 'App 2' },
  ]
  const settings = [
    { says: 'no registration_client_uri' },
    { endpoint: '/oidc/register', provider: auth0, says: 'the administrator of the tenant manages it' },
  ]
  for (const { says, ...setting } of settings) {
    const { dcr, server, bodies } = await meet(
      answers.map((answer) => created(answer)),
      setting,
    )
    const client = await dcr.register(APP)
    expect(client).toMatchObject({ client_id: 'c1', client_secret: 's1', client_secret_expires_at: 0 })
    for (const operation of ['get', 'update', 'delete'] as const) {
      const error = await failureOf(dcr[operation](client, {}) as Promise<unknown>)
      expect(error).toMatchObject({ code: 'management_not_supported', outcome: 'not_sent', attempts: 0 })
      expect(error.message).toContain(says)
      expect(error.message).toContain('Nothing was sent.')
    }
    expect(server.requests).toHaveLength(1)
    const successor = await dcr.register(metadataOf(client, { client_name: 'App 2' }))
    expect(successor).toMatchObject({ client_id: 'c2', client_secret: 's2' })
    expect(bodies()[1]).toMatchObject({ ...APP, client_name: 'App 2' })
    for (const member of ['client_id', 'client_secret', 'client_secret_expires_at', 'x_tenant'])
      expect(bodies()[1]).not.toHaveProperty(member)
  }
})

deviation(2, 'Management by another credential than a RAT', async () => {
  const basic = Buffer.from('admin:secret').toString('base64')
  const administrators = [
    { provider: okta, endpoint: '/oauth2/v1/clients', token: '00aBc', proof: 'SSWS 00aBc' },
    {
      provider: wso2,
      endpoint: '/api/identity/oauth2/dcr/v1.1/register',
      token: basic,
      proof: `Basic ${basic}`,
    },
    {
      provider: asgardeo,
      endpoint: '/t/one/api/identity/oauth2/dcr/v1.1/register',
      token: 'admin-1',
      proof: 'Bearer admin-1',
    },
    // Connect2id, whose master token does everything, needs no profile.
    { endpoint: '/clients', token: 'master-1', proof: 'Bearer master-1' },
  ]
  for (const { token, proof, endpoint, ...setting } of administrators) {
    const { dcr, sent } = await meet([created(APP), created(APP, 200), { status: 204 }], {
      endpoint,
      initialAccessToken: token,
      ...(!setting.provider && { manageWith: 'initial_access_token' }),
      ...setting,
    })
    const client = await dcr.register(APP)
    await dcr.get(client)
    await dcr.delete(client)
    expect(sent()).toEqual([
      `POST ${endpoint} ${proof}`,
      `GET ${endpoint}/c1 ${proof}`,
      `DELETE ${endpoint}/c1 ${proof}`,
    ])
  }

  // UK Open Banking and the Australian CDR: an access token of the client itself.
  const issued = { client_secret: 's1', client_secret_expires_at: 0 }
  const access: Step = { body: { access_token: 'own-1', token_type: 'Bearer', expires_in: 300 } }
  const bank = await meet([created(issued), access, created(issued, 200), { status: 204 }])
  const client = await bank.dcr.register(APP)
  const { client_id, client_secret = '' } = client
  const asItself = new DcrClient(bank.server.metadata, {
    ...loopback,
    manageWith: 'initial_access_token',
    initialAccessToken: registrationToken(
      bank.server.metadata,
      clientSecretPost({ client_id, client_secret }),
      {
        ...loopback,
        scope: 'cdr:registration',
      },
    ),
  })
  await asItself.get(client)
  await asItself.delete(client)
  expect(bank.sent()).toEqual([
    'POST /register',
    'POST /token',
    'GET /register/c1 Bearer own-1',
    'DELETE /register/c1 Bearer own-1',
  ])
  expect(new URLSearchParams(bank.server.requests[1]?.body).get('scope')).toBe('cdr:registration')
})

deviation(3, 'Management partly there', async () => {
  // oidc-provider, as it comes: it issues a registration_client_uri that answers to GET only.
  const { issuer } = await run({ management: 'read' })
  const real = new DcrClient(await discover(issuer, loopback), loopback)
  const client = await real.register(APP)
  await expect(real.get(client)).resolves.toMatchObject({ client_id: client.client_id, ...APP })
  for (const operation of ['update', 'delete'] as const) {
    const error = await failureOf(real[operation](client, {}) as Promise<unknown>)
    expect(error).toMatchObject({ code: 'not_found', outcome: 'rejected', attempts: 1 })
    expect(error.message).toContain(error.endpoint)
    expect(error.message).toContain(
      'the server does not offer it here, or the client is gone. Nothing was changed.',
    )
  }
  await expect(real.get(client)).resolves.toMatchObject(APP)

  // Where it is known that there is no more than GET, nothing else is tried.
  const spring = await meet([], { provider: springAuthorizationServer, endpoint: '/connect/register' })
  for (const operation of ['update', 'delete'] as const) {
    await expect(spring.dcr[operation](managed(spring.server), {})).rejects.toMatchObject({
      code: 'management_not_supported',
      outcome: 'not_sent',
    })
  }
  expect(spring.server.connections).toBe(0)

  // Bank of Ireland has PUT only: an update of a client that is known does not read. Brasil may refuse a DELETE.
  const store = memoryStore()
  const bank = await meet([created({ client_name: 'App 2' }, 200), { status: 405 }], { store })
  const updated = await bank.dcr.update(managed(bank.server), { client_name: 'App 2' })
  await expect(bank.dcr.delete(updated)).rejects.toMatchObject({ code: 'not_found', status: 405 })
  expect(bank.sent()).toEqual(['PUT /register/c1 Bearer rat-1', 'DELETE /register/c1 Bearer rat-1'])
  expect(await clientsIn(store)).toEqual([updated])
})

deviation(4, 'RCU in query form `?client_id=`', async () => {
  const uris = [
    '/oauth2/register?client_id=c1',
    '/jans-auth/restv1/register?client_id=@!1736.179E!0001!8F2C.D3A6',
    '/oidc/clientConfig?clientId=c1',
    '/mga/sps/oauth/oauth20/register/definition?client_id=a%2Bb%20c&realm=/one',
  ]
  for (const uri of uris) {
    const { dcr, server, sent } = await meet((origin) => [
      created({ registration_access_token: 'rat-1', registration_client_uri: `${origin}${uri}` }),
      created(APP, 200),
      created(APP, 200),
      { status: 204 },
    ])
    const client = await dcr.register(APP)
    expect(client.registration_client_uri).toBe(`${server.origin}${uri}`)
    const read = await dcr.get(client)
    await dcr.delete(await dcr.update(read, { client_name: 'App 2' }))
    expect(sent().slice(1)).toEqual(['GET', 'PUT', 'DELETE'].map((method) => `${method} ${uri} Bearer rat-1`))
  }
})

deviation(5, 'RCU relative, or internal host', async () => {
  const relative = await meet([
    created({ registration_access_token: 'rat-1', registration_client_uri: '/.idp/register/c1' }),
    created(APP, 200),
  ])
  const client = await relative.dcr.register(APP)
  expect(client.registration_client_uri).toBe(`${relative.server.origin}/.idp/register/c1`)
  expect(relative.warnings).toEqual(['converted_member registration_client_uri'])
  await relative.dcr.get(client)
  expect(relative.sent()[1]).toBe('GET /.idp/register/c1 Bearer rat-1')

  // Keycloak makes it of its backend URL.
  const backend = await startScripted()
  const inside = {
    registration_access_token: 'rat-1',
    registration_client_uri: `${backend.origin}/realms/one/clients-registrations/openid-connect/c1`,
  }
  const endpoint = '/realms/one/clients-registrations/openid-connect'
  const plain = await meet([created(inside)], { endpoint })
  const registered = await plain.dcr.register(APP)
  expect(registered).toMatchObject(inside)
  const error = await failureOf(plain.dcr.get(registered))
  expect(error).toMatchObject({ code: 'untrusted_origin', outcome: 'not_sent' })
  for (const part of [backend.origin, plain.server.origin, 'trustedOrigins'])
    expect(error.message).toContain(part)
  expect(backend.connections).toBe(0)

  backend.script.push(created(APP, 200))
  await plain.dcr.get(registered, { trustedOrigins: [backend.origin] })
  expect(backend.requests[0]?.headers.authorization).toBe('Bearer rat-1')

  const known = await meet([created(APP, 200)], { endpoint, provider: keycloak })
  await known.dcr.get(registered)
  expect(known.sent()).toEqual([`GET ${endpoint}/c1 Bearer rat-1`])
  expect(backend.requests).toHaveLength(1)
})

deviation(6, 'RCU/RAT missing from GET or PUT answers', async () => {
  // Glewlwyd tells both once, when it registers.
  const store = memoryStore()
  const { dcr, server, sent } = await meet(
    (origin) => [
      created(managed({ origin }, { client_secret: 's1', client_secret_expires_at: 0 })),
      created(APP, 200),
      created(APP, 200),
      { status: 200 },
    ],
    { store },
  )
  const client = await dcr.register(APP)
  const credentials = { ...managed(server), client_secret: 's1', client_secret_expires_at: 0 }
  const read = await dcr.get(client)
  expect(read).toEqual(credentials)
  expect((await store.get(storeKey(server.origin, 'c1')))?.client).toEqual(credentials)
  const updated = await dcr.update(read, { client_name: 'App' })
  expect(updated).toEqual(credentials)
  await dcr.delete(updated)
  expect(sent().slice(1)).toEqual(
    ['GET', 'PUT', 'DELETE'].map((method) => `${method} /register/c1 Bearer rat-1`),
  )
})

deviation(7, 'RAT rotated on PUT', async () => {
  const { issuer } = await run({ management: 'rotating' })
  const metadata = await discover(issuer, loopback)
  const store = memoryStore()
  const dcr = new DcrClient(metadata, { ...loopback, store })
  const first = await dcr.register(APP)
  const second = await dcr.update(first, { client_name: 'App 2' })
  expect(second.registration_access_token).not.toBe(first.registration_access_token)
  expect((await store.get(storeKey(issuer, first.client_id)))?.client).toEqual(second)
  // With a store, what the caller holds may be old; without one, the old token is void.
  const third = await dcr.update(first, { client_name: 'App 3' })
  expect(third.registration_access_token).not.toBe(second.registration_access_token)
  await expect(new DcrClient(metadata, loopback).get(first)).rejects.toMatchObject({ code: 'unauthorized' })
  await dcr.delete(first)
  expect(await store.list()).toEqual([])

  // The answer with the new token is lost. The client says so, keeps what it has, and sends no second PUT.
  const kept = memoryStore()
  const lost = await meet(['close', { status: 401, body: { error: 'invalid_token' } }], { store: kept })
  const client = managed(lost.server, { client_secret: 's1' })
  const error = await failureOf(lost.dcr.update(client, { client_name: 'App 2' }))
  expect(error).toMatchObject({ code: 'management_locked', outcome: 'applied' })
  expect(error.message).toContain('the client itself still works')
  expect(error.client).toEqual(client)
  expect(lost.server.requests.map(({ method }) => method)).toEqual(['PUT', 'GET'])
})

deviation(8, 'RAT rotated or re-issued on **GET**', async () => {
  const events: string[] = []
  const memory = memoryStore()
  const store: CredentialStore = {
    ...memory,
    set: async (key, stored) => {
      const revision = await memory.set(key, stored)
      await new Promise(setImmediate)
      const { client, intent } = stored
      events.push(intent ? `intends ${intent.operation}` : `saved ${client?.registration_access_token}`)
      return revision
    },
  }
  let issued = 0
  const generate = (kind: string) =>
    kind === 'registration_access_token' ? `rat-${++issued}` : crypto.randomUUID()
  await intercept({ rotateOnRead: true, generate }, async (as) => {
    const dcr = new DcrClient(await discover(as.issuer), { store, provider: curity })
    const client = await dcr.register(APP)
    for (const number of [2, 3]) {
      const read = await dcr.get(client)
      events.push(`returned ${read.registration_access_token}`)
      expect(read.registration_access_token).toBe(`rat-${number}`)
    }
    await dcr.delete(client)
    expect(events).toEqual([
      'intends register',
      'saved rat-1',
      'intends get',
      'saved rat-2',
      'returned rat-2',
      'intends get',
      'saved rat-3',
      'returned rat-3',
      'intends delete',
    ])
    const management = as.requests.filter(({ operation }) => /read|delete/.test(`${operation}`))
    expect(management.map(({ headers, status }) => `${headers.authorization} ${status}`)).toEqual([
      'Bearer rat-1 200',
      'Bearer rat-2 200',
      'Bearer rat-3 204',
    ])
  })

  // Elsewhere a lost read is harmless and is sent again; here it may have taken the new token with it.
  const again = await meet(['close', created(APP, 200)])
  await again.dcr.get(managed(again.server))
  expect(again.server.requests).toHaveLength(2)
  for (const provider of [curity, mitreId]) {
    const once = await meet(['close', created(APP, 200)], { provider })
    const error = await failureOf(once.dcr.get(managed(once.server)))
    expect(error).toMatchObject({ code: 'network_error', outcome: 'unknown', attempts: 1 })
    expect(error.message).toContain('It may have been done.')
    expect(once.server.requests).toHaveLength(1)
  }
})

deviation(9, 'RAT must not / does not rotate', async () => {
  const { issuer } = await run({ management: 'fixed' })
  const dcr = new DcrClient(await discover(issuer, loopback), { ...loopback, store: memoryStore() })
  const client = await dcr.register(APP)
  const updated = await dcr.update(client, { client_name: 'App 2' })
  expect(updated.registration_access_token).toBe(client.registration_access_token)
  await expect(dcr.get(client)).resolves.toMatchObject({ client_name: 'App 2' })

  // Nor is a client locked where an answer is lost: the token that is held still reads.
  const lost = await meet(['close', created({ ...APP, client_name: 'App 2' }, 200)])
  const found = await lost.dcr.update(managed(lost.server), { client_name: 'App 2' })
  expect(found).toMatchObject({ client_name: 'App 2', registration_access_token: 'rat-1' })
  expect(lost.warnings).toEqual(['update_reconciled'])
  expect(lost.sent()).toEqual(['PUT /register/c1 Bearer rat-1', 'GET /register/c1 Bearer rat-1'])
})

deviation(10, 'RAT killed when misused on another client', async () => {
  const { issuer } = await run()
  const dcr = new DcrClient(await discover(issuer, loopback), { ...loopback, store: memoryStore() })
  const clients = await Promise.all(
    ['One', 'Two', 'Three'].map((client_name) => dcr.register({ ...APP, client_name })),
  )
  for (let round = 0; round < 2; round++) {
    // Side by side: a token that went to another client's URL would be dead in the second round.
    const read = await Promise.all(clients.map((client) => dcr.get(client)))
    expect(read.map(({ client_name }) => client_name)).toEqual(['One', 'Two', 'Three'])
  }
  await Promise.all(clients.map((client) => dcr.update(client, { contacts: ['a@example.com'] })))

  // What a caller mixes up himself costs him one request, and the error says what it may have cost beside.
  const [one, two] = clients as [ClientInformation, ClientInformation]
  const plain = new DcrClient(await discover(issuer, loopback), loopback)
  const newest = await dcr.get(one)
  const mixed = { ...newest, registration_client_uri: two.registration_client_uri ?? '' }
  const error = await failureOf(plain.get(mixed))
  expect(error).toMatchObject({
    code: 'unauthorized',
    outcome: 'rejected',
    error: 'invalid_token',
    attempts: 1,
  })
  expect(error.message).toContain('the token or secret is missing, wrong or spent, or the client is gone')
  await expect(dcr.get(one)).rejects.toMatchObject({ code: 'unauthorized' })
  await expect(dcr.get(two)).resolves.toMatchObject({ client_name: 'Two' })

  // A server that answers with another client does not hand that one's token to this one.
  const store = memoryStore()
  const answer = { client_id: 'c2', registration_access_token: 'rat-of-c2' }
  const confused = await meet([created(answer, 200), created(APP, 200)], { store })
  await store.set(storeKey(confused.server.origin, 'c1'), {
    issuer: confused.server.origin,
    client: managed(confused.server),
  })
  await expect(confused.dcr.get(managed(confused.server))).rejects.toMatchObject({
    code: 'invalid_response',
    client: answer,
  })
  await confused.dcr.get(managed(confused.server))
  expect(confused.sent()[1]).toBe('GET /register/c1 Bearer rat-1')
})

deviation(11, 'RAT short-lived or dated', async () => {
  // At Spring it is an access token like any other, and after some minutes no longer good.
  const store = memoryStore()
  const expired: Step = {
    status: 401,
    headers: { 'www-authenticate': 'Bearer error="invalid_token", error_description="The token expired"' },
  }
  const endpoint = '/connect/register'
  const { dcr, server } = await meet(
    (origin) => [
      created({
        client_secret: 's1',
        client_secret_expires_at: 0,
        registration_access_token: 'rat-1',
        registration_client_uri: `${origin}${endpoint}?client_id=c1`,
      }),
      expired,
    ],
    { endpoint, store, provider: springAuthorizationServer },
  )
  const client = await dcr.register(APP)
  const error = await failureOf(dcr.get(client))
  expect(error).toMatchObject({
    code: 'unauthorized',
    outcome: 'rejected',
    status: 401,
    error: 'invalid_token',
    error_description: 'The token expired',
    attempts: 1,
  })
  expect(error.message).toContain(`GET ${server.origin}${endpoint}`)
  expect(error.message).toContain('the token of a client expires in minutes')
  // The client outlives its token: its secret is kept.
  expect((await store.get(storeKey(server.origin, 'c1')))?.client).toEqual(client)
})
