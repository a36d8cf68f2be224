import { describe, expect, test } from 'vitest'
import {
  type ClientInformation,
  clientSecretBasic,
  DcrClient,
  type DcrClientOptions,
  memoryStore,
  registrationToken,
  type Warning,
} from '../../src/index.js'
import {
  auth0,
  awsIamIdentityCenter,
  glewlwyd,
  ibmVerifyAccess,
  keycloak,
  keycloakDefault,
  okta,
  type Provider,
  pingAm,
  simpleIdServer,
  springAuthorizationServer,
  wso2,
} from '../../src/providers/index.js'
import { failureOf } from '../failure-of.js'
import { type Received, type Step, startScripted } from '../servers/scripted.js'

const METADATA = { redirect_uris: ['https://app.example.com/cb'], client_name: 'App' }

/** A server with its registration endpoint at a path, and a client for it. */
async function connect(provider: Provider, path: string, script: Step[], options: DcrClientOptions = {}) {
  const server = await startScripted(...script)
  const warnings: Warning[] = []
  const metadata = { ...server.metadata, registration_endpoint: `${server.origin}${path}` }
  const dcr = new DcrClient(metadata, {
    allowInsecureRequests: true,
    provider,
    onWarning: (warning) => warnings.push(warning),
    ...options,
  })
  const client = (more: object = {}): ClientInformation => ({
    client_id: 'c1',
    client_secret: 'secret-1',
    registration_access_token: 'rat-1',
    registration_client_uri: `${server.origin}${path}?client_id=c1`,
    ...METADATA,
    ...more,
  })
  const told = () => warnings.map(({ code, member }) => [code, member].filter(Boolean).join(' '))
  return { dcr, server, client, told }
}

const own = (members: Omit<Provider, 'name'>): Provider => ({ name: 'own', ...members })
const bodyOf = (request: Received | undefined) => JSON.parse(request?.body || '{}')

