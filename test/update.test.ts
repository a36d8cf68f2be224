import { describe, expect, test } from 'vitest'
import {
  type ClientInformation,
  type ClientMetadata,
  type ClientMetadataChanges,
  DcrClient,
  type DcrClientOptions,
  type DcrError,
} from '../src/index.js'
import { type ScriptedServer, startScripted } from './servers/scripted.js'

const METADATA = { redirect_uris: ['https://app.example.com/cb'], client_name: 'App' }

const connect = (server: ScriptedServer, options?: DcrClientOptions) =>
  new DcrClient(server.metadata, { allowInsecureRequests: true, ...options })

const credentials = (server: ScriptedServer): ClientInformation => ({
  client_id: 'c1',
  client_id_issued_at: 1_700_000_000,
  client_secret: 's1',
  client_secret_expires_at: 1_900_000_000,
  registration_access_token: 'rat-1',
  registration_client_uri: `${server.origin}/register/c1`,
})

describe('an update sends', () => {
  interface Row {
    name: string
    client?: object
    changes: object
    body: string
  }
  const rows: Row[] = [
    {
      name: 'what is known and what changes, the client_id first, and nothing that is the server’s to give',
      client: METADATA,
      changes: { client_name: 'App 2', scope: 'a b' },
      body: '{"client_id":"c1","redirect_uris":["https://app.example.com/cb"],"client_name":"App 2","scope":"a b"}',
    },
    {
      name: 'what is known, where nothing changes',
      client: METADATA,
      changes: {},
      body: '{"client_id":"c1","redirect_uris":["https://app.example.com/cb"],"client_name":"App"}',
    },
    {
      name: 'no member that null removes',
      client: { ...METADATA, scope: 'a b' },
      changes: { client_name: null, scope: null, logo_uri: null },
      body: '{"client_id":"c1","redirect_uris":["https://app.example.com/cb"]}',
    },
    {
      name: "no member that '' removes, and the old value where undefined stands",
      client: { ...METADATA, scope: 'a b' },
      changes: { client_name: '', scope: undefined },
      body: '{"client_id":"c1","redirect_uris":["https://app.example.com/cb"],"scope":"a b"}',
    },
    {
      name: "no null, '' or {} that the server answered, but its []",
      client: {
        ...METADATA,
        logo_uri: null,
        tos_uri: '',
        jwks: {},
        metadata: {},
        contacts: [],
        allowed_cors_origins: [],
        owner: '',
      },
      changes: {},
      body: '{"client_id":"c1","redirect_uris":["https://app.example.com/cb"],"client_name":"App","contacts":[],"allowed_cors_origins":[]}',
    },
    {
      name: 'members of the server’s own and of other languages, as they are',
      client: {
        client_name: 'App',
        'client_name#de': 'Anwendung',
        x_tier: { gold: [1, null, ''] },
        skip_consent: false,
      },
      changes: { redirect_uris: [] },
      body: '{"client_id":"c1","client_name":"App","client_name#de":"Anwendung","x_tier":{"gold":[1,null,""]},"skip_consent":false,"redirect_uris":[]}',
    },
    {
      name: 'jwks in place of a jwks_uri',
      client: { jwks_uri: 'https://app.example.com/jwks' },
      changes: { jwks_uri: null, jwks: { keys: [{ kty: 'OKP', crv: 'Ed25519', x: 'eA' }] } },
      body: '{"client_id":"c1","jwks":{"keys":[{"kty":"OKP","crv":"Ed25519","x":"eA"}]}}',
    },
  ]
  for (const { name, client, changes, body } of rows) {
    test(name, async () => {
      const server = await startScripted({ body: { client_id: 'c1' } })
      const registered = Object.freeze({ ...credentials(server), ...client })
      await connect(server).update(registered, changes as ClientMetadataChanges)
      expect(server.requests).toHaveLength(1)
      const [request] = server.requests
      expect(request).toMatchObject({ method: 'PUT', url: '/register/c1', body })
      expect(request?.headers).toMatchObject({
        'content-type': 'application/json',
        authorization: 'Bearer rat-1',
      })
    })
  }

  test('what it reads first, where only the credentials are known', async () => {
    const read = { client_id: 'c1', ...METADATA, scope: 'a', registration_access_token: 'rat-2' }
    const server = await startScripted({ body: read }, { body: { client_id: 'c1' } })
    await connect(server).update(credentials(server), { scope: 'a b' })
    expect(server.requests.map(({ method }) => method)).toEqual(['GET', 'PUT'])
    expect(server.requests.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer rat-1',
      'Bearer rat-2',
    ])
    expect(server.requests[1]?.body).toBe(JSON.stringify({ client_id: 'c1', ...METADATA, scope: 'a b' }))
  })

  test('with the token and to the URI of the last answer', async () => {
    const server = await startScripted()
    const registration_client_uri = `${server.origin}/clients/1`
    const first = {
      client_id: 'c1',
      ...METADATA,
      registration_access_token: 'rat-2',
      registration_client_uri,
    }
    server.script.push({ body: first }, { body: { client_id: 'c1' } })
    const dcr = connect(server)
    const updated = await dcr.update({ ...credentials(server), ...METADATA }, { scope: 'a' })
    await dcr.update(updated, { scope: 'a b' })
    expect(server.requests[1]).toMatchObject({
      url: '/clients/1',
      headers: { authorization: 'Bearer rat-2' },
    })
  })
})

