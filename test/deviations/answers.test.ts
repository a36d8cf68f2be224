import { expect, test } from 'vitest'
import { type ClientInformation, differences, memoryStore, metadataOf, storeKey } from '../../src/index.js'
import {
  auth0,
  awsIamIdentityCenter,
  keycloakDefault,
  mastodon,
  okta,
  pingAm,
  springAuthorizationServer,
} from '../../src/providers/index.js'
import { failureOf } from '../failure-of.js'
import type { Step } from '../servers/scripted.js'
import { clientsIn } from '../stored-in.js'
import { deviation } from './deviation.js'
import { APP, created, managed, meet, type Setting } from './meet.js'

const SECRET = { client_secret: 's1', client_secret_expires_at: 0 }

/** What a registration with this answer gives, and what is told of it. */
async function registering(
  answer: object,
  { wanted = APP as object, status = 201, ...setting }: Setting & { wanted?: object; status?: number } = {},
) {
  const { dcr, warnings, server } = await meet([{ status, body: answer }], setting)
  const client: ClientInformation = await dcr.register(wanted)
  expect(server.requests).toHaveLength(1)
  return { client, warnings }
}

deviation(16, '200 on create', async () => {
  // Glewlwyd, oxAuth, ISAM before, Connect2id's guide, Airlock, Tableau.
  const plain = await registering({ client_id: 'c1', ...SECRET, ...APP }, { status: 200 })
  expect(plain.client).toEqual({ client_id: 'c1', ...SECRET, ...APP })
  expect(plain.warnings).toEqual(['unexpected_status'])

  const answer = { id: '123', name: 'App', client_id: 'c1', ...SECRET, scopes: ['read'], website: null }
  const known = await registering(answer, { status: 200, provider: mastodon, endpoint: '/api/v1/apps' })
  expect(known.client).toMatchObject({ client_id: 'c1', ...SECRET, scope: 'read' })
  expect(known.warnings).toEqual(['unexpected_status'])

  // And what is no client is none, whatever the status says.
  const { dcr } = await meet([{ status: 200, body: { error: 'invalid_client_metadata' } }])
  await expect(dcr.register(APP)).rejects.toMatchObject({
    name: 'OAuthError',
    status: 200,
    error: 'invalid_client_metadata',
  })
})

deviation(17, 'Other success codes', async () => {
  for (const status of [200, 202, 204]) {
    const store = memoryStore()
    const { dcr, server, warnings } = await meet([{ status }], { store })
    const client = managed(server)
    await store.set(storeKey(server.origin, 'c1'), { issuer: server.origin, client })
    await expect(dcr.delete(client)).resolves.toBeUndefined()
    expect(await store.list()).toEqual([])
    expect(warnings).toEqual([])
    expect(server.requests).toHaveLength(1)
  }

  // A 200 that says no has deleted nothing.
  const store = memoryStore()
  const { dcr, server } = await meet([{ status: 200, body: { error: 'invalid_token' } }], { store })
  const client = managed(server)
  await store.set(storeKey(server.origin, 'c1'), { issuer: server.origin, client })
  await expect(dcr.delete(client)).rejects.toMatchObject({ status: 200, error: 'invalid_token' })
  expect(await store.list()).toHaveLength(1)
})

deviation(28, 'CSEA missing with a secret', async () => {
  const answers = [
    // Supabase, and those that leave it out without more.
    { client_id: 'c1', client_secret: 's1', client_type: 'confidential', created_at: '2026-01-02T03:04:05Z' },
    { client_id: 'c1', client_secret: 's1', client_id_issued_at: 1_700_000_000 },
  ]
  for (const answer of answers) {
    const { client, warnings } = await registering(answer)
    // Unknown is neither "never" nor a date.
    expect(client).toEqual(answer)
    expect(warnings).toEqual(['missing_member client_secret_expires_at'])
  }

  // A later answer that leaves it out takes away nothing, unless the secret is another one.
  const later = await meet([created({ client_secret: 's1' }, 200), created({ client_secret: 's2' }, 200)])
  const held = managed(later.server, { client_secret: 's1', client_secret_expires_at: 1_900_000_000 })
  const read = await later.dcr.get(held)
  expect(read).toMatchObject({ client_secret: 's1', client_secret_expires_at: 1_900_000_000 })
  const renewed = await later.dcr.get(read)
  expect(renewed.client_secret).toBe('s2')
  expect(renewed).not.toHaveProperty('client_secret_expires_at')
})

