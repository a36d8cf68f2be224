import { describe, expect, test } from 'vitest'
import { type ClientInformation, DcrClient, type DcrClientOptions, type DcrError } from '../src/index.js'
import { failureOf } from './failure-of.js'
import { type ScriptedServer, startScripted } from './servers/scripted.js'

/** Stands in values that are refused: no message may repeat it. */
const CANARY = 'canary-c0ffee'
const METADATA = { redirect_uris: ['https://app.example.com/cb'] }
const OPERATIONS = ['get', 'update', 'delete'] as const

/** A promise, so that what the constructor throws is a rejection too. */
const connect = async (server: ScriptedServer, options?: DcrClientOptions) =>
  new DcrClient(server.metadata, { allowInsecureRequests: true, ...options })

const known = (server: ScriptedServer): ClientInformation => ({
  client_id: 'c1',
  registration_access_token: 'rat-1',
  registration_client_uri: `${server.origin}/register/c1`,
  ...METADATA,
})

/** The error of something that is refused here: nothing may have reached the server. */
async function refusalOf(attempt: (server: ScriptedServer) => Promise<unknown>): Promise<DcrError> {
  const server = await startScripted()
  const error = await failureOf(attempt(server))
  expect(server.connections).toBe(0)
  expect(error).toMatchObject({ name: 'DcrError', outcome: 'not_sent', attempts: 0 })
  expect(error.message).not.toContain(CANARY)
  return error
}

describe('a token that is refused', () => {
  const rows: [name: string, token: unknown][] = [
    ['a line break', `${CANARY}\nx`],
    ['a header of its own', `${CANARY}\r\nx-forged: 1`],
    ['a line break before it', `\n${CANARY}`],
    ['two line breaks after it', `${CANARY}\n\n`],
    ['a carriage return after it', `${CANARY}\r`],
    ['a NUL', `${CANARY}\0`],
    ['an emoji', `${CANARY}\u{1f511}`],
    ['a letter beyond ASCII', `${CANARY}é`],
    ['a space', `Bearer ${CANARY}`],
    ['a space after it', `${CANARY} `],
    ['9 KB', CANARY.repeat(700)],
    ['nothing', ''],
    ['null', null],
    ['a number', 42],
    ['an object', { access_token: CANARY }],
  ]
  for (const [name, token] of rows) {
    const sources = { initialAccessToken: token, 'a function for it': async () => token }
    for (const [source, initialAccessToken] of Object.entries(sources)) {
      test(`${source}: ${name}`, async () => {
        const options = { initialAccessToken } as DcrClientOptions
        const error = await refusalOf(async (server) => (await connect(server, options)).register(METADATA))
        expect(error.code).toBe('invalid_argument')
        expect(error.message).toContain('token')
      })
    }

    test(`registration_access_token: ${name}`, async () => {
      for (const operation of OPERATIONS) {
        const error = await refusalOf(async (server) => {
          const client = { ...known(server), registration_access_token: token } as ClientInformation
          return (await connect(server))[operation](client, {})
        })
        // Servers, and stores, write '' and null for a token that is not there.
        expect(error.code).toBe(token === '' || token === null ? 'missing_credential' : 'invalid_argument')
        expect(error.message).toContain('token')
      }
    })
  }

  for (const [name, end] of [
    ['\\n', '\n'],
    ['\\r\\n', '\r\n'],
  ]) {
    test(`${name} at its end, as a file leaves it, is trimmed`, async () => {
      const server = await startScripted(
        { status: 201, body: { client_id: 'c1' } },
        { body: { client_id: 'c1' } },
      )
      const dcr = await connect(server, { initialAccessToken: `iat-1${end}` })
      await dcr.register(METADATA)
      await dcr.get({ ...known(server), registration_access_token: `rat-1${end}` })
      expect(server.requests.map(({ headers }) => headers.authorization)).toEqual([
        'Bearer iat-1',
        'Bearer rat-1',
      ])
    })
  }

  for (const [name, source] of Object.entries({
    throws: () => {
      throw new Error(`the vault said ${CANARY}`)
    },
    rejects: () => Promise.reject(new Error(`the vault said ${CANARY}`)),
    'rejects with nothing': () => Promise.reject(undefined),
  })) {
    test(`a source that ${name}`, async () => {
      const options = { initialAccessToken: source }
      await refusalOf(async (server) => (await connect(server, options)).register(METADATA))
    })
  }

  test('a source that never answers', async () => {
    const options = { initialAccessToken: () => new Promise<string>(() => {}), timeout: 50 }
    const error = await refusalOf(async (server) => (await connect(server, options)).register(METADATA))
    expect(error.code).toBe('timeout')
  })
})

