import { expect, test } from 'vitest'
import {
  type ClientInformation,
  type ClientMetadata,
  clientSecretBasic,
  DcrClient,
  type DcrClientOptions,
  differences,
  discover,
  metadataOf,
  type OAuthError,
  registrationToken,
} from '../../src/index.js'
import {
  awsIamIdentityCenter,
  curity,
  ibmVerifyAccess,
  keycloak,
  okta,
  pingAm,
  springAuthorizationServer,
  wso2,
} from '../../src/providers/index.js'
import { failureOf } from '../failure-of.js'
import { registrar } from '../servers/oidc-provider.js'
import type { Received, Step } from '../servers/scripted.js'
import { deviation } from './deviation.js'
import { APP, created, intercept, managed, meet, run } from './meet.js'

const loopback = { allowInsecureRequests: true }
const token = (access_token: string): Step => ({
  body: { access_token, token_type: 'Bearer', expires_in: 300 },
})
const invalidMetadata = (error_description: string): Step => ({
  status: 400,
  body: { error: 'invalid_client_metadata', error_description },
})
const sentTo = ({ body }: Received): Record<string, unknown> => JSON.parse(body)

deviation(12, 'Single-use IAT', async () => {
  const tokenClients = [{ ...registrar, scope: 'register' }]
  const options = { registration: 'protected', singleUse: true, tokenClients } as const
  await intercept({ ...options, initialAccessTokens: ['iat-of-the-portal'] }, async (as) => {
    const server = await discover(as.issuer)
    const dcr = new DcrClient(server, {
      initialAccessToken: registrationToken(server, clientSecretBasic(registrar)),
    })
    const first = await dcr.register(APP)
    const second = await dcr.register(APP)
    expect([...as.clients.keys()]).toEqual([first.client_id, second.client_id])
    const exchanges = as.requests.filter(({ operation }) => operation !== 'discovery')
    expect(exchanges.map(({ operation, status }) => `${operation} ${status}`)).toEqual([
      'token 200',
      'register 201',
      'register 401',
      'token 200',
      'register 201',
    ])

    const fixed = new DcrClient(server, { initialAccessToken: 'iat-of-the-portal', provider: curity })
    await fixed.register(APP)
    const error = await failureOf(fixed.register(APP))
    expect(error).toMatchObject({ code: 'unauthorized', outcome: 'rejected', status: 401, attempts: 1 })
    expect(error.message).toContain('serves once')
    expect(error.message).not.toContain('iat-of-the-portal')
    expect(as.clients.size).toBe(3)
  })
})

test('12, side by side: with singleUse each registration gets a token of its own', async () => {
  const tokenClients = [{ ...registrar, scope: 'register' }]
  await intercept({ registration: 'protected', singleUse: true, tokenClients }, async (as) => {
    const server = await discover(as.issuer)
    const dcr = new DcrClient(server, {
      initialAccessToken: registrationToken(server, clientSecretBasic(registrar), { singleUse: true }),
    })
    const settled = await Promise.allSettled([APP, APP, APP].map((metadata) => dcr.register(metadata)))
    expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled'])
  })
})

deviation(13, 'IAT scope must match exactly / carry a given scope', async () => {
  for (const { scope, provider } of [
    { scope: 'client.create', provider: springAuthorizationServer },
    { scope: 'dcr', provider: curity },
  ]) {
    const source = (metadata: Parameters<typeof registrationToken>[0]) =>
      registrationToken(metadata, clientSecretBasic(registrar), { ...loopback, scope })
    const { server } = await meet([token('t1'), created(APP)])
    const initialAccessToken = source(server.metadata)
    const dcr = new DcrClient(server.metadata, { ...loopback, provider, initialAccessToken })
    await dcr.register(APP)
    // That scope, and not the `register` that is asked for by default beside it.
    expect(new URLSearchParams(server.requests[0]?.body).get('scope')).toBe(scope)

    const refusals: [number, string, object][] = [
      // A scope too few, and at Spring one too many.
      [403, 'insufficient_scope', { code: 'forbidden', attempts: 1 }],
      [401, 'invalid_token', { code: 'unauthorized', attempts: 2 }],
    ]
    for (const [status, error, expected] of refusals) {
      const no: Step = { status, headers: { 'www-authenticate': `Bearer error="${error}"` } }
      server.script.splice(0, server.script.length, token('t2'), no, token('t3'), no)
      const refused = await failureOf(
        new DcrClient(server.metadata, {
          ...loopback,
          provider,
          initialAccessToken: source(server.metadata),
        }).register(APP),
      )
      expect(refused).toMatchObject({ outcome: 'rejected', status, error, ...expected })
      if (status === 401 || provider === springAuthorizationServer) expect(refused.message).toContain(scope)
    }
  }
})