deviation(29, 'CSEA null / without a secret / misspelt', async () => {
  const missing = ['missing_member client_secret_expires_at']
  const wso2 = await registering({ client_id: 'c1', client_secret: 's1', client_secret_expires_at: null })
  expect(wso2.client).toEqual({ client_id: 'c1', client_secret: 's1' })
  expect(wso2.warnings).toEqual(missing)

  const glewlwyd = await registering({ client_id: 'c1', client_secret_expires_at: 0 })
  expect(glewlwyd.client).toEqual({ client_id: 'c1', client_secret_expires_at: 0 })
  expect(glewlwyd.warnings).toEqual([])

  // What is meant by another name is not ours to say; it is there for the caller to see.
  const lemon = { client_id: 'c1', client_secret: 's1', client_id_expires_at: 0 }
  const lemonLdap = await registering(lemon)
  expect(lemonLdap.client).toEqual(lemon)
  expect(lemonLdap.warnings).toEqual(missing)

  const worker = { client_id: 'c1', ...SECRET, client_secret_issued_at: 1_700_000_000 }
  const workers = await registering(worker)
  expect(workers.client).toEqual(worker)
  expect(workers.warnings).toEqual([])
})

deviation(30, 'CIIA missing', async () => {
  // Auth0, Duende, Stytch, Mastodon; Supabase has a date of its own, as text.
  for (const more of [{}, { created_at: '2026-01-02T03:04:05Z', updated_at: '2026-01-02T03:04:05Z' }]) {
    const { client, warnings } = await registering({ client_id: 'c1', ...SECRET, ...more })
    expect(client).toEqual({ client_id: 'c1', ...SECRET, ...more })
    expect(warnings).toEqual([])
  }

  // Keycloak tells it once.
  const { dcr } = await meet((origin) => [
    created(managed({ origin }, { client_id_issued_at: 1_700_000_000 })),
    created(APP, 200),
    created(APP, 200),
  ])
  const read = await dcr.get(await dcr.register(APP))
  expect(read.client_id_issued_at).toBe(1_700_000_000)
  expect((await dcr.update(read, {})).client_id_issued_at).toBe(1_700_000_000)
})

deviation(31, 'Nulls in answer', async () => {
  const key = { kty: 'RSA', e: 'AQAB', n: 'n', use: null }
  const answers = [
    { client_uri: null, logo_uri: null, tos_uri: null, initiate_login_uri: null },
    { grant_types: null, response_types: null, client_secret: null, client_secret_expires_at: null },
    { scope: null, registration_access_token: null, registration_client_uri: null },
  ]
  for (const nulls of answers) {
    const { client, warnings } = await registering({ client_id: 'c1', ...APP, ...nulls })
    expect(Object.keys(client).sort()).toEqual(['client_id', 'client_name', 'redirect_uris'])
    expect(warnings).toEqual([])
  }

  // A null in an answer is no new value for what is held, and is not sent back. Inside a key it is the server's.
  const jwks = { keys: [key] }
  const { dcr, server, bodies } = await meet([
    created({ ...APP, ...answers[0], ...answers[2], jwks, x_owner: null }, 200),
    created(APP, 200),
  ])
  const client = await dcr.get(managed(server))
  expect(client).toMatchObject({ registration_access_token: 'rat-1', jwks })
  await dcr.update(client, {})
  expect(bodies()[1]).toEqual({ client_id: 'c1', ...APP, jwks })
})

