import { HttpResponse, http } from 'msw'
import { setupServer } from 'msw/node'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { type ClientInformation, DcrClient, type DcrError, discover, type Warning } from '../../src/index.js'
import type { Provider } from '../../src/providers/index.js'
import * as exported from '../../src/providers/index.js'
import { referenceServer } from '../../src/testing/index.js'
import { failureOf } from '../failure-of.js'
import { type Step, startScripted } from '../servers/scripted.js'

// Nothing is waited for between two attempts.
beforeEach(() => void vi.spyOn(Math, 'random').mockReturnValue(0))

const METADATA = { redirect_uris: ['https://app.example.com/cb'], client_name: 'App' }

/** Every profile, with the path of a registration endpoint at which it works. */
const PATHS: Readonly<Record<keyof typeof exported, string>> = {
  asgardeo: '/t/acme/api/identity/oauth2/dcr/v1.1/register',
  auth0: '/oidc/register',
  awork: '/api/v1/clientapplications/register',
  awsIamIdentityCenter: '/client/register',
  curity: '/register',
  glewlwyd: '/api/oidc/register',
  hydra: '/oauth2/register',
  ibmVerifyAccess: '/mga/sps/oauth/oauth20/register/definition',
  keycloak: '/realms/demo/clients-registrations/openid-connect',
  keycloakDefault: '/clients-registrations/default',
  mastodon: '/api/v1/apps',
  mitreId: '/register',
  okta: '/oauth2/v1/clients',
  pingAm: '/am/oauth2/realms/root/register',
  simpleIdServer: '/register',
  springAuthorizationServer: '/connect/register',
  wso2: '/api/identity/oauth2/dcr/v1.1/register',
}

const profiles = Object.entries(PATHS).map(
  ([name, path]) =>
    [name, (exported as unknown as Record<string, Provider>)[name] as Provider, path] as const,
)

/** At a server that does each step of the script in turn. */
async function connect(provider: Provider, path: string, ...script: Step[]) {
  const server = await startScripted(...script)
  const warnings: Warning[] = []
  const dcr = new DcrClient(
    { issuer: server.origin, registration_endpoint: `${server.origin}${path}` },
    {
      provider,
      allowInsecureRequests: true,
      initialAccessToken: 'token-of-an-administrator',
      onWarning: (warning) => warnings.push(warning),
    },
  )
  const told = (code: string) =>
    warnings.flatMap((warning) => (warning.code === code ? [warning.member] : [])).sort()
  return { server, dcr, warnings, told }
}