deviation(14, 'Non-Bearer scheme on create', async () => {
  const basic = Buffer.from('admin:pass word').toString('base64')
  const rows: (DcrClientOptions & { endpoint: string; sends: string; echoes: string })[] = [
    {
      provider: okta,
      endpoint: '/oauth2/v1/clients',
      initialAccessToken: '00abc',
      sends: 'SSWS 00abc',
      echoes: '00abc',
    },
    {
      provider: { ...okta, scheme: 'Bearer' },
      endpoint: '/oauth2/v1/clients',
      initialAccessToken: '00abc',
      sends: 'Bearer 00abc',
      echoes: '00abc',
    },
    {
      provider: wso2,
      endpoint: '/api/identity/oauth2/dcr/v1.1/register',
      initialAccessToken: basic,
      sends: `Basic ${basic}`,
      echoes: 'pass word',
    },
  ]
  for (const { endpoint, sends, echoes, ...options } of rows) {
    const no = { status: 401, body: { error: 'invalid_token', error_description: `not ${echoes}` } }
    const { dcr, sent } = await meet([created(APP), no], { endpoint, ...options })
    await dcr.register(APP)
    const error = await failureOf(dcr.register(APP))
    expect(error).toMatchObject({ code: 'unauthorized', error_description: 'not [redacted]' })
    expect(error.message).not.toContain(echoes)
    expect(sent()).toEqual([`POST ${endpoint} ${sends}`, `POST ${endpoint} ${sends}`])
  }
})

deviation(15, 'Advertised endpoint that anonymous callers cannot use', async () => {
  const trustedHosts =
    "Policy 'Trusted Hosts' rejected request to client-registration service. Details: Host not trusted."
  const rows = [
    {
      provider: keycloak,
      endpoint: '/realms/one/clients-registrations/openid-connect',
      answer: { status: 403, body: { error: 'insufficient_scope', error_description: trustedHosts } },
      expected: { code: 'forbidden', error: 'insufficient_scope', error_description: trustedHosts },
      says: 'as shipped, the realm forbids it to anonymous clients',
    },
    {
      provider: okta,
      endpoint: '/oauth2/v1/clients',
      answer: { status: 401, body: { errorCode: 'E0000011', errorSummary: 'Invalid token provided' } },
      expected: { code: 'unauthorized', error: 'E0000011', error_description: 'Invalid token provided' },
      says: 'the token or secret is missing',
    },
    {
      provider: pingAm,
      endpoint: '/oauth2/realms/root/register',
      answer: { status: 401, body: { error: 'invalid_token' } },
      expected: { code: 'unauthorized', error: 'invalid_token' },
      says: 'the token or secret is missing',
    },
  ]
  for (const { provider, endpoint, answer, expected, says } of rows) {
    const { dcr, sent, server } = await meet([answer], { provider, endpoint })
    const error = await failureOf(dcr.register(APP))
    expect(error).toMatchObject({ ...expected, status: answer.status, outcome: 'rejected', attempts: 1 })
    expect(error.endpoint).toBe(`POST ${server.origin}${endpoint}`)
    for (const part of [error.endpoint, says, 'Nothing was changed.']) expect(error.message).toContain(part)
    expect(sent()).toEqual([`POST ${endpoint}`])
  }
})