deviation(32, 'Empty strings', async () => {
  const unset = { token_endpoint_auth_method: '', client_uri: '', logo_uri: '', registration_client_uri: '' }
  const empty = await registering({ client_id: 'c1', ...APP, ...unset })
  expect(empty.client).toEqual({ client_id: 'c1', ...APP })
  expect(empty.warnings).toEqual([])

  const listed = await registering({ client_id: 'c1', redirect_uris: [''] })
  expect(listed.client).toEqual({ client_id: 'c1', redirect_uris: [] })
  // It is no redirect URI, and so not what was asked for.
  expect(listed.warnings).toEqual(['granted_differs redirect_uris'])

  // Only an identifier cannot be empty. The rest of the answer is not lost.
  const { dcr } = await meet([{ status: 201, body: { client_id: '', client_secret: 's1' } }])
  const error = await failureOf(dcr.register(APP))
  expect(error).toMatchObject({ code: 'invalid_response', outcome: 'applied' })
  expect(error.client).toEqual({ client_id: '', client_secret: 's1' })

  const { dcr: manager, server, bodies } = await meet([created({ ...APP, ...unset }, 200), created(APP, 200)])
  await manager.update(await manager.get(managed(server)), {})
  expect(bodies()[1]).toEqual({ client_id: 'c1', ...APP })
})

deviation(33, 'Wrong types', async () => {
  const converted = async (answer: object) => {
    const { client, warnings } = await registering({ client_id: 'c1', ...answer }, { wanted: {} })
    return { client, warnings: warnings.filter((warning) => !warning.startsWith('questionable')) }
  }
  // oxAuth; IBM, of a single one.
  await expect(converted({ scope: ['openid', 'email'] })).resolves.toEqual({
    client: { client_id: 'c1', scope: 'openid email' },
    warnings: ['converted_member scope'],
  })
  await expect(converted({ redirect_uris: APP.redirect_uris[0] })).resolves.toEqual({
    client: { client_id: 'c1', redirect_uris: APP.redirect_uris },
    warnings: ['converted_member redirect_uris'],
  })

  // OpenAM has `scopes`, in both directions.
  const { dcr, bodies } = await meet([created({ ...APP, scopes: ['openid', 'email'] })], {
    endpoint: '/oauth2/realms/root/register',
    provider: pingAm,
  })
  const client = await dcr.register({ ...APP, scope: 'openid email' })
  expect(bodies()).toEqual([{ ...APP, scopes: ['openid', 'email'] }])
  expect(client.scope).toBe('openid email')
  await expect(converted({ scopes: ['openid'] })).resolves.toMatchObject({
    client: { client_id: 'c1', scopes: ['openid'] },
  })

  // Mastodon before 4.3: all redirect URIs in one text, and an id that is not the client_id.
  const redirect_uri = 'https://app.example.com/cb\nurn:ietf:wg:oauth:2.0:oob'
  const answer = { id: '9', client_id: 'c1', ...SECRET, scopes: ['read', 'write'], redirect_uri }
  const app = await registering(answer, { provider: mastodon, endpoint: '/api/v1/apps' })
  expect(app.client).toMatchObject({ client_id: 'c1', scope: 'read write', id: '9', redirect_uri })

  // CAS joins them within the list. That cannot be undone, as a URI may hold the sign; it is told.
  const uris = ['https://app.example.com/cb', 'https://app.example.com/cb2']
  const wanted = { redirect_uris: uris }
  const joined = await registering({ client_id: 'c1', redirect_uris: [uris.join('|')] }, { wanted })
  expect(joined.warnings).toEqual(['granted_differs redirect_uris'])
  expect(differences(wanted, joined.client)).toEqual([
    { member: 'redirect_uris', requested: uris, granted: [uris.join('|')] },
  ])
})