describe('options that are refused, and the one that is named', () => {
  const rows: [name: string, options: unknown, named: string][] = [
    ...[0, -1, Number.NaN, Number.POSITIVE_INFINITY, 1e12, 2 ** 31, '1000', null].map(
      (timeout): [string, unknown, string] => [`timeout ${timeout}`, { timeout }, 'timeout'],
    ),
    ...['authorization', 'Authorization', 'content-type', 'Content-Length', 'HOST'].map(
      (name): [string, unknown, string] => [`header ${name}`, { headers: { [name]: CANARY } }, name],
    ),
    ['headers null', { headers: null }, 'headers'],
    ['a header with a line break', { headers: { 'x-a': `1\r\nx-forged: ${CANARY}` } }, 'x-a'],
    ['a header with a NUL', { headers: { 'x-a': `${CANARY}\0` } }, 'x-a'],
    ['a header beyond Latin-1', { headers: { 'x-a': `${CANARY}\u{1f511}` } }, 'x-a'],
    ['a header that is a number', { headers: { 'x-a': 42 } }, 'x-a'],
    ['a header name with a space', { headers: { 'x a': CANARY } }, 'x a'],
    ['a header name that is empty', { headers: { '': CANARY } }, 'headers'],
    ['a header that a fetch refuses', { headers: { 'transfer-encoding': 'chunked' } }, 'transfer-encoding'],
    ['a header that a fetch refuses too', { headers: { 'keep-alive': CANARY } }, 'keep-alive'],
  ]
  for (const [name, options, named] of rows) {
    test(`${name}, of the client`, async () => {
      const error = await refusalOf(async (server) =>
        (await connect(server, options as DcrClientOptions)).register(METADATA),
      )
      expect(error.code).toBe('invalid_argument')
      expect(error.message).toContain(named)
    })

    test(`${name}, of one call`, async () => {
      const error = await refusalOf(async (server) =>
        (await connect(server)).register(METADATA, options as DcrClientOptions),
      )
      expect(error.code).toBe('invalid_argument')
      expect(error.message).toContain(named)
    })
  }

  test('manageWith', async () => {
    const options = { manageWith: CANARY } as unknown as DcrClientOptions
    const error = await refusalOf((server) => connect(server, options))
    expect(error.code).toBe('invalid_argument')
    expect(error.message).toContain('manageWith')
  })

  for (const server of [null, undefined, 'https://as.example.com', {}, { issuer: 42 }, []]) {
    test(`the server ${JSON.stringify(server)}`, async () => {
      const error = await refusalOf(async () => new DcrClient(server as never))
      expect(error.code).toBe('invalid_argument')
      expect(error.message).toContain('issuer')
    })
  }
})

describe('a client that cannot be managed', () => {
  interface Row {
    name: string
    client: (client: ClientInformation) => unknown
    options?: DcrClientOptions
    code: string
    named: string
  }
  const clientId = (client_id: unknown): Row => ({
    name: `the client_id ${JSON.stringify(client_id)}`,
    client: (client) => ({ ...client, client_id }),
    code: 'invalid_argument',
    named: 'client_id',
  })
  const rows: Row[] = [
    ...[null, undefined, {}, [], CANARY].map(
      (client): Row => ({
        name: `${JSON.stringify(client)} for a client`,
        client: () => client,
        code: 'invalid_argument',
        named: 'client_id',
      }),
    ),
    ...[undefined, null, '', 42, { id: CANARY }, `${CANARY}\r\n`].map(clientId),
    {
      name: 'no registration_access_token',
      client: ({ registration_access_token, ...client }) => client,
      code: 'missing_credential',
      named: 'registration_access_token',
    },
    {
      name: 'no registration_client_uri',
      client: ({ registration_client_uri, ...client }) => client,
      code: 'management_not_supported',
      named: 'registration_client_uri',
    },
    {
      name: 'no client_secret, where it is wanted',
      client: (client) => client,
      options: { manageWith: 'client_secret' },
      code: 'missing_credential',
      named: 'client_secret',
    },
    {
      name: 'another method than a secret, where one is wanted',
      client: (client) => ({
        ...client,
        client_secret: CANARY,
        token_endpoint_auth_method: 'client_secret_jwt',
      }),
      options: { manageWith: 'client_secret' },
      code: 'missing_credential',
      named: 'client_secret_jwt',
    },
    {
      name: 'a client_secret with a line break',
      client: (client) => ({ ...client, client_secret: `${CANARY}\n` }),
      options: { manageWith: 'client_secret' },
      code: 'invalid_argument',
      named: 'client_secret',
    },
    {
      name: 'no initial access token, where it is wanted',
      client: (client) => client,
      options: { manageWith: 'initial_access_token' },
      code: 'missing_credential',
      named: 'initialAccessToken',
    },
  ]
  for (const { name, client, options, code, named } of rows) {
    for (const operation of OPERATIONS) {
      test(`${operation}: ${name}`, async () => {
        const error = await refusalOf(async (server) =>
          (await connect(server, options))[operation](client(known(server)) as ClientInformation, {}),
        )
        expect(error.code).toBe(code)
        expect(error.message).toContain(named)
      })
    }
  }
})
