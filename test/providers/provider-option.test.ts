import { describe, expect, test } from 'vitest'
import {
  type ClientInformation,
  type ClientMetadata,
  DcrClient,
  type DcrClientOptions,
  memoryStore,
  metadataOf,
  storeKey,
  type Warning,
} from '../../src/index.js'
import type { Provider } from '../../src/providers/index.js'
import { failureOf } from '../failure-of.js'
import { type ScriptedServer, type Step, startScripted } from '../servers/scripted.js'

const METADATA = { redirect_uris: ['https://app.example.com/cb'], client_name: 'App' }
const MADE: Step = { status: 201, body: { client_id: 'c1', client_secret: 'secret-1', ...METADATA } }

function connect(server: ScriptedServer, provider: Omit<Provider, 'name'>, options: DcrClientOptions = {}) {
  const warnings: Warning[] = []
  const dcr = new DcrClient(server.metadata, {
    allowInsecureRequests: true,
    provider: { name: 'own', ...provider },
    onWarning: (warning) => warnings.push(warning),
    ...options,
  })
  return { dcr, warnings }
}

const known = (server: ScriptedServer, more: object = {}): ClientInformation => ({
  client_id: 'c1',
  client_secret: 'secret-1',
  registration_access_token: 'rat-1',
  registration_client_uri: `${server.origin}/clients/c1`,
  ...METADATA,
  ...more,
})

describe('a provider that is none', () => {
  const metadata = {
    issuer: 'https://as.example.com',
    registration_endpoint: 'https://as.example.com/register',
  }
  test.each<[string, unknown]>([
    ['text', 'hydra'],
    ['null', null],
    ['a list', []],
    ['an object without a name', {}],
    ['an empty name', { name: '' }],
    ['a scheme that forges a header', { name: 'own', scheme: 'Bearer\r\nx: y' }],
    ['a slip of the pen', { name: 'own', endpointpath: /x/ }],
    ['a member that every object has', { name: 'own', constructor: 'x' }],
    ['an endpointPath that is text', { name: 'own', endpointPath: '/register' }],
    ['members that are text', { name: 'own', members: 'client_name' }],
    ['a management that is text', { name: 'own', management: 'get' }],
    ['a management that there is not', { name: 'own', management: ['register'] }],
    ['a managedAt of its own', { name: 'own', managedAt: '/clients' }],
    ['a manageWith that there is not', { name: 'own', manageWith: 'password' }],
    ['advice that is a function', { name: 'own', advice: { forbidden: () => 'x' } }],
    ['a read that is no function', { name: 'own', read: {} }],
    ['one wire name for two members', { name: 'own', wireNames: { client_name: 'a', scope: 'a' } }],
    ['a wire name that is another member', { name: 'own', wireNames: { client_name: 'scope' } }],
    ['a flag that is text', { name: 'own', rotatesOnRead: 'yes' }],
    ['emptied that is a word', { name: 'own', emptied: 'empty' }],
    ['a registrationEndpoint that throws', { name: 'own', registrationEndpoint: () => JSON.parse('') }],
  ])('%s is refused by the constructor', async (_name, provider) => {
    const error = await failureOf(
      Promise.resolve().then(() => new DcrClient(metadata, { provider: provider as Provider })),
    )
    expect(error).toMatchObject({ name: 'DcrError', code: 'invalid_argument', outcome: 'not_sent' })
    expect(error.message).toContain('options.provider')
  })
})

test.each<[string, Provider]>([
  ['whose members are undefined', { name: 'own', scheme: undefined, advice: { manage: undefined } } as never],
  ['whose advice is spread', { name: 'own', advice: { register: { forbidden: undefined } } } as never],
  ['that is frozen', Object.freeze({ name: 'own' })],
])('a provider %s is one', (_name, provider) => {
  expect(() => new DcrClient({ issuer: 'https://as.example.com' }, { provider })).not.toThrow()
})