deviation(34, 'camelCase wire', async () => {
  const answer = {
    clientId: 'c1',
    clientSecret: 's1',
    clientIdIssuedAt: 1_700_000_000,
    clientSecretExpiresAt: 1_707_776_000,
    authorizationEndpoint: 'https://oidc.eu-west-1.amazonaws.com/authorize',
  }
  const endpoint = '/client/register'
  const aws = await meet([{ status: 200, body: answer }], { endpoint, provider: awsIamIdentityCenter })
  const client = await aws.dcr.register({
    ...APP,
    scope: 'sso:account:access',
    token_endpoint_auth_method: 'none',
  })
  expect(aws.bodies()).toEqual([
    {
      clientName: 'App',
      redirectUris: APP.redirect_uris,
      scopes: ['sso:account:access'],
      clientType: 'public',
    },
  ])
  expect(client).toMatchObject({
    client_id: 'c1',
    client_secret: 's1',
    client_id_issued_at: 1_700_000_000,
    client_secret_expires_at: 1_707_776_000,
  })

  // Without the profile it is no client, and yet what was made is not lost.
  const unknown = await meet([{ status: 200, body: answer }], { endpoint })
  const error = await failureOf(unknown.dcr.register(APP))
  expect(error).toMatchObject({ code: 'invalid_response', outcome: 'applied' })
  expect(error.message).toContain(`POST ${unknown.server.origin}${endpoint}`)
  expect(error.message).toContain('What is known of the client is in error.client.')
  expect(error.client).toEqual(answer)
  expect(unknown.server.requests).toHaveLength(1)

  const keycloak = await meet(
    [
      {
        status: 201,
        body: {
          id: 'uuid',
          clientId: 'c1',
          secret: 's1',
          redirectUris: APP.redirect_uris,
          registrationAccessToken: 'rat-1',
          publicClient: false,
          standardFlowEnabled: true,
        },
      },
      { status: 200, body: { clientId: 'c1', registrationAccessToken: 'rat-2' } },
    ],
    { endpoint: '/clients-registrations/default', provider: keycloakDefault },
  )
  const native = await keycloak.dcr.register(APP)
  expect(native).toMatchObject({
    client_id: 'c1',
    client_secret: 's1',
    redirect_uris: APP.redirect_uris,
    registration_access_token: 'rat-1',
    grant_types: ['authorization_code'],
  })
  const read = await keycloak.dcr.get(native)
  expect(read).toMatchObject({ registration_access_token: 'rat-2', client_secret: 's1' })
  expect(keycloak.bodies()[0]).toMatchObject({ name: 'App', redirectUris: APP.redirect_uris })
  expect(keycloak.sent()[1]).toBe('GET /clients-registrations/default/c1 Bearer rat-1')

  // A server that nobody has made a profile for: the old one of better-auth.
  const own = await meet([{ status: 201, body: { client_id: 'c1', redirectURLs: APP.redirect_uris } }], {
    provider: { name: 'old-better-auth', wireNames: { redirect_uris: 'redirectURLs' } },
  })
  await expect(own.dcr.register(APP)).resolves.toEqual({ client_id: 'c1', redirect_uris: APP.redirect_uris })
  expect(own.bodies()).toEqual([{ client_name: 'App', redirectURLs: APP.redirect_uris }])
})

deviation(35, 'TEAM default not basic', async () => {
  // It is never made up: not in what is sent, and not in what comes back.
  const { dcr, bodies } = await meet([created(SECRET)])
  expect(await dcr.register(APP)).not.toHaveProperty('token_endpoint_auth_method')
  expect(bodies()).toEqual([APP])

  // Where the default is known to be another, and the answer is silent, the profile says it.
  const tenant = { provider: auth0, endpoint: '/oidc/register' }
  const silent = await registering({ client_id: 'c1', ...SECRET, ...APP }, tenant)
  expect(silent.client.token_endpoint_auth_method).toBe('client_secret_post')
  const telling = await registering({ client_id: 'c1', ...APP, token_endpoint_auth_method: 'none' }, tenant)
  expect(telling.client.token_endpoint_auth_method).toBe('none')

  // Who did not ask for a method is not told that it differs.
  for (const token_endpoint_auth_method of ['client_secret_post', 'none']) {
    const { client, warnings } = await registering({ client_id: 'c1', ...SECRET, token_endpoint_auth_method })
    expect(client).toMatchObject({ token_endpoint_auth_method })
    expect(warnings).toEqual([])
  }
})