describe('at the reference server, which is none of them', () => {
  const as = referenceServer({ issuer: 'https://plain.example.com' })
  const elsewhere = http.all('https://plain.example.com/*', () => new HttpResponse(null, { status: 404 }))
  const network = setupServer(...as.handlers, elsewhere)
  beforeAll(() => network.listen({ onUnhandledRequest: 'error' }))
  afterEach(() => as.reset())
  afterAll(() => network.close())

  const mismatched = [
    'asgardeo',
    'auth0',
    'awork',
    'awsIamIdentityCenter',
    'hydra',
    'keycloak',
    'keycloakDefault',
    'okta',
    'pingAm',
    'wso2',
  ]

  test.each(mismatched)('%s is refused before anything is sent', async (name) => {
    const [, provider] = profiles.find(([known]) => known === name) ?? expect.fail(name)
    const server = await discover(as.issuer)
    const seen = as.requests.length
    const error = await failureOf(Promise.resolve().then(() => new DcrClient(server, { provider })))
    expect(error).toMatchObject({ code: 'provider_mismatch', outcome: 'not_sent' })
    expect(error.message).toContain(`the provider ${provider.name} is for registration endpoints`)
    expect(error.message).toContain('that of this server is /register')
    expect(as.requests.length).toBe(seen)
  })

  test.each(mismatched)('%s is so at any server, though it is told only the endpoint', async (name) => {
    const [, provider] = profiles.find(([known]) => known === name) ?? expect.fail(name)
    const server = await startScripted()
    const metadata = { issuer: server.origin, registration_endpoint: `${server.origin}/somewhere/else` }
    const options = { provider, allowInsecureRequests: true }
    const error = await failureOf(Promise.resolve().then(() => new DcrClient(metadata, options)))
    expect(error).toMatchObject({ code: 'provider_mismatch', outcome: 'not_sent' })
    expect(server.connections).toBe(0)
  })

  // It knows where its endpoint is, whatever the metadata name.
  test('mastodon finds nothing there', async () => {
    const provider = exported.mastodon
    const dcr = new DcrClient(await discover(as.issuer), { provider })
    const error = await failureOf(dcr.register(METADATA))
    expect(error).toMatchObject({ code: 'not_found', outcome: 'rejected', status: 404 })
    expect(error.message).toContain(`Is this the server that the provider ${provider.name} is made for?`)
    expect(as.clients.size).toBe(0)
  })

  test('simpleidserver registers and reads there, and its update, a form, is refused', async () => {
    const dcr = new DcrClient(await discover(as.issuer), { provider: exported.simpleIdServer })
    const client = await dcr.get(await dcr.register(METADATA))
    const error = await failureOf(dcr.update(client, { client_name: 'App 2' }))
    expect(error).toMatchObject({ outcome: 'rejected', status: 400 })
    expect(error.message).toContain('Is this the server that the provider simpleidserver is made for?')
    expect(as.clients.get(client.client_id)?.client_name).toBe('App')
  })

  test.each([exported.curity, exported.ibmVerifyAccess, exported.mitreId])(
    '$name works there: it asks for nothing that a plain server refuses',
    async (provider) => {
      const dcr = new DcrClient(await discover(as.issuer), { provider })
      const client = await dcr.get(await dcr.register(METADATA))
      await dcr.delete(await dcr.update(client, { client_name: 'App 2' }))
      expect(as.clients.size).toBe(0)
    },
  )

  test('spring-authorization-server registers and reads there, and offers no more', async () => {
    const dcr = new DcrClient(await discover(as.issuer), { provider: exported.springAuthorizationServer })
    const client = await dcr.get(await dcr.register(METADATA))
    const error = await failureOf(dcr.update(client, { client_name: 'App 2' }))
    expect(error).toMatchObject({ code: 'management_not_supported', outcome: 'not_sent' })
    expect(error.message).toContain('spring-authorization-server does not offer to update a client')
  })
})

const UNLIKE: readonly Step[] = [
  { status: 400, body: { error: 'unheard_of' } },
  { status: 401 },
  { status: 403 },
  { status: 404, headers: { 'content-type': 'text/html' }, body: '<h1>Not Found</h1>' },
  { status: 422, body: { message: 'client_name is unknown' } },
  { status: 200, body: { ok: true } },
  { status: 200, headers: { 'content-type': 'text/html' }, body: '<h1>Welcome</h1>' },
]

/** What the right server says too, in these words or at its busiest. */
const LIKELY: readonly Step[] = [
  { status: 400, body: { error: 'invalid_client_metadata' } },
  { status: 400, body: { error: 'invalid_redirect_uri' } },
  { status: 429 },
  { status: 500, headers: { 'content-type': 'text/html' }, body: '<h1>Error</h1>' },
]

/** What is said of each of these answers to a registration. */
async function messagesOf(provider: Provider, path: string, answers: readonly Step[]): Promise<string[]> {
  const { dcr } = await connect(provider, path, ...answers)
  const messages: string[] = []
  for (const { status } of answers as { status: number }[]) {
    const { message } = await failureOf(dcr.register(METADATA))
    expect(message).toContain(`answered ${status}`)
    messages.push(message)
  }
  return messages
}

test.each(profiles)(
  '%s: what any server says does not ask for the profile',
  async (_name, provider, path) => {
    for (const message of await messagesOf(provider, path, LIKELY)) {
      expect(message).not.toContain('Is this the server')
    }
  },
)

test.each(profiles)(
  '%s: a refusal of its own kind, and any nonsense, asks for it',
  async (_name, provider, path) => {
    for (const message of await messagesOf(provider, path, UNLIKE)) {
      expect(message).toContain(`Is this the server that the provider ${provider.name} is made for?`)
    }
  },
)