test('an object of a class is a provider, with members of its own', async () => {
  class Acme implements Provider {
    readonly name = 'acme'
    readonly path = '/acme'
    registrationEndpoint({ issuer }: { issuer: string }) {
      return issuer + this.path
    }
    write(metadata: object) {
      return { ...metadata, from: this.name }
    }
    read(answer: object) {
      return { ...answer, by: this.name }
    }
  }
  const server = await startScripted(MADE)
  const dcr = new DcrClient(server.metadata, { allowInsecureRequests: true, provider: new Acme() })
  expect(await dcr.register(METADATA)).toMatchObject({ client_id: 'c1', by: 'acme' })
  expect(server.requests[0]).toMatchObject({
    url: '/acme',
    body: JSON.stringify({ ...METADATA, from: 'acme' }),
  })
})

describe('endpoints', () => {
  test('one whose path is not like it is refused by the constructor', async () => {
    const metadata = {
      issuer: 'https://as.example.com',
      registration_endpoint: 'https://as.example.com/a?b=c',
    }
    const provider = { name: 'own', endpointPath: /\/clients$/ }
    const error = await failureOf(Promise.resolve().then(() => new DcrClient(metadata, { provider })))
    expect(error).toMatchObject({ code: 'provider_mismatch', outcome: 'not_sent', attempts: 0 })
    expect(error.message).toBe(
      'DcrClient: the provider own is for registration endpoints whose path matches /\\/clients$/, and that of this server is /a. Nothing was sent.',
    )
    expect(
      () => new DcrClient(metadata, { provider: { ...provider, endpointPath: undefined } }),
    ).not.toThrow()
  })

  test('registrationEndpoint is asked, and wins', async () => {
    const server = await startScripted(MADE)
    const { dcr } = connect(server, { registrationEndpoint: ({ issuer }) => `${issuer}/elsewhere` })
    await dcr.register(METADATA)
    expect(server.requests[0]?.url).toBe('/elsewhere')
  })

  test('one that a provider makes up is checked as any other', async () => {
    const server = await startScripted()
    const { dcr } = connect(server, { registrationEndpoint: () => 'http://as.example.com/register' })
    expect(await failureOf(dcr.register(METADATA))).toMatchObject({
      code: 'insecure_url',
      outcome: 'not_sent',
    })
  })

  test.each<['get' | 'update' | 'delete', string]>([
    ['get', 'GET'],
    ['update', 'PUT'],
    ['delete', 'DELETE'],
  ])('%s: managedAt, whatever the registration_client_uri says', async (operation, method) => {
    for (const [managedAt, url] of [
      ['path', '/register/a%2Fb%20c?d'],
      ['query', '/register?client_id=a%2Fb+c%3Fd'],
    ] as const) {
      const client_id = 'a/b c?d'
      const server = await startScripted({ body: { client_id } })
      const client = known(server, { client_id, registration_client_uri: 'https://backend.internal/c1' })
      await connect(server, { managedAt }).dcr[operation](client, {})
      expect(server.requests[0]).toMatchObject({
        method,
        url: managedAt === 'path' ? '/register/a%2Fb%20c%3Fd' : url,
        headers: { authorization: 'Bearer rat-1' },
      })
    }
  })

  test.each(['.', '..'])('a client_id "%s" cannot climb out of the path', async (client_id) => {
    const server = await startScripted()
    const error = await failureOf(
      connect(server, { managedAt: 'path' }).dcr.get(known(server, { client_id })),
    )
    expect(error).toMatchObject({ code: 'management_not_supported', outcome: 'not_sent' })
  })
})

