import { expect, test } from 'vitest'
import { DcrClient, discover, memoryStore, storeKey } from '../../src/index.js'
import { hydra, mitreId, okta, wso2 } from '../../src/providers/index.js'
import { failureOf } from '../failure-of.js'
import type { Received, Step } from '../servers/scripted.js'
import { clientsIn } from '../stored-in.js'
import { deviation } from './deviation.js'
import { APP, created, intercept, managed, meet, run } from './meet.js'

interface Refusal {
  readonly answer: {
    readonly status: number
    readonly headers?: Record<string, string>
    readonly body?: unknown
  }
  readonly code: string
  readonly error?: string
  readonly error_description?: string
  readonly outcome?: string
}

/** Each of these answers to a registration, and all that is said of it. */
async function refuses(rows: readonly Refusal[]): Promise<void> {
  for (const { answer, code, outcome = 'rejected', ...said } of rows) {
    const { dcr, server } = await meet([answer])
    const failed = await failureOf(dcr.register(APP))
    const { status } = answer
    expect(failed).toMatchObject({ name: 'OAuthError', code, outcome, status, attempts: 1, ...said })
    for (const member of ['error', 'error_description'] as const)
      if (!(member in said)) expect(failed).not.toHaveProperty(member)
    expect(failed.endpoint).toBe(`POST ${server.origin}/register`)
    const became = outcome === 'rejected' ? 'Nothing was changed.' : 'It may have been done.'
    for (const part of [
      failed.endpoint,
      `answered ${status}`,
      said.error ?? '',
      said.error_description ?? '',
      became,
    ])
      expect(failed.message).toContain(part)
    // No registration is sent twice on such an answer.
    expect(server.requests).toHaveLength(1)
  }
}

deviation(18, 'Unknown client: 401 invalid_client', async () => {
  const admin = { initialAccessToken: 'admin-1' }
  const gone = 'or the client is gone'
  const rows = [
    {
      answer: { status: 401, body: { error: 'invalid_client' } },
      expected: { code: 'unauthorized', error: 'invalid_client' },
      says: gone,
    },
    {
      setting: { provider: okta, endpoint: '/oauth2/v1/clients', ...admin },
      answer: { status: 401, body: { error: 'invalid_client', error_description: 'Client not found: c1' } },
      expected: { code: 'unauthorized', error: 'invalid_client' },
      says: 'an unknown client alike',
    },
    {
      setting: { provider: wso2, endpoint: '/api/identity/oauth2/dcr/v1.1/register', ...admin },
      answer: { status: 401 },
      expected: { code: 'unauthorized' },
      says: 'an unknown client alike',
    },
    {
      answer: { status: 401, body: { error: 'invalid_request', error_description: 'The client is unknown' } },
      expected: {
        code: 'unauthorized',
        error: 'invalid_request',
        error_description: 'The client is unknown',
      },
      says: gone,
    },
    {
      answer: { status: 404, body: { error: 'invalid_request', error_description: 'Client not found' } },
      expected: { code: 'not_found', error: 'invalid_request', error_description: 'Client not found' },
      says: 'Client not found',
    },
    { answer: { status: 400 }, expected: { code: 'rejected' }, says: 'answered 400' },
    {
      setting: { provider: mitreId },
      answer: { status: 403 },
      expected: { code: 'forbidden' },
      says: 'or the client is gone',
    },
  ]
  for (const { setting, answer, expected, says } of rows) {
    for (const operation of ['get', 'update', 'delete'] as const) {
      const store = memoryStore()
      const { dcr, server } = await meet([answer, answer], { store, ...setting })
      const client = managed(server, { client_secret: 's1' })
      await store.set(storeKey(server.origin, 'c1'), { issuer: server.origin, client })
      const error = await failureOf(dcr[operation](client, {}) as Promise<unknown>)
      expect(error).toMatchObject({
        name: 'OAuthError',
        outcome: 'rejected',
        status: answer.status,
        attempts: 1,
        ...expected,
      })
      expect(error.message).toContain(says)
      expect(error.message).toContain(error.endpoint)
      expect(server.requests).toHaveLength(1)
      // It may be a wrong token too: what is held is not thrown away on a server's word.
      expect(await clientsIn(store)).toEqual([client])
    }
  }
})

deviation(19, 'Empty error body', () =>
  refuses([
    { answer: { status: 400 }, code: 'rejected' },
    { answer: { status: 401 }, code: 'unauthorized' },
    { answer: { status: 403 }, code: 'forbidden' },
    { answer: { status: 415 }, code: 'rejected' },
    { answer: { status: 500 }, code: 'server_error', outcome: 'unknown' },
  ]),
)

