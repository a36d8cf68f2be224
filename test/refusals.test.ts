import { describe, expect, test } from 'vitest'
import { type ClientInformation, DcrClient, type DcrClientOptions, OAuthError } from '../src/index.js'
import { type ScriptedServer, startScripted } from './servers/scripted.js'

const METADATA = { redirect_uris: ['https://app.example.com/cb'] }
const INITIAL_ACCESS_TOKEN = 'iat-5f0c1a7e'

const connect = (server: ScriptedServer, options?: DcrClientOptions) =>
  new DcrClient(server.metadata, { allowInsecureRequests: true, ...options })

const failureOf = (promise: Promise<unknown>): Promise<OAuthError> =>
  promise.then(
    () => expect.fail('it did not fail'),
    (error) => error,
  )

const known = (server: ScriptedServer): ClientInformation => ({
  client_id: 'c1',
  registration_access_token: 'rat-1',
  registration_client_uri: `${server.origin}/register/c1`,
  ...METADATA,
})

describe('what the server says', () => {
  interface Row {
    name: string
    answer: { status: number; headers?: Record<string, string>; body?: unknown }
    code: string
    outcome?: 'rejected' | 'unknown'
    error?: string
    error_description?: string
  }
  const html = { 'content-type': 'text/html' }
  const rows: Row[] = [
    ...[
      'invalid_redirect_uri',
      'invalid_client_metadata',
      'invalid_software_statement',
      'unapproved_software_statement',
      'x_quota_exceeded',
      'The redirect URI is not on the list, sorry.',
    ].map((error): Row => {
      const error_description = 'Says why.'
      const name = `400 ${error}`
      return {
        name,
        answer: { status: 400, body: { error, error_description } },
        code: 'rejected',
        error,
        error_description,
      }
    }),
    {
      name: 'an error in an object (Ory)',
      answer: {
        status: 400,
        body: { error: { code: 400, status: 'Bad Request', reason: 'Says why.', message: 'Says why.' } },
      },
      code: 'rejected',
      error: 'Bad Request',
      error_description: 'Says why.',
    },
    {
      name: 'code, description, validationErrors, traceId',
      answer: {
        status: 400,
        body: {
          code: 'validation',
          description: 'Says why.',
          validationErrors: [{ property: 'redirect_uris', message: 'is needed' }],
          traceId: 't',
        },
      },
      code: 'rejected',
      error: 'validation',
      error_description: 'Says why. [{"property":"redirect_uris","message":"is needed"}]',
    },
    {
      name: 'errorCode, errorSummary (Okta)',
      answer: { status: 400, body: { errorCode: 'E0000001', errorSummary: 'Says why.', errorCauses: [] } },
      code: 'rejected',
      error: 'E0000001',
      error_description: 'Says why.',
    },
    {
      name: 'code, error_code, msg (Supabase)',
      answer: { status: 400, body: { code: 400, error_code: 'validation_failed', msg: 'Says why.' } },
      code: 'rejected',
      error: 'validation_failed',
      error_description: 'Says why.',
    },
    {
      name: '400 with an object for nothing',
      answer: { status: 400, body: { error: { a: 1 } } },
      code: 'rejected',
    },
    { name: '400 with an array', answer: { status: 400, body: ['error'] }, code: 'rejected' },
    { name: '400 without a body', answer: { status: 400 }, code: 'rejected' },
    { name: '413', answer: { status: 413, headers: html, body: '<p>too large' }, code: 'rejected' },
    { name: '401', answer: { status: 401 }, code: 'unauthorized' },
    {
      name: '401 with a challenge',
      answer: {
        status: 401,
        headers: {
          'www-authenticate': 'Bearer realm="as", error="invalid_token", error_description="Says why."',
        },
      },
      code: 'unauthorized',
      error: 'invalid_token',
      error_description: 'Says why.',
    },
    {
      name: '403 with text',
      answer: { status: 403, headers: { 'content-type': 'text/plain' }, body: 'Registration is closed' },
      code: 'forbidden',
      error_description: 'Registration is closed',
    },
    { name: '404', answer: { status: 404, headers: html, body: '<p>not here' }, code: 'not_found' },
    { name: '405', answer: { status: 405, headers: { allow: 'GET' } }, code: 'not_found' },
    { name: '501', answer: { status: 501 }, code: 'not_found' },
    { name: '408', answer: { status: 408 }, code: 'server_error', outcome: 'unknown' },
    {
      name: '500',
      answer: { status: 500, body: { error: 'server_error' } },
      code: 'server_error',
      outcome: 'unknown',
      error: 'server_error',
    },
    {
      name: '502 with HTML',
      answer: { status: 502, headers: html, body: '<h1>Bad Gateway</h1>' },
      code: 'server_error',
      outcome: 'unknown',
    },
    { name: '503 without Retry-After', answer: { status: 503 }, code: 'server_error', outcome: 'unknown' },
    { name: '504', answer: { status: 504 }, code: 'server_error', outcome: 'unknown' },
    { name: '429 without Retry-After', answer: { status: 429 }, code: 'rate_limited' },
  ]
  for (const { name, answer, code, outcome = 'rejected', ...said } of rows) {
    test(name, async () => {
      const server = await startScripted(answer)
      const error = await failureOf(connect(server).register(METADATA))
      expect(error).toBeInstanceOf(OAuthError)
      const { status } = answer
      expect(error).toMatchObject({ name: 'OAuthError', code, outcome, status, attempts: 1, ...said })
      for (const member of ['error', 'error_description', 'error_uri', 'retryAfter'] as const)
        if (!(member in said)) expect(error).not.toHaveProperty(member)
      expect(error.endpoint).toBe(`POST ${server.origin}/register`)
      expect(error.message).toContain(`answered ${status}`)
      expect(error.client).toBeUndefined()
      expect(server.requests).toHaveLength(1)
    })
  }

  for (const length of [100_000, 1_000_000]) {
    test(`an error_description of ${length} characters is cut or dropped, not kept`, async () => {
      const error_description = 'x'.repeat(length)
      const server = await startScripted({ status: 400, body: { error: 'x', error_description } })
      const error = await failureOf(connect(server).register(METADATA))
      expect(error).toMatchObject({ code: 'rejected', outcome: 'rejected', status: 400 })
      expect(error.message.length).toBeLessThan(1500)
      expect(error.error_description?.length ?? 0).toBeLessThanOrEqual(1025)
    })
  }

  test('control and direction characters are made visible, and the length stays bounded', async () => {
    const error_description = '\u001b[2J\u202e'.repeat(1000)
    const server = await startScripted({ status: 400, body: { error: 'a\nb', error_description } })
    const error = await failureOf(connect(server).register(METADATA))
    expect(error.error).toBe('a\\u{a}b')
    expect(error.error_description).toMatch(/^\\u\{1b\}\[2J\\u\{202e\}/)
    expect(error.error_description?.length).toBeLessThanOrEqual(1025)
  })

  test('our own token is taken out where the server repeats it', async () => {
    const error_description = `the token ${INITIAL_ACCESS_TOKEN} is unknown, ${INITIAL_ACCESS_TOKEN}!`
    const server = await startScripted({ status: 401, body: { error: 'invalid_token', error_description } })
    const error = await failureOf(
      connect(server, { initialAccessToken: INITIAL_ACCESS_TOKEN }).register(METADATA),
    )
    expect(error.error_description).toBe('the token [redacted] is unknown, [redacted]!')
    expect(error.message).not.toContain(INITIAL_ACCESS_TOKEN)
  })

  test('and where it does so in a 200', async () => {
    const body = { error: 'invalid_token', error_description: `unknown: ${INITIAL_ACCESS_TOKEN}` }
    const server = await startScripted({ status: 200, body })
    const error = await failureOf(
      connect(server, { initialAccessToken: INITIAL_ACCESS_TOKEN }).register(METADATA),
    )
    expect(error.error_description).toBe('unknown: [redacted]')
  })
})

describe('of a client that exists', () => {
  const rows = [
    { status: 400, code: 'rejected', outcome: 'rejected' },
    { status: 401, code: 'unauthorized', outcome: 'rejected' },
    { status: 403, code: 'forbidden', outcome: 'rejected' },
    { status: 404, code: 'not_found', outcome: 'rejected' },
    { status: 405, code: 'not_found', outcome: 'rejected' },
  ]
  for (const { status, code, outcome } of rows) {
    for (const operation of ['get', 'update', 'delete'] as const) {
      test(`${operation}: ${status}`, async () => {
        const server = await startScripted({ status, body: { error: 'no' } })
        const attempt = connect(server)[operation](known(server), {})
        await expect(attempt).rejects.toMatchObject({ code, outcome, status, error: 'no', attempts: 1 })
        expect(server.requests).toHaveLength(1)
      })
    }
  }
})

describe('a redirect is not followed', () => {
  const operations = {
    register: (dcr: DcrClient) => dcr.register(METADATA),
    get: (dcr: DcrClient, client: ClientInformation) => dcr.get(client),
    update: (dcr: DcrClient, client: ClientInformation) => dcr.update(client, {}),
    delete: (dcr: DcrClient, client: ClientInformation) => dcr.delete(client),
  }
  for (const [operation, run] of Object.entries(operations)) {
    for (const status of [301, 302, 303, 307, 308]) {
      for (const where of ['to another origin', 'to the same origin']) {
        test(`${operation}: ${status} ${where}`, async () => {
          const [server, canary] = [await startScripted(), await startScripted()]
          const target = where === 'to another origin' ? canary : server
          server.script.push({ status, headers: { location: `${target.origin}/login?state=secret-state` } })
          const error = await failureOf(run(connect(server), known(server)))
          expect(error).toMatchObject({ code: 'redirect_refused', outcome: 'rejected', attempts: 1 })
          expect(error.message).toContain(target.origin)
          expect(error.message).not.toContain('secret-state')
          expect(server.requests).toHaveLength(1)
          expect(canary.connections).toBe(0)
        })
      }
    }
  }
})
