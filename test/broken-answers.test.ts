import { expect, test, vi } from 'vitest'
import { DcrClient, type DcrError, type RequestOptions } from '../src/index.js'

/* What breaks after a connection was made: the registration may have been done, and is not sent again. */

const METADATA = { redirect_uris: ['https://app.example.com/cb'] }
const SERVER = { issuer: 'https://as.example.com', registration_endpoint: 'https://as.example.com/register' }
type Fetch = NonNullable<RequestOptions['fetch']>

async function register(fetch: Fetch) {
  const spy = vi.fn(fetch)
  const error: DcrError = await new DcrClient(SERVER, { fetch: spy }).register(METADATA).then(
    () => expect.fail('it did not fail'),
    (error) => error,
  )
  return { error, sent: spy.mock.calls.length }
}

const systemError = (members: object) => Object.assign(new Error('broken'), members)

test.each([
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ECONNREFUSED',
  'ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC',
  'UNABLE_TO_GO_ON',
])('a body that breaks with %s', async (code) => {
  const body = () =>
    new ReadableStream({ pull: (controller) => controller.error(systemError({ code, syscall: 'read' })) })
  const { error, sent } = await register(async () => new Response(body(), { status: 201 }))
  expect(error).toMatchObject({ code: 'network_error', outcome: 'unknown', cause: { code } })
  expect(sent).toBe(1)
})

test.each(['read', 'write'])('a route that vanishes while the connection is there to %s', async (syscall) => {
  const cause = systemError({ code: 'EHOSTUNREACH', syscall })
  const { error, sent } = await register(() => Promise.reject(new TypeError('fetch failed', { cause })))
  expect(error).toMatchObject({ code: 'network_error', outcome: 'unknown' })
  expect(sent).toBe(1)
})

test('an error of TLS in the middle of a connection', async () => {
  const cause = systemError({ code: 'ERR_SSL_BAD_RECORD_TYPE' })
  const { error } = await register(() => Promise.reject(new TypeError('fetch failed', { cause })))
  expect(error).toMatchObject({ code: 'network_error', outcome: 'unknown' })
})
