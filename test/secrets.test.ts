import { inspect } from 'node:util'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import {
  type ClientInformation,
  clientSecretBasic,
  clientSecretJwt,
  clientSecretPost,
  DcrClient,
  type DcrClientOptions,
  privateKeyJwt,
  requestToken,
} from '../src/index.js'
import { allowSecretsIn } from './canaries.js'
import { type Received, type ScriptedServer, type Step, startScripted } from './servers/scripted.js'

const INITIAL_ACCESS_TOKEN = 'iat/canary+7d0c=='
const REGISTRATION_ACCESS_TOKEN = 'rat/canary+41e9=='
const CLIENT_SECRET = 's&cret/canary+90b2=ü'
const SECRETS = [INITIAL_ACCESS_TOKEN, REGISTRATION_ACCESS_TOKEN, CLIENT_SECRET]
const METADATA = { redirect_uris: ['https://app.example.com/cb'] }

// The wait before a request is sent again is a random part of 300 ms: here it is none.
beforeEach(() => void vi.spyOn(Math, 'random').mockReturnValue(0))

/** A secret in every form in which it could be written by accident. */
function formsOf(secret: string): string[] {
  const formEncoded = new URLSearchParams({ '': secret }).toString().slice(1)
  const plain = [
    secret,
    encodeURIComponent(secret),
    encodeURI(secret),
    formEncoded,
    JSON.stringify(secret).slice(1, -1),
  ]
  const encoded = [secret, `c1:${secret}`, `c1:${formEncoded}`].flatMap((text) => [
    Buffer.from(text).toString('base64'),
    Buffer.from(text).toString('base64url'),
  ])
  return [...plain, ...encoded]
}
const FORMS = SECRETS.flatMap(formsOf)

/** Looks for them in all that can be seen of a value by printing it. */
function expectNoSecretIn(value: unknown, ...more: string[]) {
  const shown = [inspect(value, { depth: 10, showHidden: true }), `${JSON.stringify(value)}`, String(value)]
  for (let error = value; error instanceof Error; error = error.cause)
    shown.push(`${error.stack}`, error.message, JSON.stringify({ ...error }))
  const text = shown.join('\n')
  expect([...FORMS, ...more].filter((form) => text.includes(form))).toEqual([])
}

const known = (server: ScriptedServer): ClientInformation => ({
  client_id: 'c1',
  client_secret: CLIENT_SECRET,
  registration_access_token: REGISTRATION_ACCESS_TOKEN,
  registration_client_uri: `${server.origin}/register/c1`,
  ...METADATA,
})

/** What servers and their debug pages repeat of a request. */
const repeated = ({ method, url, headers, body }: Received) =>
  `${method} ${url} authorization: ${headers.authorization} ${body}`

/** Answers that could lead a secret into an error. */
const answers: Record<string, Step | Step[]> = {
  'repeats the request in error_description': (request) => ({
    status: 401,
    body: { error: 'invalid_token', error_description: repeated(request) },
  }),
  'repeats the request in error and error_uri': (request) => ({
    status: 400,
    body: { error: repeated(request), error_uri: `https://as.example.com/?q=${repeated(request)}` },
  }),
  'repeats the request in a nested error': (request) => ({
    status: 400,
    body: { error: { status: 'Bad Request', message: repeated(request), reason: repeated(request) } },
  }),
  'repeats the request in a challenge': ({ headers: { authorization = '' } }) => ({
    status: 401,
    headers: { 'www-authenticate': `Bearer error="invalid_token", error_description="not ${authorization}"` },
  }),
  'repeats the request in a 200': (request) => ({
    body: { error: 'invalid_request', error_description: repeated(request) },
  }),
  'repeats the request in HTML': (request) => ({ status: 400, body: `<p>${repeated(request)}` }),
  'redirects with the request': (request) => ({
    status: 302,
    headers: { location: `/login?next=${encodeURIComponent(repeated(request))}` },
  }),
  'gives secrets, but no client_id': {
    status: 201,
    body: { client_secret: CLIENT_SECRET, registration_access_token: REGISTRATION_ACCESS_TOKEN },
  },
  'gives secrets, and another client_id': { body: { client_id: 'c\n2', client_secret: CLIENT_SECRET } },
  'gives a secret with a line break': { body: { client_id: 'c1', client_secret: `${CLIENT_SECRET}\n` } },
  'gives a secret in half a body': {
    status: 201,
    body: `{"client_secret":${JSON.stringify(CLIENT_SECRET)},`,
  },
  'gives a secret as text': { status: 201, body: JSON.stringify(CLIENT_SECRET) },
  'gives a secret in Latin-1': {
    status: 201,
    body: Buffer.from(`{"client_secret":"${CLIENT_SECRET}"}`, 'latin1'),
  },
  'gives secrets in too large a body': { status: 201, body: CLIENT_SECRET.repeat(20_000) },
  'closes the connection': ['close', 'close', 'close'],
  'fails, and then refuses the token': [{ status: 500 }, { status: 401 }],
}