describe('answers', () => {
  test.each<[string, Provider, string, object]>([
    [
      'AWS',
      awsIamIdentityCenter,
      '/client/register',
      { clientId: 'c1', clientSecret: 'secret-1', client_id: null, client_secret: '' },
    ],
    [
      'Keycloak default',
      keycloakDefault,
      '/clients-registrations/default',
      { clientId: 'c1', client_id: '', secret: 'secret-1', client_secret: null },
    ],
  ])(
    '%s: a registered name with nothing in it does not hide the one on the wire',
    async (_n, provider, path, body) => {
      const { dcr } = await connect(provider, path, [{ status: 201, body }])
      expect(await dcr.register(METADATA)).toMatchObject({ client_id: 'c1', client_secret: 'secret-1' })
    },
  )

  test('a read that makes no text of a credential does not take its place', async () => {
    const read = (answer: object) => ({ ...answer, client_id: {}, client_secret: ['x'], scope: 'b' })
    const body = { client_id: 'c1', client_secret: 'secret-1' }
    const { dcr } = await connect(own({ read }), '/register', [{ status: 201, body }])
    expect(await dcr.register(METADATA)).toEqual({ ...body, scope: 'b' })
  })

  test('PingAM: scopes that are no list are scopes all the same, and stay so in an update', async () => {
    const body = { client_id: 'c1', ...METADATA, scopes: 'openid email' }
    const { dcr, server } = await connect(pingAm, '/am/oauth2/register', [{ status: 201, body }, { body }])
    const client = await dcr.register(METADATA)
    expect(client.scope).toBe('openid email')
    await dcr.update({ ...client, registration_access_token: 'rat-1' }, { client_name: 'New' })
    expect(bodyOf(server.requests[1]).scopes).toEqual(['openid', 'email'])
  })

  test('Spring: a secret that is none is told where none is held', async () => {
    const body = { client_id: 'c1', client_secret: '{bcrypt}x' }
    const { dcr, client, told } = await connect(springAuthorizationServer, '/connect/register', [
      { body },
      { body },
    ])
    expect(await dcr.get(client({ client_secret: undefined }))).not.toHaveProperty('client_secret')
    expect(told()).toEqual(['ignored_member client_secret'])
    expect((await dcr.get(client())).client_secret).toBe('secret-1')
  })

  test.each([
    ['sent none, and a secret', { client_secret: 's' }, 'client_secret_post'],
    [
      'sent null, and a secret',
      { client_secret: 's', token_endpoint_auth_method: null },
      'client_secret_post',
    ],
    ['sent none, and no secret', {}, undefined],
    ['sent one', { client_secret: 's', token_endpoint_auth_method: 'none' }, 'none'],
  ])('Auth0: the method, where the answer %s', async (_name, answer, method) => {
    const { dcr } = await connect(auth0, '/oidc/register', [
      { status: 201, body: { client_id: 'c1', ...answer } },
    ])
    expect((await dcr.register(METADATA)).token_endpoint_auth_method).toBe(method)
  })

  test('Keycloak default: an answer without switches turns none off', async () => {
    const body = { clientId: 'c1', publicClient: true, registrationAccessToken: 'rat-1' }
    const path = '/clients-registrations/default'
    const { dcr, server } = await connect(keycloakDefault, path, [{ status: 201, body }, { body }])
    const client = await dcr.register(METADATA)
    expect(client).not.toHaveProperty('grant_types')
    await dcr.update(client, { client_name: 'New' })
    expect(bodyOf(server.requests[1])).toEqual({ clientId: 'c1', name: 'New', publicClient: true })
  })

  test('hostile members end in no crash: half a surrogate pair, an object that cannot be text', async () => {
    const lone = { client_id: '\ud800x', registration_access_token: 'rat-1' }
    const path = '/clients-registrations/openid-connect'
    const odd = { client_id: 'c1', registration_access_token: 'rat-1', 'client_name#fr': { toString: 1 } }
    const { dcr } = await connect(keycloak, path, [
      { status: 201, body: lone },
      { status: 201, body: odd },
      { body: { client_id: 'c1' } },
    ])
    const error = await failureOf(dcr.register(METADATA))
    expect(error).toMatchObject({ code: 'invalid_response', outcome: 'applied' })
    expect(error.client).toEqual(lone)
    await expect(dcr.update(await dcr.register(METADATA), { client_name: 'B' })).resolves.toBeDefined()
  })
})