deviation(23, 'Unknown metadata refused', async () => {
  const sentence =
    'Unrecognized field "resource" (class org.keycloak.representations.oidc.OIDCClientRepresentation), not marked as ignorable'
  const endpoint = '/realms/one/clients-registrations/openid-connect'
  const wanted = { ...APP, resource: 'https://api.example.com', 'client_name#fr': 'Appli' }
  const strict = (request: Received): Step =>
    'resource' in sentTo(request) ? { status: 400, body: { error: sentence } } : created(APP)

  const plain = await meet([strict], { endpoint })
  const error = await failureOf(plain.dcr.register(wanted))
  expect(error).toMatchObject({ code: 'rejected', outcome: 'rejected', status: 400, error: sentence })
  expect(error.message).toContain('Unrecognized field "resource"')

  const known = await meet([strict], { endpoint, provider: keycloak })
  await expect(known.dcr.register(wanted)).resolves.toMatchObject({ client_id: 'c1', ...APP })
  expect(known.bodies()).toEqual([APP])
  expect(known.warnings).toEqual(['left_out_member resource', 'left_out_member client_name#fr'])

  // Glewlwyd and IBM echo what they do not know: it is the caller's, and an update must not lose it.
  const echo = await meet([created(wanted), created(wanted, 200)])
  const client = await echo.dcr.register(wanted)
  expect(client).toMatchObject(wanted)
  await echo.dcr.update({ ...managed(echo.server), ...client }, { client_name: 'App' })
  expect(echo.bodies()[1]).toEqual({ client_id: 'c1', ...wanted })
})

deviation(24, 'Own required members', async () => {
  const rows: { lacking: object; lacks: string; says: string; complete: object }[] = [
    {
      lacking: { redirect_uris: APP.redirect_uris },
      lacks: 'client_name',
      says: 'client_name is too long (maximum is 200 characters)',
      complete: APP,
    },
    {
      lacking: APP,
      lacks: 'grant_types',
      says: 'grant_types is required',
      complete: { ...APP, grant_types: ['authorization_code'] },
    },
    {
      lacking: APP,
      lacks: 'client_uri',
      says: 'client_uri is required',
      complete: { ...APP, client_uri: 'https://app.example.com' },
    },
    {
      lacking: APP,
      lacks: 'jwks_uri',
      says: 'the JSON key set is missing',
      complete: { ...APP, jwks_uri: 'https://app.example.com/jwks' },
    },
    // A template of Curity: nothing else may stand beside it.
    { lacking: APP, lacks: 'software_id', says: 'no template', complete: { software_id: 'template-1' } },
  ]
  for (const { lacking, lacks, says, complete } of rows) {
    const demanding = (request: Received): Step =>
      lacks in sentTo(request) ? created(complete) : invalidMetadata(says)
    const { dcr, bodies } = await meet([demanding, demanding])
    const error = await failureOf(dcr.register(lacking))
    expect(error).toMatchObject({
      code: 'rejected',
      outcome: 'rejected',
      status: 400,
      error: 'invalid_client_metadata',
      error_description: says,
    })
    expect(error.message).toContain(says)
    await expect(dcr.register(complete)).resolves.toMatchObject({ client_id: 'c1' })
    // Nothing is made up, and nothing added that would be one member too many elsewhere.
    expect(bodies()).toEqual([lacking, complete])
  }

  // What is the same for every client, its profile adds.
  const aws = await meet([{ status: 200, body: { clientId: 'c1' } }], {
    endpoint: '/client/register',
    provider: awsIamIdentityCenter,
  })
  await aws.dcr.register({ client_name: 'App' })
  expect(aws.bodies()).toEqual([{ clientName: 'App', clientType: 'public' }])

  // And those of one server can be typed, so that the compiler asks for them.
  const typed = await meet([created({ client_type: 'public' })])
  const supabase: DcrClient<{ client_type: 'public' | 'confidential' }> = new DcrClient(
    typed.server.metadata,
    loopback,
  )
  await supabase.register({ ...APP, client_type: 'public' })
  expect(typed.bodies()).toEqual([{ ...APP, client_type: 'public' }])
})