deviation(36, 'TEAM changed against the request', async () => {
  const rows = [
    { asked: 'client_secret_post', granted: 'client_secret_basic', more: SECRET },
    { asked: 'none', granted: 'client_secret_basic', more: SECRET },
    { asked: 'client_secret_basic', granted: 'client_secret_post', more: SECRET },
    { asked: 'client_secret_basic', granted: 'none', more: {} },
  ]
  for (const { asked, granted, more } of rows) {
    const wanted = { ...APP, token_endpoint_auth_method: asked }
    const answer = { client_id: 'c1', ...APP, ...more, token_endpoint_auth_method: granted }
    const { client, warnings } = await registering(answer, { wanted })
    expect(client).toEqual(answer)
    expect(warnings).toEqual(['granted_differs token_endpoint_auth_method'])
    expect(differences(wanted, client)).toEqual([
      { member: 'token_endpoint_auth_method', requested: asked, granted },
    ])
  }

  // What counts from then on is what was granted.
  const { dcr, sent } = await meet(
    (origin) => [
      created({
        ...SECRET,
        registration_client_uri: `${origin}/register/c1`,
        token_endpoint_auth_method: 'client_secret_post',
      }),
      created(APP, 200),
    ],
    { manageWith: 'client_secret' },
  )
  await dcr.get(await dcr.register({ ...APP, token_endpoint_auth_method: 'client_secret_basic' }))
  expect(sent()[1]).toBe('GET /register/c1?client_id=c1&client_secret=s1')
})

deviation(37, 'Secret for public / none for confidential', async () => {
  // Atlassian gives one to a public client and expects it: it is kept, and stays beside the method.
  const given = { client_id: 'c1', ...APP, ...SECRET, token_endpoint_auth_method: 'none' }
  const wanted = { ...APP, token_endpoint_auth_method: 'none' }
  const store = memoryStore()
  const { client, warnings } = await registering(given, { wanted, store })
  expect(client).toEqual(given)
  expect(warnings).toEqual([])
  expect(await clientsIn(store)).toEqual([given])

  // MAS and Glewlwyd give none to who has not named a method.
  const none = { client_id: 'c1', ...APP, token_endpoint_auth_method: 'client_secret_basic' }
  const poor = await registering(none)
  expect(poor.client).toEqual(none)
  expect(poor.warnings).toEqual(['missing_member client_secret'])
})

deviation(38, 'Secret not echoed on GET', async () => {
  const silent: Step[] = [created(APP, 200), created({ ...APP, client_secret: null }, 200)]
  const setting = { provider: okta, endpoint: '/oauth2/v1/clients', initialAccessToken: '00abc' }
  const store = memoryStore()
  const { dcr, server } = await meet([created({ ...APP, ...SECRET }), ...silent], { ...setting, store })
  const client = await dcr.register(APP)
  for (let read = 0; read < silent.length; read++)
    await expect(dcr.get(client)).resolves.toEqual({ client_id: 'c1', ...APP, ...SECRET })
  expect((await store.get(storeKey(server.origin, 'c1')))?.client).toMatchObject(SECRET)

  // RFC 7592 §3 lets a read renew it, and the one in the answer is then the one in force.
  const renewing = await meet([created({ client_secret: 's2', client_secret_expires_at: 0 }, 200)])
  const read = await renewing.dcr.get(managed(renewing.server, SECRET))
  expect(read.client_secret).toBe('s2')
})

test('38, at Spring: the encoded secret that a read tells does not take the place of the real one', async () => {
  const { dcr, server } = await meet([created({ client_secret: '{bcrypt}$2a$10$abc' }, 200)], {
    provider: springAuthorizationServer,
  })
  const client = await dcr.get(managed(server, SECRET))
  expect(client.client_secret).toBe('s1')
})