describe('updates', () => {
  const path = '/mga/sps/oauth/oauth20/register/definition'

  test('a lost one is not told as not sent where the server offers no read', async () => {
    const { dcr, client, server } = await connect(own({ management: ['update'] }), '/register', ['close'])
    const error = await failureOf(dcr.update(client(), { client_name: 'New' }))
    expect(error).toMatchObject({ code: 'network_error', outcome: 'unknown', attempts: 1 })
    expect(server.requests.map(({ method }) => method)).toEqual(['PUT'])
  })

  const admin = { manageWith: 'initial_access_token', initialAccessToken: 'admin-1' } as const

  test('IBM: a lost one that was done is found done by its new secret', async () => {
    const now = { client_id: 'c1', client_secret: 'secret-2', ...METADATA, client_name: 'New' }
    const { dcr, client, told, server } = await connect(
      ibmVerifyAccess,
      path,
      ['close', { body: now }],
      admin,
    )
    const updated = await dcr.update(client(), { client_name: 'New' })
    expect(updated).toMatchObject({ client_secret: 'secret-2', client_name: 'New' })
    expect(told()).toContain('update_reconciled')
    expect(server.requests.map(({ method }) => method)).toEqual(['PUT', 'GET'])
  })

  test('IBM: one that was not done is sent again with the secret of now', async () => {
    const before = { client_id: 'c1', client_secret: 'secret-2', ...METADATA }
    const script: Step[] = ['close', { body: before }, { body: { ...before, client_name: 'New' } }]
    const { dcr, client, server } = await connect(ibmVerifyAccess, path, script, admin)
    await dcr.update(client(), { client_name: 'New' })
    expect(server.requests.map((request) => bodyOf(request).client_secret)).toEqual([
      'secret-1',
      undefined,
      'secret-2',
    ])
  })

  test('IBM: where a lost answer locks the client out, its secret is not said to work', async () => {
    const { dcr, client } = await connect(ibmVerifyAccess, path, ['close', { status: 401 }])
    const error = await failureOf(dcr.update(client(), { client_name: 'New' }))
    expect(error).toMatchObject({ code: 'management_locked', outcome: 'applied' })
    expect(error.message).toContain('and, it may be, a new secret')
    expect(error.message).not.toContain('still works')
  })

  test('what an update removes is not sent back', async () => {
    const { dcr, client, server } = await connect(
      own({ sentBack: ['contacts', 'client_secret'] }),
      '/register',
      [{ body: { client_id: 'c1' } }],
    )
    await dcr.update(client({ contacts: ['a@example.com'] }), { contacts: null })
    expect(bodyOf(server.requests[0])).toEqual({ client_id: 'c1', client_secret: 'secret-1', ...METADATA })
  })

  test('Glewlwyd: an update that starts from a read tells of the scope it cannot know', async () => {
    const body = { client_id: 'c1', ...METADATA }
    const { dcr, client, told } = await connect(glewlwyd, '/register', [
      { body },
      { body },
      { body },
      { body },
    ])
    const { client_name: _, redirect_uris: __, ...credentials } = client()
    await dcr.update(credentials as ClientInformation, { client_name: 'App' })
    expect(told()).toContain('missing_member scope')
    const before = told().length
    await dcr.update(credentials as ClientInformation, { client_name: 'App', scope: 'openid' })
    expect(told().slice(before)).not.toContain('missing_member scope')
  })

  test('a rotated token is kept though a profile is not what it should be', () => {
    const provider = { name: 'own', leftOutOfReads: null } as unknown as Provider
    expect(() => new DcrClient({ issuer: 'https://as.example.com' }, { provider })).toThrow('leftOutOfReads')
  })
})

describe('registrations', () => {
  test('a failing server that calls the token invalid is not asked again: it may have registered', async () => {
    const fail: Step = { status: 500, body: { error: 'invalid_token' } }
    const initialAccessToken = ({ refused }: { refused?: string }) => (refused ? 'second' : 'first')
    const path = '/register'
    const { dcr, server } = await connect(simpleIdServer, path, [fail], { initialAccessToken })
    const error = await failureOf(dcr.register(METADATA))
    expect(error).toMatchObject({ code: 'server_error', outcome: 'unknown', attempts: 1 })
    expect(server.requests).toHaveLength(1)
  })

  test('write and read that give a promise are none', async () => {
    const body = { client_id: 'c1', ...METADATA }
    const promising = async () => ({ client_id: 'x' })
    const writing = await connect(own({ write: promising as never }), '/register', [])
    expect(await failureOf(writing.dcr.register(METADATA))).toMatchObject({ code: 'invalid_argument' })
    expect(writing.server.connections).toBe(0)
    const reading = await connect(own({ read: promising as never }), '/register', [{ status: 201, body }])
    expect(await reading.dcr.register(METADATA)).toEqual(body)
    expect(reading.told()).toEqual(['unlike_provider'])
  })

  test('lists that may not be empty are left out, and told', async () => {
    const { dcr, server, told } = await connect(pingAm, '/oauth2/register', [
      { status: 201, body: { client_id: 'c' } },
    ])
    await dcr.register({ ...METADATA, grant_types: [], response_types: [] })
    expect(bodyOf(server.requests[0])).toEqual(METADATA)
    expect(told()).toEqual(
      expect.arrayContaining(['left_out_member grant_types', 'left_out_member response_types']),
    )
  })
})