deviation(20, 'Own error shape', () =>
  refuses([
    {
      answer: {
        status: 400,
        body: { code: 400, error_code: 'validation_failed', msg: 'redirect_uris is required' },
      },
      code: 'rejected',
      error: 'validation_failed',
      error_description: 'redirect_uris is required',
    },
    {
      answer: {
        status: 404,
        body: {
          errorCode: 'E0000007',
          errorSummary: 'Not found: Resource not found',
          errorLink: 'E0000007',
          errorId: 'oae',
          errorCauses: [],
        },
      },
      code: 'not_found',
      error: 'E0000007',
      error_description: 'Not found: Resource not found',
    },
    {
      answer: { status: 422, body: { error: 'Validation failed: Redirect URI must be an absolute URI.' } },
      code: 'rejected',
      error: 'Validation failed: Redirect URI must be an absolute URI.',
    },
    {
      answer: { status: 400, body: { error: 'Unrecognized field "x" (class OIDCClientRepresentation)' } },
      code: 'rejected',
      error: 'Unrecognized field "x" (class OIDCClientRepresentation)',
    },
    {
      answer: {
        status: 401,
        headers: { 'www-authenticate': 'Bearer' },
        body: { error_description: 'Authentication required for client registration' },
      },
      code: 'unauthorized',
      error_description: 'Authentication required for client registration',
    },
    {
      answer: { status: 400, body: { error: 'Missing POST data' } },
      code: 'rejected',
      error: 'Missing POST data',
    },
    // Supabase's MCP server, of a client that is gone
    {
      answer: { status: 422, body: { message: 'Unrecognized client_id' } },
      code: 'rejected',
      error_description: 'Unrecognized client_id',
    },
  ]),
)

deviation(21, 'Own or off-RFC error codes', () =>
  refuses(
    [
      [403, 'insufficient_scope', 'forbidden'],
      [400, 'invalid_client_params', 'rejected'],
      [400, 'dynamic_registration_not_allowed', 'rejected'],
      [400, 'no_redirect_uris_provided', 'rejected'],
      [400, 'max_num_clients_exceeded', 'rejected'],
      [400, 'invalid_resource_url', 'rejected'],
      [400, 'invalid_target', 'rejected'],
      [400, 'invalid_scope', 'rejected'],
      [429, 'too_many_requests', 'rate_limited'],
      [501, 'not_implemented', 'not_found'],
      [500, 'server_error', 'server_error'],
      // A word that every object has
      [400, 'constructor', 'rejected'],
    ].map(([status, error, code]) => ({
      answer: { status: Number(status), body: { error, error_description: 'Says why' } },
      code: `${code}`,
      error: `${error}`,
      error_description: 'Says why',
      outcome: status === 500 ? 'unknown' : 'rejected',
    })),
  ),
)

deviation(22, 'HTML error pages', async () => {
  const html = { 'content-type': 'text/html; charset=utf-8' }
  const page = '<!DOCTYPE html><html><body><h1>Request blocked</h1>{"error":"nothing"}</body></html>'
  // JSON is asked for, and so oidc-provider gives it.
  const byAccept = ({ headers }: Received): Step =>
    headers.accept === 'application/json'
      ? { status: 400, body: { error: 'invalid_redirect_uri' } }
      : { status: 400, headers: html, body: page }
  const { dcr, server } = await meet([byAccept, byAccept, byAccept, byAccept])
  for (const operation of ['get', 'update', 'delete'] as const)
    await expect(dcr[operation](managed(server), {})).rejects.toMatchObject({ error: 'invalid_redirect_uri' })
  await expect(dcr.register(APP)).rejects.toMatchObject({ error: 'invalid_redirect_uri' })
  const { issuer } = await run()
  const real = new DcrClient(await discover(issuer, { allowInsecureRequests: true }), {
    allowInsecureRequests: true,
  })
  await expect(
    real.register({ redirect_uris: [], grant_types: ['authorization_code'] }),
  ).rejects.toMatchObject({
    code: 'rejected',
    status: 400,
    error: 'invalid_redirect_uri',
  })

  // What stands before the server does not ask what is wanted: the status is told, and nothing of the page.
  await refuses([
    { answer: { status: 403, headers: html, body: page }, code: 'forbidden' },
    { answer: { status: 400, headers: html, body: page }, code: 'rejected' },
    { answer: { status: 502, headers: html, body: page }, code: 'server_error', outcome: 'unknown' },
  ])
  for (const status of [403, 502, 200]) {
    const waf = await meet([{ status, headers: html, body: page }])
    const error = await failureOf(waf.dcr.register(APP))
    expect(error.message).not.toMatch(/<|blocked|JSON at|Unexpected token/)
    expect(error.message).toContain(`answered ${status}`)
    // Nobody knows what a page with 200 means.
    expect(error).toMatchObject(status === 200 ? { code: 'invalid_response', outcome: 'unknown' } : {})
    expect(waf.server.requests).toHaveLength(1)
  }
})