const CREDENTIALS = {
  client_id: 'the-identifier',
  client_secret: 'the-secret',
  registration_access_token: 'the-token',
}

const MEMBERS = Object.keys(CREDENTIALS)

/** All else that some profile reads, under either name. */
const NOISE = [
  ...profiles.flatMap(([, { wireNames = {} }]) => Object.entries(wireNames).flat()),
  ...[
    'scopes',
    'scope',
    'name',
    'redirect_uri',
    'publicClient',
    'standardFlowEnabled',
    'implicitFlowEnabled',
  ],
  ...['directAccessGrantsEnabled', 'serviceAccountsEnabled', 'token_endpoint_auth_method', 'response_types'],
  ...['require_push_authorization_request', 'request_object_encryption_method', 'constructor', 'toString'],
].filter((member) => !MEMBERS.includes(member))

const HOSTILE: readonly unknown[] = [null, '', 'x', 5, true, [], ['x', 5, null, {}], { x: { y: [] } }]

const filled = (members: readonly string[], value: unknown) =>
  Object.fromEntries(members.map((member) => [member, value]))

describe.each(profiles)('%s, given an answer that is none of its documents', (_name, provider, path) => {
  const { wireNames = {} } = provider
  const named = (values: object) =>
    Object.fromEntries(Object.entries(values).map(([member, value]) => [wireNames[member] ?? member, value]))

  /** What a registration with each of the answers gives, or what its error holds. */
  async function registered(...bodies: object[]): Promise<object[]> {
    const { dcr } = await connect(provider, path, ...bodies.map((body) => ({ status: 201, body })))
    const kept: object[] = []
    for (const _ of bodies) {
      const held = dcr.register(METADATA).then(
        (client): object => client,
        (error: DcrError) => error.client ?? {},
      )
      kept.push(await held)
    }
    return kept
  }
  const all = (wanted: object) => HOSTILE.map(() => expect.objectContaining(wanted))

  test('in the plain shape of RFC 7591, every member of it comes back', async () => {
    const plain = {
      ...CREDENTIALS,
      ...METADATA,
      scope: 'openid email',
      grant_types: ['authorization_code'],
      token_endpoint_auth_method: 'client_secret_basic',
      client_secret_expires_at: 0,
    }
    expect(await registered(plain)).toEqual([plain])
  })

  test('with nonsense in everything else, the credentials come back', async () => {
    const plain = HOSTILE.map((value) => ({ ...filled(NOISE, value), ...CREDENTIALS }))
    expect(await registered(...plain)).toEqual(all(CREDENTIALS))
    const own = HOSTILE.map((value) => ({ ...filled(NOISE, value), ...named(CREDENTIALS) }))
    expect(await registered(...own)).toEqual(all(CREDENTIALS))
  })

  test('with nonsense by its own names, beside the registered ones', async () => {
    const bodies = HOSTILE.map((value) => ({ ...named(filled(MEMBERS, value)), ...CREDENTIALS }))
    expect(await registered(...bodies)).toEqual(all(CREDENTIALS))
  })

  test('with nonsense by the registered names, beside its own', async () => {
    const bodies = HOSTILE.map((value) => ({ ...filled(MEMBERS, value), ...named(CREDENTIALS) }))
    for (const kept of await registered(...bodies)) {
      // By whatever name.
      expect(Object.values(kept)).toEqual(expect.arrayContaining(Object.values(CREDENTIALS)))
    }
  })

  test('without a client_id, the error has what there is', async () => {
    const { client_id: _, ...rest } = CREDENTIALS
    expect(await registered(named(rest))).toMatchObject([rest])
  })

  test('to an update: nothing is lost', async () => {
    const bodies = HOSTILE.map((value) => ({
      ...filled(NOISE, value),
      ...named({ ...CREDENTIALS, registration_access_token: 'the-next-token' }),
    }))
    const read: Step = { body: { ...CREDENTIALS, ...METADATA } }
    const steps = bodies.flatMap((body): Step[] =>
      provider.readBeforeUpdate ? [read, { body }] : [{ body }],
    )
    const { dcr, server } = await connect(provider, path, ...steps)
    const uri = `${server.origin}${path}/the-identifier`
    const client: ClientInformation = { ...CREDENTIALS, ...METADATA, registration_client_uri: uri }
    for (const _ of bodies) {
      const updating = dcr.update(client, { client_name: 'App 2' })
      if (provider.management?.includes('update') !== false) {
        expect(await updating).toMatchObject({ ...CREDENTIALS, registration_access_token: 'the-next-token' })
      } else {
        expect(await failureOf(updating)).toMatchObject({ code: 'management_not_supported' })
        expect(server.requests).toEqual([])
      }
    }
  })
})