deviation(25, 'Members that must be absent', async () => {
  // oidc-provider refuses a PUT with any of the four that it issues itself.
  const { issuer } = await run()
  const dcr = new DcrClient(await discover(issuer, loopback), loopback)
  const client = await dcr.register(APP)
  for (const member of ['registration_access_token', 'registration_client_uri', 'client_id_issued_at'])
    expect(client).toHaveProperty(member)
  await expect(dcr.update(client, { client_name: 'App 2' })).resolves.toMatchObject({ client_name: 'App 2' })

  // Okta wants no dates back, and the secret may stay away.
  const issued = { client_secret: 's1', client_secret_expires_at: 0, client_id_issued_at: 1_700_000_000 }
  const admin = { provider: okta, endpoint: '/oauth2/v1/clients', initialAccessToken: '00abc' }
  const org = await meet([created({ ...issued, ...APP }, 200), created(APP, 200)], admin)
  await org.dcr.update({ client_id: 'c1' }, { client_name: 'App 2' })
  expect(org.bodies()[1]).toEqual({ client_id: 'c1', ...APP, client_name: 'App 2' })

  // Keycloak wants no client_id in a POST. It is refused here, so that nobody hopes for it.
  const realm = await meet([created(APP)])
  const given = { ...APP, client_id: 'mine' } as ClientMetadata
  const error = await failureOf(realm.dcr.register(given))
  expect(error).toMatchObject({ code: 'invalid_argument', outcome: 'not_sent' })
  expect(error.message).toContain('without client_id')
  await realm.dcr.register(metadataOf({ client_id: 'c1', ...issued, ...APP }))
  expect(realm.bodies()).toEqual([APP])

  // Brasil takes keys by reference only: both at once never leave.
  const keys = { jwks: { keys: [{ kty: 'EC', crv: 'P-256', x: 'eA', y: 'eQ' }] } }
  const bank = await meet([invalidMetadata('jwks is not allowed'), created(APP)])
  await expect(
    bank.dcr.register({ ...APP, ...keys, jwks_uri: 'https://app.example.com/jwks' }),
  ).rejects.toMatchObject({ code: 'invalid_argument', outcome: 'not_sent' })
  await expect(bank.dcr.register({ ...APP, ...keys })).rejects.toMatchObject({
    code: 'rejected',
    error_description: 'jwks is not allowed',
  })
  await bank.dcr.register({ ...APP, jwks_uri: 'https://app.example.com/jwks' })
  expect(bank.bodies()[1]).not.toHaveProperty('jwks')
})

deviation(26, 'PUT needs client_id in body', async () => {
  const put = (request: Received): Step =>
    sentTo(request).client_id === 'c1' ? created(APP, 200) : invalidMetadata('Client Identifier modified')
  const { dcr, server, bodies } = await meet([created(APP), put, created(APP, 200), put])
  await dcr.register(APP)
  expect(bodies()[0]).not.toHaveProperty('client_id')
  await expect(dcr.update(managed(server), { client_name: 'App' })).resolves.toMatchObject(APP)
  // Also where the client is known by its credentials alone and is read first.
  const { client_name: _, redirect_uris: __, ...credentials } = managed(server)
  await expect(dcr.update(credentials as ClientInformation, { client_name: 'App' })).resolves.toMatchObject(
    APP,
  )
  expect(server.requests.map(({ method }) => method)).toEqual(['POST', 'PUT', 'GET', 'PUT'])

  // A real server that says no without it.
  const { issuer } = await run()
  const real = new DcrClient(await discover(issuer, loopback), loopback)
  await expect(real.update(await real.register(APP), { client_name: 'App 2' })).resolves.toMatchObject({
    client_name: 'App 2',
  })
})