describe('management', () => {
  test.each<['get' | 'update' | 'delete']>([['get'], ['update'], ['delete']])(
    'what it lacks is refused before anything is sent: %s',
    async (operation) => {
      const server = await startScripted()
      const instead =
        operation === 'update'
          ? '; to change it, register another: dcr.register(metadataOf(client, changes))'
          : ''
      const advice = { manage: { management_not_supported: 'ask the administrator' } }
      const { dcr } = connect(server, { management: [], advice })
      const error = await failureOf(dcr[operation](known(server), {}))
      expect(error).toMatchObject({ code: 'management_not_supported', outcome: 'not_sent', attempts: 0 })
      expect(error.message).toBe(
        `${operation}: own does not offer to ${operation === 'get' ? 'read' : operation} a client${instead}; ask the administrator. Nothing was sent.`,
      )
      expect(server.connections).toBe(0)
    },
  )

  test('where there is reading only, an update of credentials alone does not even read', async () => {
    const server = await startScripted()
    const { client_name: _, redirect_uris: __, ...credentials } = known(server)
    const { dcr } = connect(server, { management: ['get'] })
    const error = await failureOf(dcr.update(credentials as ClientInformation, { client_name: 'New' }))
    expect(error.code).toBe('management_not_supported')
    expect(server.connections).toBe(0)
  })

  test('manageWith is a default', async () => {
    const server = await startScripted({ body: { client_id: 'c1' } }, { body: { client_id: 'c1' } })
    const provider = { manageWith: 'initial_access_token', scheme: 'SSWS' } as const
    const options = { initialAccessToken: 'admin-1' }
    await connect(server, provider, options).dcr.get(known(server))
    await connect(server, provider, { ...options, manageWith: 'registration_access_token' }).dcr.get(
      known(server),
    )
    expect(server.requests.map(({ headers }) => headers.authorization)).toEqual([
      'SSWS admin-1',
      'Bearer rat-1',
    ])
  })

  test('a read that may rotate the token is not sent again after silence, and another is', async () => {
    for (const [rotatesOnRead, sent] of [
      [true, 1],
      [false, 2],
    ] as const) {
      const server = await startScripted('close', 'close')
      const error = await failureOf(connect(server, { rotatesOnRead }).dcr.get(known(server)))
      expect(error).toMatchObject({ code: 'network_error', outcome: 'unknown', attempts: sent })
      expect(error.message.includes('It may have been done.')).toBe(rotatesOnRead)
    }
  })
})