describe('a token that has expired', () => {
  const expired: Step = { status: 401, body: { error: 'invalid_token' } }
  const options = {
    manageWith: 'initial_access_token',
    initialAccessToken: ({ refused }: { refused?: string }) => (refused ? 'new' : 'old'),
  } as const

  test.each<['get' | 'update' | 'delete', Step, string]>([
    ['get', { body: { client_id: 'c1' } }, 'GET old, GET old, GET new'],
    ['delete', { status: 204 }, 'DELETE old, DELETE old, DELETE new'],
    ['update', { body: { client_id: 'c1', ...METADATA, client_name: 'New' } }, 'PUT old, GET old, GET new'],
  ])('%s: is renewed after a lost answer, too', async (operation, done, expected) => {
    const { dcr, client, server } = await connect(own({}), '/register', ['close', expired, done], options)
    await dcr[operation](client(), { client_name: 'New' })
    const sent = server.requests.map(({ method, headers }) => `${method} ${headers.authorization?.slice(7)}`)
    expect(sent.join(', ')).toBe(expected)
  })
})

describe('errors', () => {
  test('words of the specifications are no secrets, though the caller sent them as one', async () => {
    const body = { error: 'invalid_client_metadata', error_description: 'client is no kind of secret' }
    const { dcr } = await connect(own({}), '/register', [{ status: 400, body }])
    const metadata = {
      ...METADATA,
      secret_kind: 'client',
      app_secret: 'invalid_client_metadata',
      password: 'kind',
    }
    expect(await failureOf(dcr.register(metadata as typeof METADATA))).toMatchObject(body)
  })

  test('a secret is left out as JSON writes it, and the longer one of two first', async () => {
    const secret = 'rat-1"and\\more'
    const body = { error: 'x', error_description: `${JSON.stringify({ client_secret: secret })} rat-1` }
    const { dcr, client } = await connect(ibmVerifyAccess, '/register/definition', [{ status: 400, body }])
    expect(await failureOf(dcr.update(client({ client_secret: secret }), {}))).toMatchObject({
      error_description: '{"client_secret":"[redacted]"} [redacted]',
    })
  })

  test.each<[string, Provider, string, object]>([
    ['the secret that an update proves itself with', ibmVerifyAccess, 'secret-1', {}],
    ['a secret that the caller chose', wso2, 'hunter2hunter2', { ext_param_client_secret: 'hunter2hunter2' }],
  ])('%s is not shown', async (_name, provider, secret, changes) => {
    const path = provider === wso2 ? '/api/identity/oauth2/dcr/v1.1/register' : '/register/definition'
    const body = { error: 'invalid_client_metadata', error_description: `${secret} is not it` }
    const initialAccessToken = 'YWRtaW46YWRtaW4='
    const { dcr, client } = await connect(provider, path, [{ status: 400, body }], { initialAccessToken })
    const error = await failureOf(dcr.update(client(), changes))
    expect(error).toMatchObject({ error_description: '[redacted] is not it' })
    expect(error.message).not.toContain(secret)
  })

  test.each(['get', 'update', 'delete'] as const)(
    '%s: what the server knows of the client is not shown, sent or not',
    async (operation) => {
      const body = { error: 'rat-one-1', error_description: 'the client has secret-1 and rat-one-1' }
      const { dcr, client } = await connect(okta, '/oauth2/v1/clients', [{ status: 400, body }], {
        initialAccessToken: 'admin-1',
      })
      const error = await failureOf(dcr[operation](client({ registration_access_token: 'rat-one-1' }), {}))
      expect(error).toMatchObject({
        error: '[redacted]',
        error_description: 'the client has [redacted] and [redacted]',
      })
    },
  )

  test('a secret is left out of the error of a registration as well', async () => {
    const body = { error: 'x', error_description: 'hunter2hunter2' }
    const { dcr } = await connect(own({}), '/register', [{ status: 400, body }])
    const metadata = { ...METADATA, software_password: 'hunter2hunter2' } as typeof METADATA
    expect(await failureOf(dcr.register(metadata))).toMatchObject({ error_description: '[redacted]' })
  })

  test('advice about registering is not given about managing, nor about the token endpoint', async () => {
    const advice = 'it takes an unspent token'
    const path = '/connect/register'
    const managing = await connect(springAuthorizationServer, path, [{ status: 401 }])
    expect((await failureOf(managing.dcr.get(managing.client()))).message).not.toContain(advice)

    const refused: Step = { status: 401, body: { error: 'invalid_client' } }
    const { server } = await connect(springAuthorizationServer, path, [refused])
    const registrar = clientSecretBasic({ client_id: 'r', client_secret: 's' })
    const loopback = { allowInsecureRequests: true }
    const initialAccessToken = registrationToken(server.metadata, registrar, loopback)
    const dcr = new DcrClient(server.metadata, {
      ...loopback,
      provider: springAuthorizationServer,
      initialAccessToken,
    })
    const error = await failureOf(dcr.register(METADATA))
    expect(error.message).toContain('got no token')
    expect(error.message).not.toContain(advice)
    expect(error.message).not.toContain('Is this the server')
  })

  test.each<[string, Provider, string, string, string]>([
    ['Basic that is not encoded', wso2, '/identity/oauth2/dcr/v1.1/register', 'admin:secret-1', 'base64'],
    ['a scheme before the token', okta, '/oauth2/v1/clients', 'SSWS 00x', 'without "SSWS"'],
  ])('%s is refused in those words', async (_name, provider, path, initialAccessToken, words) => {
    const { dcr, server } = await connect(provider, path, [], { initialAccessToken })
    const error = await failureOf(dcr.register(METADATA))
    expect(error).toMatchObject({ code: 'invalid_argument', outcome: 'not_sent' })
    expect(error.message).toContain(words)
    expect(error.message).not.toContain('secret-1')
    expect(server.connections).toBe(0)
  })
})