deviation(27, 'PUT semantics', async () => {
  // Okta: the whole, as it is now; what somebody else has changed since stays changed.
  const now = { ...APP, application_type: 'web', logo_uri: null, contacts: ['new@example.com'] }
  const admin = { provider: okta, endpoint: '/oauth2/v1/clients', initialAccessToken: '00abc' }
  const org = await meet([created(now, 200), created(now, 200)], admin)
  await org.dcr.update({ client_id: 'c1', ...APP, contacts: ['old@example.com'] }, { client_name: 'App 2' })
  expect(org.server.requests.map(({ method }) => method)).toEqual(['GET', 'PUT'])
  expect(org.bodies()[1]).toEqual({
    client_id: 'c1',
    ...APP,
    client_name: 'App 2',
    application_type: 'web',
    contacts: ['new@example.com'],
  })

  // IBM: what is left out is removed, the current secret is wanted, and a new one comes back with a new token.
  const renewed = { client_secret: 's2', client_secret_expires_at: 0, registration_access_token: 'rat-2' }
  const ibm = await meet([created({ ...renewed, redirect_uris: APP.redirect_uris }, 200), created({}, 200)], {
    provider: ibmVerifyAccess,
  })
  const held = managed(ibm.server, { client_secret: 's1', client_secret_expires_at: 0 })
  const updated = await ibm.dcr.update(held, { client_name: null })
  expect(ibm.bodies()[0]).toEqual({ client_id: 'c1', client_secret: 's1', redirect_uris: APP.redirect_uris })
  expect(updated).toMatchObject(renewed)
  expect(updated).not.toHaveProperty('client_name')
  await ibm.dcr.get(updated)
  expect(ibm.sent()[1]).toBe('GET /register/c1 Bearer rat-2')

  // Glewlwyd makes a new secret and answers no more than what it was sent.
  const { registration_access_token: _, ...answer } = renewed
  const glewlwyd = await meet([(request) => created({ ...answer, ...sentTo(request) }, 200)])
  const client = managed(glewlwyd.server, { client_secret: 's1', client_secret_expires_at: 0 })
  await expect(glewlwyd.dcr.update(client, { client_name: 'App 2' })).resolves.toEqual({
    ...client,
    client_secret: 's2',
    client_name: 'App 2',
  })

  // Nextcloud patches: what is left out stays, and a removal is told to have come to nothing.
  const patching = await meet([created(APP, 200)])
  const changes = { client_name: null }
  const patched = await patching.dcr.update(managed(patching.server), changes)
  expect(patching.bodies()[0]).not.toHaveProperty('client_name')
  expect(differences(changes, patched)).toEqual([{ member: 'client_name', requested: null, granted: 'App' }])
})

test('27, where a server patches: a removal that it did not make is warned of', async () => {
  const { dcr, server, warnings } = await meet([created(APP, 200)])
  await dcr.update(managed(server), { client_name: null })
  expect(warnings).toEqual(['granted_differs client_name'])
})

deviation(44, 'Redirect-URI rules by application_type', async () => {
  const native = { redirect_uris: ['http://127.0.0.1:49152/cb'], client_name: 'Tool' }
  const betterAuth = (request: Received): Step =>
    sentTo(request).application_type === 'native'
      ? created({ ...native, application_type: 'native' })
      : {
          status: 400,
          body: { error: 'invalid_redirect_uri', error_description: 'web clients must use https' },
        }
  const { dcr, warnings, bodies } = await meet([betterAuth, betterAuth])
  await expect(dcr.register(native)).rejects.toMatchObject({
    code: 'rejected',
    outcome: 'rejected',
    error: 'invalid_redirect_uri',
    error_description: 'web clients must use https',
  })
  expect(warnings).toEqual(['questionable_metadata application_type'])
  warnings.length = 0
  await expect(dcr.register({ ...native, application_type: 'native' })).resolves.toMatchObject(native)
  expect(warnings).toEqual([])
  expect(bodies()).toEqual([native, { ...native, application_type: 'native' }])

  // One takes what another refuses: custom schemes not at Glewlwyd, only the reversed host at MAS, only loopback at
  // Vercel. So all of them leave here as they are, and the server's word comes back.
  for (const uri of ['com.example.app:/cb', 'https://app.example.com/cb', 'http://[::1]:1/cb']) {
    const no: Step = { status: 400, body: { error: 'invalid_redirect_uri' } }
    const strict = await meet([no])
    const given = { redirect_uris: [uri], application_type: 'native' }
    const error = (await failureOf(strict.dcr.register(given))) as OAuthError
    expect(error).toMatchObject({ code: 'rejected', error: 'invalid_redirect_uri' })
    expect(error).not.toHaveProperty('error_description')
    expect(strict.bodies()).toEqual([given])
  }
})