deviation(43, 'Rate limits at registration', async () => {
  const limited = (headers: Record<string, string>): Step => ({
    status: 429,
    headers,
    body: { error: 'too_many_requests', error_description: 'Try again later.' },
  })
  // A limit that is over within the deadline is waited for: such a refusal has made no client.
  for (const headers of [{ 'retry-after': '0' }, { 'ratelimit-reset': '0' }] as Record<string, string>[]) {
    const { dcr, server } = await meet([limited(headers), created(APP)])
    await expect(dcr.register(APP)).resolves.toMatchObject({ client_id: 'c1' })
    expect(server.requests).toHaveLength(2)
  }
  // One that is not, or whose end is not told, is told to the caller at once.
  const rows: [Record<string, string>, number | undefined][] = [
    [{ 'retry-after': '3600', 'ratelimit-reset': '1' }, 3600],
    [{ 'ratelimit-limit': '20', 'ratelimit-remaining': '0', 'ratelimit-reset': '3540' }, 3540],
    [{}, undefined],
    [{ 'ratelimit-reset': '1790000000' }, undefined],
  ]
  for (const [headers, retryAfter] of rows) {
    const { dcr, server } = await meet([limited(headers), created(APP)])
    const error = await failureOf(dcr.register(APP))
    expect(error).toMatchObject({
      code: 'rate_limited',
      outcome: 'rejected',
      status: 429,
      error: 'too_many_requests',
      attempts: 1,
    })
    if (retryAfter === undefined) expect(error).not.toHaveProperty('retryAfter')
    else expect(error).toHaveProperty('retryAfter', retryAfter)
    expect(error.message).toContain('Nothing was changed.')
    expect(server.requests).toHaveLength(1)
  }
  // A server that is full says so in other words.
  await refuses([
    {
      answer: {
        status: 403,
        body: { error: 'insufficient_scope', error_description: 'Max clients limit reached' },
      },
      code: 'forbidden',
      error: 'insufficient_scope',
      error_description: 'Max clients limit reached',
    },
  ])
})

test('43, at better-auth: the time to wait is read where it has it', async () => {
  const body = { message: 'Too many requests. Please try again later.' }
  const { dcr } = await meet([{ status: 429, headers: { 'x-retry-after': '60' }, body }])
  await expect(dcr.register(APP)).rejects.toMatchObject({ code: 'rate_limited', retryAfter: 60 })
})

deviation(49, 'Disabled answers', async () => {
  await refuses([
    { answer: { status: 404 }, code: 'not_found' },
    {
      answer: {
        status: 403,
        body: { code: 403, error_code: 'feature_disabled', msg: 'Dynamic client registration is disabled' },
      },
      code: 'forbidden',
      error: 'feature_disabled',
      error_description: 'Dynamic client registration is disabled',
    },
    { answer: { status: 403, body: { error: 'access_denied' } }, code: 'forbidden', error: 'access_denied' },
    {
      answer: { status: 400, body: { error: 'dynamic_registration_not_allowed' } },
      code: 'rejected',
      error: 'dynamic_registration_not_allowed',
    },
    {
      answer: { status: 500, body: { error: 'server_error' } },
      code: 'server_error',
      error: 'server_error',
      outcome: 'unknown',
    },
    {
      answer: { status: 501, body: { error: 'not_implemented' } },
      code: 'not_found',
      error: 'not_implemented',
    },
  ])
  // Switched off, and so out of the metadata: nothing is sent. Where a profile knows the place, it is asked.
  await intercept({ registration: 'disabled' }, async (as) => {
    const server = await discover(as.issuer)
    expect(server).not.toHaveProperty('registration_endpoint')
    const before = as.requests.length
    const error = await failureOf(new DcrClient(server).register(APP))
    expect(error).toMatchObject({ code: 'registration_not_supported', outcome: 'not_sent' })
    expect(error.message).toContain(as.issuer)
    expect(as.requests).toHaveLength(before)
  })
  const known = await meet([{ status: 404 }], { provider: hydra, endpoint: '/oauth2/register' })
  const error = await failureOf(known.dcr.register(APP))
  expect(error).toMatchObject({ code: 'not_found', outcome: 'rejected', status: 404 })
  expect(error.message).toContain('oidc.dynamic_client_registration.enabled')
})