/** Calls that send a secret, and the secret. */
const calls: Record<string, (server: ScriptedServer, options: DcrClientOptions) => Promise<unknown>> = {
  'register with a token': (server, options) =>
    new DcrClient(server.metadata, { ...options, initialAccessToken: INITIAL_ACCESS_TOKEN }).register(
      METADATA,
    ),
}
for (const operation of ['get', 'update', 'delete'] as const) {
  calls[`${operation} with the token`] = (server, options) =>
    new DcrClient(server.metadata, options)[operation](known(server), {})
  for (const token_endpoint_auth_method of ['client_secret_basic', 'client_secret_post']) {
    calls[`${operation} with ${token_endpoint_auth_method}`] = (server, options) =>
      new DcrClient(server.metadata, { ...options, manageWith: 'client_secret' })[operation](
        { ...known(server), token_endpoint_auth_method },
        {},
      )
  }
}
const KEYS = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, [
  'sign',
  'verify',
])
const credentials = { client_id: 'c1', client_secret: CLIENT_SECRET }
for (const [method, authentication] of Object.entries({
  client_secret_basic: clientSecretBasic(credentials),
  'client_secret_basic, raw': clientSecretBasic(credentials, { encoding: 'raw' }),
  client_secret_post: clientSecretPost(credentials),
  client_secret_jwt: clientSecretJwt(credentials),
  private_key_jwt: privateKeyJwt({ client_id: 'c1' }, KEYS.privateKey),
})) {
  calls[`requestToken with ${method}`] = (server, options) =>
    requestToken(server.metadata, authentication, options)
}

describe('no secret is shown', () => {
  describe.each(Object.entries(calls))('%s', (call, run) => {
    // The one request that has a secret in its URL, because servers want it there.
    if (/^(get|update|delete) with client_secret_post/.test(call)) beforeEach(() => allowSecretsIn('URL'))

    for (const [answer, steps] of Object.entries(answers)) {
      test(`when the server ${answer}`, async () => {
        const server = await startScripted(...(Array.isArray(steps) ? steps : [steps, steps]))
        const warnings: unknown[] = []
        const options: DcrClientOptions = {
          allowInsecureRequests: true,
          onWarning: (warning) => void warnings.push(warning),
        }
        // Some of the answers are no failure of some of the calls: they tell by warnings then.
        const error: unknown = await run(server, options).then(
          () => undefined,
          (thrown) => thrown,
        )
        expect(server.requests.length).toBeGreaterThan(0)
        const assertions = server.requests.map(({ body }) =>
          new URLSearchParams(body).get('client_assertion'),
        )
        for (const shown of [error, warnings])
          expectNoSecretIn(shown, ...assertions.filter((assertion) => assertion !== null))
      })
    }

    test(`when a fetch rejects with all it knows`, async () => {
      const server = await startScripted()
      const fetch = async (request: Request) => {
        const { url, method, headers } = request
        const config = { url, method, headers: Object.fromEntries(headers), body: await request.text() }
        const text = JSON.stringify(config)
        const cause = Object.assign(new Error(text, { cause: new Error(text) }), {
          code: 'ECONNRESET',
          config,
        })
        throw Object.assign(new TypeError(`fetch failed: ${text}`, { cause }), { config, request })
      }
      const error = await run(server, { allowInsecureRequests: true, fetch }).then(
        () => expect.fail('it did not fail'),
        (thrown) => thrown,
      )
      expect(error.code).toBe('network_error')
      expectNoSecretIn(error)
    })

    test(`when it is aborted`, async () => {
      const controller = new AbortController()
      const server = await startScripted(() => {
        controller.abort()
        return 'never answer'
      })
      const options = { allowInsecureRequests: true, signal: controller.signal }
      const error = await run(server, options).then(
        () => expect.fail('it did not fail'),
        (thrown) => thrown,
      )
      expect(error.code).toBe('aborted')
      expectNoSecretIn(error)
    })
  })
})