describe('what a profile leaves out is told', () => {
  const asked = {
    ...METADATA,
    'client_name#fr': 'Appli',
    grant_types: ['authorization_code'],
    response_types: ['code'],
    token_endpoint_auth_method: 'client_secret_basic',
    scope: 'openid',
    contacts: ['team@example.com'],
    logo_uri: 'https://app.example.com/logo.png',
    software_id: 'app-1',
    default_max_age: 60,
    jwks: { keys: [] },
    colour: 'blue',
  }
  const table: readonly [Provider, string, string[]][] = [
    [
      exported.awsIamIdentityCenter,
      PATHS.awsIamIdentityCenter,
      [
        'client_name#fr',
        'colour',
        'contacts',
        'default_max_age',
        'jwks',
        'logo_uri',
        'response_types',
        'software_id',
        'token_endpoint_auth_method',
      ],
    ],
    [exported.keycloak, PATHS.keycloak, ['client_name#fr', 'colour']],
    [
      exported.keycloakDefault,
      PATHS.keycloakDefault,
      [
        'client_name#fr',
        'colour',
        'contacts',
        'default_max_age',
        'jwks',
        'logo_uri',
        'response_types',
        'scope',
        'software_id',
      ],
    ],
    [
      exported.mastodon,
      PATHS.mastodon,
      [
        'client_name#fr',
        'colour',
        'contacts',
        'default_max_age',
        'grant_types',
        'jwks',
        'logo_uri',
        'response_types',
        'software_id',
        'token_endpoint_auth_method',
      ],
    ],
    [exported.simpleIdServer, PATHS.simpleIdServer, ['colour', 'contacts', 'jwks', 'software_id']],
  ]

  test('the table has every profile that leaves something out', () => {
    const choosy = profiles.flatMap(([, provider]) => (provider.members ? [provider.name] : []))
    expect(table.map(([{ name }]) => name).sort()).toEqual(choosy.sort())
  })

  test.each(table)('$name: of a registration', async (provider, path, left) => {
    const { dcr, server, told } = await connect(provider, path, { status: 201, body: CREDENTIALS })
    await dcr.register(asked)
    expect(told('left_out_member')).toEqual(left)
    for (const member of left) expect(server.requests[0]?.body).not.toContain(`"${member}"`)
  })

  const managed = table.filter(([{ management }]) => !management)
  test.each(managed)(
    '$name: of an update, of the changes and of what it held',
    async (provider, path, left) => {
      const { dcr, server, told } = await connect(
        provider,
        path,
        { body: CREDENTIALS },
        { body: CREDENTIALS },
      )
      await dcr.update({ ...CREDENTIALS, ...METADATA }, asked)
      expect(told('left_out_member')).toEqual(left)
      for (const member of left) expect(server.requests[0]?.body).not.toContain(member)

      // A member of the server's own and an empty list are nothing that anybody asked for.
      const second = await connect(provider, path, { body: CREDENTIALS })
      await second.dcr.update({ ...CREDENTIALS, ...asked, contacts: [] }, { client_name: 'App 2' })
      const unspoken = ['colour', 'contacts', 'jwks']
      expect(second.told('left_out_member')).toEqual(left.filter((member) => !unspoken.includes(member)))
    },
  )
})