test('what the server answered too deep to be written is refused, and nothing is sent', async () => {
  const server = await startScripted()
  const x_deep = JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`)
  const attempt = connect(server).update(
    { ...credentials(server), ...METADATA, x_deep } as object as ClientInformation,
    {},
  )
  await expect(attempt).rejects.toMatchObject({ name: 'DcrError', outcome: 'not_sent' })
  expect(server.connections).toBe(0)
})

describe('what a read that rotated the token gave is not lost', () => {
  test.each([400, 401, 403])('when the update is then refused with %i', async (status) => {
    const read = { client_id: 'c1', ...METADATA, registration_access_token: 'rat-2' }
    const server = await startScripted({ body: read }, { status })
    const error: DcrError = await connect(server)
      .update(credentials(server), { scope: 'a b' })
      .then(
        () => expect.fail('it did not fail'),
        (thrown) => thrown,
      )
    expect(error).toMatchObject({ outcome: 'rejected', status })
    expect(error.client).toMatchObject({ client_id: 'c1', registration_access_token: 'rat-2' })
  })

  test('when the changes turn out to contradict what was read', async () => {
    const read = {
      client_id: 'c1',
      jwks_uri: 'https://app.example.com/jwks',
      registration_access_token: 'rat-2',
    }
    const server = await startScripted({ body: read })
    const error: DcrError = await connect(server)
      .update(credentials(server), { jwks: { keys: [{ kty: 'OKP', crv: 'Ed25519', x: 'eA' }] } })
      .then(
        () => expect.fail('it did not fail'),
        (thrown) => thrown,
      )
    expect(error.code).toBe('invalid_argument')
    expect(error.client).toMatchObject({ client_id: 'c1', registration_access_token: 'rat-2' })
  })
})

for (const operation of ['get', 'update'] as const) {
  describe(`what ${operation} carries over`, () => {
    const rows: [name: string, answer: object, expected: (server: ScriptedServer) => object][] = [
      [
        'credentials and dates that the answer leaves out',
        { client_id: 'c1', scope: 'a' },
        (server) => ({ ...credentials(server), scope: 'a' }),
      ],
      [
        'credentials that are null in the answer',
        {
          client_id: 'c1',
          client_secret: null,
          registration_access_token: null,
          registration_client_uri: '',
        },
        credentials,
      ],
      [
        'nothing that the answer has anew',
        {
          client_id: 'c1',
          client_id_issued_at: 1_800_000_000,
          client_secret: 's2',
          client_secret_expires_at: 0,
          registration_access_token: 'rat-2',
          registration_client_uri: 'https://as.example.com/c/1',
        },
        () => ({
          client_id: 'c1',
          client_id_issued_at: 1_800_000_000,
          client_secret: 's2',
          client_secret_expires_at: 0,
          registration_access_token: 'rat-2',
          registration_client_uri: 'https://as.example.com/c/1',
        }),
      ],
      [
        'no expiry to a new secret',
        { client_id: 'c1', client_secret: 's2' },
        (server) => {
          const { client_secret_expires_at, ...rest } = credentials(server)
          return { ...rest, client_secret: 's2' }
        },
      ],
      ['the expiry to the same secret', { client_id: 'c1', client_secret: 's1' }, credentials],
      [
        'a new expiry to the same secret',
        { client_id: 'c1', client_secret_expires_at: 2_000_000_000 },
        (server) => ({
          ...credentials(server),
          client_secret_expires_at: 2_000_000_000,
        }),
      ],
    ]
    for (const [name, body, expected] of rows) {
      test(name, async () => {
        const server = await startScripted({ body })
        const client = { ...credentials(server), ...METADATA }
        // Of the metadata the server's word is the last: what it leaves out is gone.
        expect(await connect(server)[operation](client, {})).toEqual(expected(server))
      })
    }
  })
}

describe('an update warns of', () => {
  const BEFORE = { redirect_uris: ['https://app.example.com/cb'], grant_types: [], scope: 'offline_access' }
  const doubtsOf = async (before: object, changes: ClientMetadataChanges) => {
    const server = await startScripted(({ body }) => ({
      body: { ...credentials(server), ...JSON.parse(body) },
    }))
    const doubts: string[] = []
    const dcr = connect(server, {
      onWarning: ({ code, message }) => void (code === 'questionable_metadata' && doubts.push(message)),
    })
    await dcr.update({ ...credentials(server), ...before }, changes)
    return doubts
  }

  test('nothing that the server had registered so before', async () => {
    expect(await doubtsOf(BEFORE, { client_name: 'App 2' })).toEqual([])
  })

  test('what its changes make doubtful', async () => {
    const made = await doubtsOf(
      { ...BEFORE, grant_types: ['authorization_code', 'refresh_token'] },
      {
        grant_types: ['client_credentials'],
      },
    )
    expect(made).toEqual([
      'No grant of this client redirects.',
      'The scope offline_access needs the grant type refresh_token.',
    ])
  })

  test.each(['redirect_uris', 'grant_types', 'response_types', 'scope', 'jwks_uri', 'x_uri'])(
    'nothing in a %s that no text can be made of',
    async (member) => {
      const server = await startScripted({ body: { client_id: 'c1' } })
      const odd = { toString: 1 }
      const held = { [member]: member.endsWith('s') ? [odd] : odd }
      const before: ClientInformation = Object.assign(credentials(server), held)
      const [result] = await Promise.allSettled([connect(server).update(before, { client_name: 'App 2' })])
      expect(result.status === 'rejected' ? result.reason.name : 'DcrError').toBe('DcrError')
    },
  )
})

test('a member of the server’s own may be an object that no text can be made of', async () => {
  const server = await startScripted({ status: 201, body: { client_id: 'c1' } })
  const own = { x_uri: { toString: 1 }, x_endpoint: [{ valueOf: 1, toString: 1 }] }
  await connect(server).register({ ...METADATA, ...own } as ClientMetadata)
  expect(JSON.parse(server.requests[0]?.body ?? '')).toEqual({ ...METADATA, ...own })
})