test('a list that may not be empty is removed by an update that empties it', async () => {
  const body = { client_id: 'c1', ...METADATA }
  const { dcr, client, server, told } = await connect(pingAm, '/oauth2/register', [{ body }])
  await dcr.update(client({ contacts: ['a@example.com'], grant_types: [] }), { contacts: [] })
  expect(bodyOf(server.requests[0])).toEqual(body)
  expect(told().filter((warning) => warning.startsWith('left_out'))).toEqual(['left_out_member contacts'])
})

describe('endpoints', () => {
  test('a pattern with a memory matches each time', () => {
    const provider = own({ endpointPath: /\/register$/g })
    const metadata = {
      issuer: 'https://as.example.com',
      registration_endpoint: 'https://as.example.com/register',
    }
    for (let count = 0; count < 3; count++) expect(() => new DcrClient(metadata, { provider })).not.toThrow()
  })

  test('Okta: at the origin, whichever authorization server is the issuer', async () => {
    const seen: string[] = []
    const fetch = async ({ url }: Request) => {
      seen.push(url)
      return Response.json({ client_id: 'c1' }, { status: 201 })
    }
    for (const issuer of ['https://acme.okta.com', 'https://acme.okta.com/oauth2/default'])
      await new DcrClient({ issuer }, { provider: okta, initialAccessToken: 'x', fetch }).register(METADATA)
    expect(seen).toEqual(Array(2).fill('https://acme.okta.com/oauth2/v1/clients'))
  })

  test('Keycloak default: beside the one that is advertised, wherever that is', async () => {
    const seen: string[] = []
    const store = memoryStore()
    const fetch = async ({ url }: Request) => {
      seen.push(url)
      return Response.json({ clientId: 'c1' }, { status: 201 })
    }
    const issuer = 'https://public.example/realms/a'
    const internal = 'https://kc.internal/realms/a/clients-registrations'
    for (const endpoint of ['', `${internal}/openid-connect`, `${internal}/default`])
      await new DcrClient(
        { issuer, ...(endpoint && { registration_endpoint: endpoint }) },
        { provider: keycloakDefault, fetch, store },
      ).register(METADATA)
    expect(seen).toEqual([
      `${issuer}/clients-registrations/default`,
      `${internal}/default`,
      `${internal}/default`,
    ])
  })
})