describe('what is sent', () => {
  const members = ['client_name', 'client_name#', 'redirect_uris']

  test('members it does not have are left out and told, in a registration', async () => {
    const server = await startScripted(MADE)
    const { dcr, warnings } = connect(server, { members })
    await dcr.register({
      ...METADATA,
      'client_name#fr': 'Appli',
      'tos_uri#fr': 'https://a.example/t',
      contacts: [],
    })
    expect(server.requests[0]?.body).toBe(JSON.stringify({ ...METADATA, 'client_name#fr': 'Appli' }))
    const told = warnings.filter(({ code }) => code === 'left_out_member')
    expect(told).toEqual(
      ['tos_uri#fr', 'contacts'].map((member) => ({
        code: 'left_out_member',
        member,
        message: 'The provider own does not send it.',
      })),
    )
  })

  test('in an update: what was asked for, and what would be lost, but not what the server made itself', async () => {
    const server = await startScripted(MADE)
    const { dcr, warnings } = connect(server, { members })
    const client = known(server, { scope: 'openid', vendor: 1, contacts: [], application_type: 'web' })
    await dcr.update(client, { tos_uri: 'https://a.example/t', client_name: 'New' })
    expect(JSON.parse(server.requests[0]?.body ?? '')).toEqual({
      client_id: 'c1',
      ...METADATA,
      client_name: 'New',
    })
    const told = warnings.filter(({ code }) => code === 'left_out_member').map(({ member }) => member)
    expect(told.sort()).toEqual(['application_type', 'scope', 'tos_uri'])
  })

  test('a lost update is found done though members were left out of it', async () => {
    const server = await startScripted('close', {
      body: { client_id: 'c1', ...METADATA, client_name: 'New' },
    })
    const { dcr, warnings } = connect(server, { members })
    const client = known(server, { scope: 'openid' })
    const updated = await dcr.update(client, { client_name: 'New', contacts: ['a@example.com'] })
    expect(updated.client_name).toBe('New')
    expect(server.requests.map(({ method }) => method)).toEqual(['PUT', 'GET'])
    expect(warnings.map(({ code }) => code)).toContain('update_reconciled')
  })

  test('notSentBack and sentBack: of the answers, not of what the caller says', async () => {
    const server = await startScripted(MADE, MADE)
    const provider = { notSentBack: ['created_at', 'metadata'], sentBack: ['client_secret'] }
    const { dcr } = connect(server, provider)
    const client = known(server, { created_at: '2026-01-01T00:00:00Z', metadata: { a: 1 } })
    await dcr.update(client, {})
    await dcr.update(client, { metadata: { b: 2 } } as never)
    const sent = server.requests.map(({ body }) => JSON.parse(body))
    expect(sent).toEqual([
      { client_id: 'c1', client_secret: 'secret-1', ...METADATA },
      { client_id: 'c1', client_secret: 'secret-1', ...METADATA, metadata: { b: 2 } },
    ])
  })

  test('emptied: what is to be removed is sent empty, as text or as a list; the rest is omitted', async () => {
    const server = await startScripted({
      body: { client_id: 'c1', ...METADATA, tos_uri: '', contacts: [] },
    })
    const { dcr, warnings } = connect(server, { emptied: ['tos_uri', 'contacts', 'policy_uri'] })
    const client = known(server, { tos_uri: 'https://a.example/t', logo_uri: 'https://a.example/l' })
    const updated = await dcr.update(client, { tos_uri: null, contacts: null, logo_uri: null })
    expect(server.requests[0]?.body).toBe(
      JSON.stringify({ client_id: 'c1', ...METADATA, tos_uri: '', contacts: [] }),
    )
    expect(updated).not.toHaveProperty('tos_uri')
    expect(warnings.map(({ code }) => code)).toEqual(['missing_member'])
  })

  test('readBeforeUpdate: the update starts from what is registered now', async () => {
    const server = await startScripted({ body: { client_id: 'c1', ...METADATA, scope: 'new' } }, MADE)
    await connect(server, { readBeforeUpdate: true }).dcr.update(known(server), { client_name: 'New' })
    expect(server.requests.map(({ method }) => method)).toEqual(['GET', 'PUT'])
    expect(JSON.parse(server.requests[1]?.body ?? '')).toMatchObject({ scope: 'new', client_name: 'New' })
  })

  test('updateFormat form: a parameter for each of a list; an object has no place, and is told', async () => {
    const server = await startScripted(MADE, MADE)
    const { dcr, warnings } = connect(server, { updateFormat: 'form' })
    await dcr.register(METADATA)
    const client = known(server, {
      redirect_uris: ['https://a.example/1', 'https://a.example/2'],
      require_auth_time: false,
      default_max_age: 60,
      jwks: { keys: [{ kty: 'RSA' }] },
    })
    await dcr.update(client, { client_name: 'A & é' })
    expect(server.requests[0]?.headers['content-type']).toBe('application/json')
    expect(server.requests[1]?.headers['content-type']).toBe('application/x-www-form-urlencoded')
    expect(server.requests[1]?.body).toBe(
      'client_id=c1&redirect_uris=https%3A%2F%2Fa.example%2F1&redirect_uris=https%3A%2F%2Fa.example%2F2&client_name=A+%26+%C3%A9&require_auth_time=false&default_max_age=60',
    )
    expect(warnings).toContainEqual({
      code: 'left_out_member',
      member: 'jwks',
      message: 'An object cannot stand in a form.',
    })
  })

  test('wireNames and write, in a registration and in an update', async () => {
    const server = await startScripted(MADE, MADE)
    const { dcr } = connect(server, {
      wireNames: { client_id: 'id', client_name: 'name' },
      write: ({ redirect_uris, ...metadata }) => ({ ...metadata, uris: `${redirect_uris}` }),
    })
    await dcr.register(METADATA)
    await dcr.update(known(server), {})
    const uris = 'https://app.example.com/cb'
    expect(server.requests.map(({ body }) => body)).toEqual([
      JSON.stringify({ name: 'App', uris }),
      JSON.stringify({ id: 'c1', name: 'App', uris }),
    ])
  })

  test.each<[string, () => never]>([
    [
      'throws',
      () => {
        throw new Error('secret-1')
      },
    ],
    ['gives no object', () => 'text' as never],
    ['gives what is no JSON', () => ({ big: 1n }) as never],
  ])('a write that %s: nothing is sent, nothing is shown', async (_name, write) => {
    const server = await startScripted()
    const error = await failureOf(connect(server, { write }).dcr.register(METADATA))
    expect(error).toMatchObject({ code: 'invalid_argument', outcome: 'not_sent' })
    expect(error.message).not.toContain('secret-1')
    expect(error.cause).toBeUndefined()
    expect(server.connections).toBe(0)
  })

  test('what write does to what it is given stays with it', async () => {
    const server = await startScripted(MADE)
    const given: ClientMetadata = { ...METADATA }
    const write: Provider['write'] = (metadata) => {
      delete metadata.client_name
      return metadata
    }
    const { dcr, warnings } = connect(server, { write })
    await dcr.register(given)
    expect(given).toEqual(METADATA)
    expect(warnings.map(({ code }) => code)).not.toContain('granted_differs')
  })
})