deviation(39, 'Metadata silently changed', async () => {
  const rows = [
    // Keycloak
    { wanted: { response_types: ['code'] }, granted: { response_types: ['code', 'none'] } },
    { wanted: { scope: 'openid api' }, granted: { scope: 'address phone offline_access' } },
    // CAS, MAS
    {
      wanted: { grant_types: ['authorization_code'] },
      granted: { grant_types: ['authorization_code', 'password'] },
    },
    {
      wanted: { grant_types: ['authorization_code', 'urn:ietf:params:oauth:grant-type:device_code'] },
      granted: { grant_types: ['authorization_code'] },
    },
    // GitLab, Duende
    { wanted: { client_name: 'App' }, granted: { client_name: '[Unverified Dynamic Application] App' } },
    { wanted: { redirect_uris: ['https://a.example'] }, granted: { redirect_uris: ['https://a.example/'] } },
    // A software statement that overrides
    { wanted: { client_name: 'App' }, granted: { client_name: 'App of the directory' } },
  ]
  for (const { wanted, granted } of rows) {
    const asked = { ...APP, ...wanted }
    const { client, warnings } = await registering(
      { client_id: 'c1', ...asked, ...granted },
      { wanted: asked },
    )
    const [member = ''] = Object.keys(granted)
    expect(client).toEqual({ client_id: 'c1', ...asked, ...granted })
    expect(warnings.filter((warning) => !warning.startsWith('questionable'))).toEqual([
      `granted_differs ${member}`,
    ])
    expect(differences(asked, client)).toEqual([
      { member, requested: Object.values(wanted)[0], granted: Object.values(granted)[0] },
    ])
  }

  // Another order is no change, and nothing is told that is not there.
  const wanted = { ...APP, scope: 'a b', grant_types: ['authorization_code', 'refresh_token'] }
  const answer = {
    client_id: 'c1',
    ...APP,
    scope: 'b a',
    grant_types: ['refresh_token', 'authorization_code'],
  }
  expect((await registering(answer, { wanted })).warnings).toEqual([])

  // An update is compared as well.
  const { dcr, server, warnings } = await meet([created({ ...APP, scope: 'openid' }, 200)])
  await dcr.update(managed(server), { scope: 'openid email' })
  expect(warnings).toEqual(['granted_differs scope'])
})

deviation(40, 'Not everything echoed', async () => {
  const wanted = {
    ...APP,
    scope: 'openid',
    grant_types: ['authorization_code'],
    token_endpoint_auth_method: 'none',
  }
  const rows = [
    // LemonLDAP
    { answer: { ...APP, token_endpoint_auth_method: 'none' }, untold: ['scope', 'grant_types'] },
    // Auth0's older answer, doorkeeper, AWS
    { answer: APP, untold: ['scope', 'grant_types', 'token_endpoint_auth_method'] },
    {
      answer: { redirect_uris: APP.redirect_uris, scope: 'openid' },
      untold: ['client_name', 'grant_types', 'token_endpoint_auth_method'],
    },
    { answer: {}, untold: Object.keys(wanted) },
  ]
  for (const { answer, untold } of rows) {
    const { client, warnings } = await registering({ client_id: 'c1', ...answer }, { wanted })
    // Silence is neither granted nor refused: it is in the differences, and no warning.
    expect(client).toEqual({ client_id: 'c1', ...answer })
    expect(warnings).toEqual([])
    const found = differences(wanted, client)
    expect(found.map(({ member }) => member)).toEqual(untold)
    for (const difference of found) expect(difference).not.toHaveProperty('granted')
    expect(metadataOf(client, { scope: 'openid' })).toEqual({ ...answer, scope: 'openid' })
  }

  // Where nothing is known of the metadata, an update would delete what it leaves out: it reads first.
  const { dcr, server, bodies } = await meet([created(wanted, 200), created(wanted, 200)])
  const { client_name: _, redirect_uris: __, ...credentials } = managed(server)
  await dcr.update(credentials as ClientInformation, { client_name: 'App' })
  expect(server.requests.map(({ method }) => method)).toEqual(['GET', 'PUT'])
  expect(bodies()[1]).toEqual({ client_id: 'c1', ...wanted })
})
