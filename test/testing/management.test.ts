import { setupServer } from 'msw/node'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type ReferenceServerOptions, referenceServer } from '../../src/testing/index.js'

const network = setupServer()
beforeAll(() => network.listen({ onUnhandledRequest: 'error' }))
afterEach(() => network.resetHandlers())
afterAll(() => network.close())

const WEB = { redirect_uris: ['https://app.example/cb'] }
const INVALID_TOKEN = { error: 'invalid_token', error_description: 'invalid token provided' }
const CHALLENGE =
  'Bearer realm="https://as.example.com", error="invalid_token", error_description="invalid token provided"'

async function call(method: string, url: string, token?: string, body?: unknown) {
  const response = await fetch(url, {
    method,
    headers: {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  const json = text.startsWith('{') ? JSON.parse(text) : undefined
  return { status: response.status, headers: response.headers, text, body: json }
}

async function start(options: ReferenceServerOptions = {}, metadata: object = WEB) {
  const as = referenceServer(options)
  network.use(...as.handlers)
  const register = async (more: object = metadata) =>
    (await call('POST', `${as.issuer}/register`, undefined, more)).body
  const client = await register()
  return {
    as,
    register,
    client,
    uri: client.registration_client_uri,
    token: client.registration_access_token,
  }
}

describe('read', () => {
  test('answers what was registered, with the token it came with', async () => {
    const { as, client, uri, token } = await start()
    const { status, headers, body } = await call('GET', uri, token)
    expect(status).toBe(200)
    expect(headers.get('cache-control')).toBe('no-store')
    expect(body).toEqual(client)
    expect(as.clients.get(client.client_id)).toEqual(client)
  })

  test('rotates the token where told so, and the old one dies at once', async () => {
    const { as, client, uri, token } = await start({ rotateOnRead: true })
    const { body } = await call('GET', uri, token)
    expect(body.registration_access_token).not.toBe(token)
    expect(body).toEqual({ ...client, registration_access_token: body.registration_access_token })
    expect(as.clients.get(client.client_id)).toEqual(body)
    expect((await call('GET', uri, token)).status).toBe(401)
    expect((await call('GET', uri, body.registration_access_token)).status).toBe(200)
  })
})

describe('update', () => {
  test('replaces everything: what is left out is gone or back at its default', async () => {
    const { as, client, uri, token } = await start(
      {},
      {
        ...WEB,
        client_name: 'Old',
        logo_uri: 'https://app.example/logo',
        token_endpoint_auth_method: 'client_secret_post',
      },
    )
    const { client_id, client_secret } = client
    const changes = { redirect_uris: ['https://app.example/new'], client_name: 'New' }
    const { status, headers, body } = await call('PUT', uri, token, { client_id, client_secret, ...changes })
    expect(status).toBe(200)
    expect(headers.get('cache-control')).toBe('no-store')
    const { logo_uri, ...rest } = client
    expect(logo_uri).toBe('https://app.example/logo')
    expect(body).toEqual({
      ...rest,
      ...changes,
      token_endpoint_auth_method: 'client_secret_basic',
      registration_access_token: body.registration_access_token,
    })
    expect(as.clients.get(client_id)).toEqual(body)
  })

  test('rotates the token, and the old one dies at once', async () => {
    const { client, uri, token } = await start()
    const { client_id } = client
    const { body } = await call('PUT', uri, token, { client_id, ...WEB })
    expect(body.registration_access_token).not.toBe(token)
    expect((await call('PUT', uri, token, { client_id, ...WEB })).status).toBe(401)
    expect((await call('GET', uri, body.registration_access_token)).body).toEqual(body)
  })

  test('keeps the token where told so', async () => {
    const { client, uri, token } = await start({ rotateOnUpdate: false })
    const { body } = await call('PUT', uri, token, { client_id: client.client_id, ...WEB })
    expect(body.registration_access_token).toBe(token)
    expect((await call('GET', uri, token)).status).toBe(200)
  })

  test('drops null and the empty string', async () => {
    const { client, uri, token } = await start(
      {},
      { ...WEB, client_name: 'A', tos_uri: 'https://app.example/tos' },
    )
    const { client_id } = client
    const { status, body } = await call('PUT', uri, token, {
      client_id,
      ...WEB,
      client_name: null,
      tos_uri: '',
    })
    expect(status).toBe(200)
    expect(body).not.toHaveProperty('client_name')
    expect(body).not.toHaveProperty('tos_uri')
  })

  const mismatch = (member: string) => `provided ${member} does not match the authenticated client's one`
  const forbidden = (member: string) => `request MUST NOT include the ${member} field`

  test.each<[object, string, string]>([
    [{ client_id: undefined }, 'invalid_request', mismatch('client_id')],
    [{ client_id: null }, 'invalid_request', mismatch('client_id')],
    [{ client_id: 'other' }, 'invalid_request', mismatch('client_id')],
    [{ client_secret: 'other' }, 'invalid_request', mismatch('client_secret')],
    [{ client_secret: '' }, 'invalid_request', mismatch('client_secret')],
    [{ client_secret: null }, 'invalid_request', mismatch('client_secret')],
    [{ client_secret: 5 }, 'invalid_request', mismatch('client_secret')],
    [{ registration_access_token: 'x' }, 'invalid_request', forbidden('registration_access_token')],
    [{ registration_client_uri: 'x' }, 'invalid_request', forbidden('registration_client_uri')],
    [{ client_secret_expires_at: 0 }, 'invalid_request', forbidden('client_secret_expires_at')],
    [{ client_id_issued_at: null }, 'invalid_request', forbidden('client_id_issued_at')],
    [{ redirect_uris: [] }, 'invalid_redirect_uri', 'redirect_uris must contain members'],
    [{ redirect_uris: null }, 'invalid_redirect_uri', 'redirect_uris is mandatory property'],
    [
      { scope: 'tools' },
      'invalid_client_metadata',
      'scope must only contain Authorization Server supported scope values',
    ],
  ])('with %j is refused, and nothing changes', async (members, error, error_description) => {
    const { as, client, uri, token } = await start()
    const { client_id } = client
    const { status, headers, body } = await call('PUT', uri, token, { client_id, ...WEB, ...members })
    expect(status).toBe(400)
    expect(headers.get('www-authenticate')).toBeNull()
    expect(body).toEqual({ error, error_description })
    expect(as.clients.get(client_id)).toEqual(client)
    expect((await call('GET', uri, token)).status).toBe(200)
  })

  test('whose body is no JSON object is refused, after the token is judged', async () => {
    const { uri, token } = await start()
    const refused = await call('PUT', uri, token, [])
    expect([refused.status, refused.body.error_description]).toEqual([
      400,
      'client update request must be a JSON object',
    ])
    expect((await call('PUT', uri, 'wrong', [])).status).toBe(401)
  })

  test('echoing a whole read is refused', async () => {
    const { client, uri, token } = await start()
    expect((await call('PUT', uri, token, client)).body.error).toBe('invalid_request')
  })

  test('gives a public client a secret when it needs one, and takes none away', async () => {
    const { client, uri, token } = await start(
      { now: () => 7000, secretLifetime: 10 },
      { ...WEB, token_endpoint_auth_method: 'none' },
    )
    expect(client).not.toHaveProperty('client_secret')
    const { client_id } = client
    const confidential = (await call('PUT', uri, token, { client_id, ...WEB })).body
    expect(confidential.client_secret).toEqual(expect.any(String))
    expect(confidential.client_secret_expires_at).toBe(17)
    const again = await call('PUT', uri, confidential.registration_access_token, {
      client_id,
      ...WEB,
      token_endpoint_auth_method: 'none',
    })
    expect(again.body).toMatchObject({
      token_endpoint_auth_method: 'none',
      client_secret: confidential.client_secret,
    })
  })

  test.each([[{ client_secret: null }], [{ client_secret: '' }]])(
    'by a client without a secret may hold %j',
    async (members) => {
      const { client, uri, token } = await start({}, { ...WEB, token_endpoint_auth_method: 'none' })
      const { client_id } = client
      const body = { client_id, ...WEB, token_endpoint_auth_method: 'none', ...members }
      const { status } = await call('PUT', uri, token, body)
      expect(status).toBe(200)
    },
  )

  test('renews the secret where told so, with a new lifetime', async () => {
    let now = 0
    const options = { renewSecretOnUpdate: true, secretLifetime: 100, now: () => now }
    const { as, client, uri, token } = await start(options)
    now = 50_000
    const { client_id, client_secret } = client
    const { body } = await call('PUT', uri, token, { client_id, client_secret, ...WEB })
    expect(body.client_secret).not.toBe(client_secret)
    expect([client.client_secret_expires_at, body.client_secret_expires_at]).toEqual([100, 150])
    expect(as.clients.get(client_id)).toEqual(body)
  })

  test('otherwise keeps the secret and its expiry', async () => {
    let now = 0
    const { client, uri, token } = await start({ secretLifetime: 100, now: () => now })
    now = 50_000
    const { client_id, client_secret } = client
    const { body } = await call('PUT', uri, token, { client_id, ...WEB })
    expect(body).toMatchObject({ client_secret, client_secret_expires_at: 100, client_id_issued_at: 0 })
  })
})

describe('delete', () => {
  test('answers 204 with nothing, and client and token die', async () => {
    const { as, client, uri, token } = await start()
    const { status, headers, text } = await call('DELETE', uri, token)
    expect([status, text]).toEqual([204, ''])
    expect(headers.get('cache-control')).toBe('no-store')
    expect(as.clients.has(client.client_id)).toBe(false)
    for (const method of ['GET', 'DELETE']) {
      const again = await call(method, uri, token)
      expect([again.status, again.body]).toEqual([401, INVALID_TOKEN])
    }
  })
})

describe('the registration access token', () => {
  test.each(['GET', 'PUT', 'DELETE'])('%s without it: a bare challenge', async (method) => {
    const { as, uri } = await start()
    const { status, headers, body } = await call(method, uri)
    expect(status).toBe(401)
    expect(headers.get('cache-control')).toBe('no-store')
    expect(headers.get('www-authenticate')).toBe('Bearer realm="https://as.example.com"')
    expect(body).toEqual({ error: 'invalid_token', error_description: 'no access token provided' })
    expect(as.clients.size).toBe(1)
  })

  test.each(['GET', 'PUT', 'DELETE'])(
    '%s with a wrong one: 401, and the right one lives on',
    async (method) => {
      const { as, uri, token } = await start()
      const { status, headers, body } = await call(method, uri, 'wrong')
      expect(status).toBe(401)
      expect(headers.get('www-authenticate')).toBe(CHALLENGE)
      expect(body).toEqual(INVALID_TOKEN)
      expect(as.clients.size).toBe(1)
      expect((await call('GET', uri, token)).status).toBe(200)
    },
  )

  test('an initial access token is none', async () => {
    const { uri } = await start({ initialAccessTokens: ['initial'] })
    expect((await call('GET', uri, 'initial')).status).toBe(401)
  })

  test('in the query is refused', async () => {
    const { uri, token } = await start()
    const { status, body } = await call('GET', `${uri}?access_token=${token}`)
    expect([status, body.error]).toEqual([400, 'invalid_request'])
  })

  test.each(['GET', 'PUT', 'DELETE'])("%s on another client's URL destroys it", async (method) => {
    const { as, register, client, uri, token } = await start()
    const other = await register()
    const crossed = await call(method, other.registration_client_uri, token)
    expect([crossed.status, crossed.body]).toEqual([401, INVALID_TOKEN])
    expect((await call('GET', uri, token)).status).toBe(401)
    expect(as.clients.get(client.client_id)).not.toHaveProperty('registration_access_token')
    const { registration_client_uri, registration_access_token } = other
    expect((await call('GET', registration_client_uri, registration_access_token)).body).toEqual(other)
  })

  test.each(['unknown', '%zz'])(
    'on the URL of a client there is not (%s): 401, and it is destroyed',
    async (id) => {
      const { as, uri, token } = await start()
      expect((await call('GET', `${as.issuer}/register/${id}`, token)).status).toBe(401)
      expect((await call('GET', uri, token)).status).toBe(401)
    },
  )
})

describe('management', () => {
  test('read: PUT and DELETE find nothing, GET works', async () => {
    const { as, client, uri, token } = await start({ management: 'read' })
    for (const method of ['PUT', 'DELETE']) {
      const { status, headers, text } = await call(method, uri, token)
      expect([status, text]).toEqual([404, 'Not Found'])
      expect(headers.get('content-type')).toBe('text/plain; charset=utf-8')
    }
    expect((await call('GET', uri, token)).body).toEqual(client)
    expect(as.clients.size).toBe(1)
  })

  test('none: no token, no URI, and nothing to be read', async () => {
    const { as, client } = await start({ management: 'none', administratorTokens: ['root'] })
    expect(client).not.toHaveProperty('registration_access_token')
    expect(client).not.toHaveProperty('registration_client_uri')
    const uri = `${as.issuer}/register/${client.client_id}`
    expect((await call('GET', uri)).status).toBe(401)
    expect((await call('GET', uri, 'root')).status).toBe(401)
    expect((await call('PUT', uri, 'root', WEB)).status).toBe(404)
    expect((await call('DELETE', uri, 'root')).status).toBe(404)
    expect(as.clients.size).toBe(1)
  })
})
