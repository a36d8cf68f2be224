import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { DcrClient, OAuthError } from '../src/index.js'
import { failureOf } from './failure-of.js'
import { type ScriptedServer, type Step, startScripted } from './servers/scripted.js'

const METADATA = { redirect_uris: ['https://app.example.com/cb'] }
const CREDENTIALS = { client_id: 'c1', client_secret: 's1', client_secret_expires_at: 0 }

const register = (server: ScriptedServer) =>
  new DcrClient(server.metadata, { allowInsecureRequests: true }).register(METADATA)

describe('a success that cannot be used', () => {
  interface Row {
    name: string
    answer: Step
    code?: string
    outcome: 'applied' | 'unknown'
    client?: unknown
  }
  const created = (body: unknown, headers = {}): Step => ({ status: 201, headers, body })
  const rows: Row[] = [
    { name: 'no client_id', answer: created(METADATA), outcome: 'applied', client: METADATA },
    ...['', 12_345, { id: 'c1' }, null].map((client_id): Row => {
      const body = { client_id, registration_access_token: 'rat-1' }
      const name = `the client_id ${JSON.stringify(client_id)}`
      return { name, answer: created(body), outcome: 'applied', client: body }
    }),
    ...['\r\nx-forged: 1', '\0', '\u001b[2J', '\u0085', '\u007f'].flatMap((control) =>
      (['client_id', 'client_secret'] as const).map((member): Row => {
        const body = { ...CREDENTIALS, [member]: `value${control}` }
        const name = `${JSON.stringify(control)} in the ${member}`
        return { name, answer: created(body), outcome: 'applied', client: body }
      }),
    ),
    // Accepted for processing, which may still come to nothing (RFC 9110 §15.3.3).
    {
      name: '202 without a client_id',
      answer: { status: 202, body: { ticket: 't1' } },
      outcome: 'unknown',
      client: { ticket: 't1' },
    },
    ...['[{"client_id":"c1"}]', 'null', '"c1"', '42', ''].map(
      (body): Row => ({
        name: `the body ${JSON.stringify(body)}`,
        answer: created(body),
        outcome: 'unknown',
      }),
    ),
    {
      name: 'a body that ends after the client_id',
      answer: created('{"client_id":"c1",'),
      outcome: 'applied',
      client: { client_id: 'c1' },
    },
    { name: '204', answer: { status: 204 }, outcome: 'unknown' },
    {
      name: '200 with HTML',
      answer: { headers: { 'content-type': 'text/html' }, body: '<!doctype html><title>Log in</title>' },
      outcome: 'unknown',
    },
    {
      name: 'a cut answer whose end is the end of the connection',
      answer: { raw: 'HTTP/1.1 201 Created\r\ncontent-type: application/json\r\n\r\n{"client_id":"c' },
      outcome: 'unknown',
    },
    {
      name: 'bytes that are not UTF-8',
      answer: created(Buffer.from('7b22636c69656e745f6964223a2263ff227d', 'hex')),
      outcome: 'applied',
    },
    {
      name: 'H116: 300 KiB',
      answer: created({ client_id: 'c1', padding: 'x'.repeat(300 * 1024) }),
      code: 'response_too_large',
      outcome: 'applied',
      client: { client_id: 'c1' },
    },
    {
      name: '300 KiB without saying so',
      answer: created(
        { client_id: 'c1', padding: 'x'.repeat(300 * 1024) },
        { 'transfer-encoding': 'chunked' },
      ),
      code: 'response_too_large',
      outcome: 'applied',
      client: { client_id: 'c1' },
    },
    {
      name: 'H113: 64 MiB in 64 KiB of gzip',
      answer: created(gzipSync(Buffer.alloc(64 * 1024 * 1024, ' ')), { 'content-encoding': 'gzip' }),
      code: 'response_too_large',
      outcome: 'applied',
    },
  ]

  for (const { name, answer, code = 'invalid_response', outcome, client } of rows) {
    test(name, async () => {
      const server = await startScripted(answer)
      const error = await failureOf(register(server))
      expect(error).toMatchObject({ name: 'DcrError', code, outcome, attempts: 1 })
      expect(error.endpoint).toBe(`POST ${server.origin}/register`)
      expect(error.client).toEqual(client)
      expect(server.requests).toHaveLength(1)
    })
  }

  test('an error in a 200', async () => {
    const body = { error: 'invalid_redirect_uri', error_description: 'no' }
    const server = await startScripted({ status: 200, body })
    const error = await failureOf(register(server))
    expect(error).toBeInstanceOf(OAuthError)
    expect(error).toMatchObject({ code: 'rejected', outcome: 'rejected', status: 200, ...body, attempts: 1 })
    expect(error.client).toBeUndefined()
  })
})