describe('what is answered', () => {
  test('wireNames: back to the registered names; where both are there, each stays', async () => {
    const body = { id: 'wire', client_id: 'c1', name: 'App', redirect_uris: null }
    const server = await startScripted({ status: 201, body })
    const { dcr } = connect(server, { wireNames: { client_id: 'id', client_name: 'name' } })
    expect(await dcr.register(METADATA)).toEqual({ id: 'wire', client_id: 'c1', client_name: 'App' })
  })

  test.each<[string, (answer: Record<string, unknown>) => never]>([
    [
      'throws',
      () => {
        throw new Error('secret-1')
      },
    ],
    ['gives no object', () => undefined as never],
  ])('a read that %s: the answer is read without it, and that is told', async (_name, read) => {
    const store = memoryStore()
    const server = await startScripted(MADE)
    const { dcr, warnings } = connect(server, { read }, { store })
    const client = await dcr.register(METADATA)
    expect(client).toEqual({ client_id: 'c1', client_secret: 'secret-1', ...METADATA })
    expect((await store.get(storeKey(server.origin, 'c1')))?.client).toEqual(client)
    expect(warnings[0]).toEqual({
      code: 'unlike_provider',
      message: 'The answer is not of the shape the provider expects.',
    })
  })

  test('credentials that a read drops, or empties, are kept; what it changes is changed', async () => {
    const server = await startScripted({
      status: 201,
      body: { client_id: 'c1', client_secret: 'secret-1', registration_access_token: 'rat-1', scope: 'a' },
    })
    const { dcr } = connect(server, { read: () => ({ client_id: '', client_secret: null, scope: 'b' }) })
    expect(await dcr.register(METADATA)).toEqual({
      client_id: 'c1',
      client_secret: 'secret-1',
      registration_access_token: 'rat-1',
      scope: 'b',
    })
  })
})

describe('later answers', () => {
  test('leftOutOfReads: kept at a read, and not brought back when an update removed it', async () => {
    const answer = { body: { client_id: 'c1', ...METADATA } }
    const server = await startScripted(answer, answer)
    const { dcr } = connect(server, { leftOutOfReads: ['scope'] })
    const read = await dcr.get(known(server, { scope: 'a b', contacts: ['a@example.com'] }))
    expect(read.scope).toBe('a b')
    expect(read).not.toHaveProperty('contacts')
    expect(await dcr.update(read, { scope: null })).not.toHaveProperty('scope')
  })

  test('secretGivenOnce: what a later answer calls the secret is none', async () => {
    const hashed = { body: { client_id: 'c1', client_secret: '{bcrypt}x', ...METADATA } }
    const server = await startScripted({ ...hashed, ...MADE }, hashed, hashed)
    const { dcr } = connect(server, { secretGivenOnce: true })
    expect((await dcr.register(METADATA)).client_secret).toBe('secret-1')
    expect((await dcr.get(known(server))).client_secret).toBe('secret-1')
    expect(await dcr.get(known(server, { client_secret: undefined }))).not.toHaveProperty('client_secret')
  })
})