deviation(45, 'Accepted at register, refused at authorize', async () => {
  // The authorization request is not this library's, so nothing can be done about it here but this: what the server
  // says it has registered is compared, and a redirect URI that it struck out is told before anybody is sent there.
  const wanted = {
    redirect_uris: ['https://app.example.com/cb', 'http://127.0.0.1:1/cb'],
    application_type: 'native',
  }
  const granted = ['https://app.example.com/cb']
  const telling = await meet([created({ ...wanted, redirect_uris: granted })])
  const client = await telling.dcr.register(wanted)
  expect(telling.warnings).toEqual(['granted_differs redirect_uris'])
  expect(differences(wanted, client)).toEqual([
    { member: 'redirect_uris', requested: wanted.redirect_uris, granted },
  ])

  // One that echoes what it will refuse, as Tableau does, gives a client like any other.
  const silent = await meet([created(wanted, 200)])
  const accepted = await silent.dcr.register(wanted)
  expect(differences(wanted, accepted)).toEqual([])
  expect(silent.warnings).toEqual(['unexpected_status'])
})

deviation(46, 'Signed or JWT body, mTLS, SSA', async () => {
  // Requests are not signed yet: that is to come. A server that wants them signed is told from one that is broken.
  const jws = (request: Received): Step =>
    /^application\/(jwt|jose)/.test(`${request.headers['content-type']}`) ? created(APP) : { status: 415 }
  const bank = await meet([jws])
  const error = await failureOf(bank.dcr.register(APP))
  expect(error).toMatchObject({ code: 'rejected', outcome: 'rejected', status: 415, attempts: 1 })
  expect(error.message).toBe(
    `register: POST ${bank.server.origin}/register answered 415. Nothing was changed.`,
  )
  expect(error).not.toHaveProperty('error')

  // A software statement is the directory's, signed by it, and goes through to the letter.
  const software_statement = `${'eyJhbGciOiJQUzI1NiJ9'}.${'eyJzb2Z0d2FyZV9pZCI6IjEifQ'}.${'c2lnbmF0dXJl-_'}`
  const seen: string[] = []
  const ssa = await meet(
    [
      created({ ...APP, scope: 'accounts', software_statement }),
      { status: 400, body: { error: 'unapproved_software_statement' } },
    ],
    {
      // Certificates are the business of `fetch`: an agent that holds them is passed here, and sees every request.
      fetch: (request) => {
        seen.push(`${request.method} ${new URL(request.url).pathname}`)
        return fetch(request)
      },
    },
  )
  // The statement may hold the key that private_key_jwt needs.
  const wanted = { ...APP, token_endpoint_auth_method: 'private_key_jwt', software_statement }
  const client = await ssa.dcr.register(wanted)
  expect(ssa.bodies()[0]).toEqual(wanted)
  expect(client.software_statement).toBe(software_statement)
  await expect(ssa.dcr.register(wanted)).rejects.toMatchObject({
    code: 'rejected',
    error: 'unapproved_software_statement',
  })
  expect(seen).toEqual(['POST /register', 'POST /register'])
})