describe('refusals', () => {
  test('errors: its own words, whatever the status; only words that are its own', async () => {
    const errors = { request_denied: 'unauthorized', quota: 'rate_limited' } as const
    for (const [error, code] of [
      ['request_denied', 'unauthorized'],
      ['quota', 'rate_limited'],
      ['toString', 'rejected'],
      ['other', 'rejected'],
    ]) {
      const server = await startScripted({ status: 400, body: { error } })
      const refused = await failureOf(connect(server, { errors }).dcr.register(METADATA))
      expect(refused, error).toMatchObject({
        name: 'OAuthError',
        code,
        status: 400,
        error,
        outcome: 'rejected',
      })
    }
  })

  test('a word that means unauthorized makes the source of the token give another', async () => {
    const server = await startScripted({ status: 400, body: { error: 'access_denied' } }, MADE)
    const initialAccessToken = ({ refused }: { refused?: string }) => (refused ? 'second' : 'first')
    await connect(server, { errors: { access_denied: 'unauthorized' } }, { initialAccessToken }).dcr.register(
      METADATA,
    )
    expect(server.requests.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer first',
      'Bearer second',
    ])
  })

  test('the message has its advice after ours, and asks whether it is that server', async () => {
    const server = await startScripted({ status: 404, body: { error: 'gone' } })
    const { dcr } = connect(server, {
      advice: { register: { not_found: 'switch it on by the setting x' }, manage: { not_found: 'no' } },
    })
    const error = await failureOf(dcr.register(METADATA))
    expect(error.message).toBe(
      `register: POST ${server.origin}/register answered 404 gone; the server does not offer it here; switch it on by the setting x. Nothing was changed. Is this the server that the provider own is made for?`,
    )
  })

  test('the credentials of Basic are not shown, neither as sent nor in clear', async () => {
    const password = 'pass:wörd'
    const initialAccessToken = Buffer.from(`admin:${password}`).toString('base64')
    const body = {
      error: 'invalid_token',
      error_description: `no ${initialAccessToken} for admin:${password}`,
    }
    const server = await startScripted({ status: 401, body })
    const error = await failureOf(
      connect(server, { scheme: 'Basic' }, { initialAccessToken }).dcr.register(METADATA),
    )
    expect(server.requests[0]?.headers.authorization).toBe(`Basic ${initialAccessToken}`)
    expect(error).toMatchObject({ error_description: 'no [redacted] for admin:[redacted]' })
  })

  test('what is not its words is not touched by a token that is no base64', async () => {
    const server = await startScripted({ status: 401, body: { error: 'no' } })
    const error = await failureOf(
      connect(server, { scheme: 'Basic' }, { initialAccessToken: '***' }).dcr.register(METADATA),
    )
    expect(error).toMatchObject({ code: 'unauthorized', error: 'no' })
  })
})

describe('metadataOf', () => {
  const client = {
    client_id: 'c1',
    client_secret: 's',
    client_secret_expires_at: 0,
    client_id_issued_at: 1,
    registration_access_token: 'r',
    registration_client_uri: 'https://as.example.com/c1',
    redirect_uris: ['https://app.example.com/cb'],
    'client_name#fr': 'Appli',
    scope: 'a b',
    tos_uri: '',
    jwks: {},
    response_types: [],
    created_at: '2026-01-01',
  } as unknown as ClientInformation

  test('what a client asked for, without what the server made', () => {
    expect(metadataOf(client)).toEqual({
      redirect_uris: ['https://app.example.com/cb'],
      'client_name#fr': 'Appli',
      scope: 'a b',
      response_types: [],
    })
  })

  test.each([null, undefined, 'c1', []])('%j is no client', async (client) => {
    const error = await failureOf(Promise.resolve().then(() => metadataOf(client as never)))
    expect(error).toMatchObject({ name: 'DcrError', code: 'invalid_argument', outcome: 'not_sent' })
  })

  test('changes replace, and null removes', () => {
    const changed = metadataOf<{ vendor: string }>(client, { scope: null, client_name: 'New', vendor: 'v' })
    expect(changed).toEqual({
      redirect_uris: ['https://app.example.com/cb'],
      'client_name#fr': 'Appli',
      client_name: 'New',
      response_types: [],
      vendor: 'v',
    })
  })

  test('it registers another client, and leaves the first alone', async () => {
    const server = await startScripted({ status: 201, body: { client_id: 'c2' } })
    const { dcr } = connect(server, {})
    expect((await dcr.register(metadataOf(client))).client_id).toBe('c2')
    expect(server.requests.map(({ method }) => method)).toEqual(['POST'])
  })
})
