import { beforeEach, describe, expect, test, vi } from 'vitest'
import { DcrClient, type RequestOptions } from '../src/index.js'
import { failureOf } from './failure-of.js'
import { freePort } from './servers/free-port.js'
import { startScripted } from './servers/scripted.js'

const METADATA = { redirect_uris: ['https://app.example.com/cb'] }
const SERVER = { issuer: 'https://as.example.com', registration_endpoint: 'https://as.example.com/register' }
type Fetch = NonNullable<RequestOptions['fetch']>

// The wait before a request is sent again is a random part of 300 ms: here it is none.
beforeEach(() => void vi.spyOn(Math, 'random').mockReturnValue(0))

const register = (fetch: Fetch) => new DcrClient(SERVER, { fetch }).register(METADATA)

/** The error that undici makes of an error of the socket. */
const fetchFailed = (code: string) =>
  new TypeError('fetch failed', { cause: Object.assign(new Error(`something ${code}`), { code }) })

test('F082: a connection that is refused is tried three times, and nothing was sent', async () => {
  const origin = `http://127.0.0.1:${await freePort()}`
  const fetch = vi.fn(globalThis.fetch)
  const server = { issuer: origin, registration_endpoint: `${origin}/register` }
  const dcr = new DcrClient(server, { allowInsecureRequests: true, fetch })
  const error = await failureOf(dcr.register(METADATA))
  expect(error).toMatchObject({ name: 'DcrError', code: 'network_error', outcome: 'not_sent', attempts: 3 })
  expect(error.cause).toEqual({ code: 'ECONNREFUSED' })
  expect(fetch).toHaveBeenCalledTimes(3)
})

test('F083: a connection that is refused twice and then made registers one client', async () => {
  const server = await startScripted({ status: 201, body: { client_id: 'c1' } })
  const fetch = vi.fn((request: Request) => globalThis.fetch(request))
  fetch.mockRejectedValueOnce(fetchFailed('ECONNREFUSED')).mockRejectedValueOnce(fetchFailed('ECONNREFUSED'))
  const dcr = new DcrClient(server.metadata, { allowInsecureRequests: true, fetch })
  await expect(dcr.register(METADATA)).resolves.toEqual({ client_id: 'c1' })
  expect(server.requests).toHaveLength(1)
})

describe('the error of a fetch', () => {
  const rows: [code: string, outcome: string, attempts: number][] = [
    ...['EAI_AGAIN', 'ENETUNREACH', 'EHOSTUNREACH', 'UND_ERR_CONNECT_TIMEOUT', 'ConnectionRefused'].map(
      (code): [string, string, number] => [code, 'not_sent', 3],
    ),
    ...[
      'ENOTFOUND',
      'DEPTH_ZERO_SELF_SIGNED_CERT',
      'CERT_HAS_EXPIRED',
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
      'ERR_TLS_CERT_ALTNAME_INVALID',
      'ERR_SSL_WRONG_VERSION_NUMBER',
    ].map((code): [string, string, number] => [code, 'not_sent', 1]),
    ...[
      'ECONNRESET',
      'EPIPE',
      'ETIMEDOUT',
      'UND_ERR_SOCKET',
      'UND_ERR_HEADERS_TIMEOUT',
      'HPE_INVALID_CONSTANT',
    ].map((code): [string, string, number] => [code, 'unknown', 1]),
  ]
  for (const [code, outcome, attempts] of rows) {
    const numbers: Record<string, string> = { ENETUNREACH: 'F084: ', EHOSTUNREACH: 'F084: ' }
    test(`${numbers[code] ?? ''}${code}: ${outcome}, ${attempts} time(s)`, async () => {
      const fetch = vi.fn(() => Promise.reject(fetchFailed(code)))
      const error = await failureOf(register(fetch))
      expect(error).toMatchObject({ name: 'DcrError', code: 'network_error', outcome, attempts })
      expect(error.cause).toEqual({ code })
      expect(error.message).toContain(code)
      expect(fetch).toHaveBeenCalledTimes(attempts)
    })
  }

  test('for every address that was tried, as of localhost', async () => {
    const refused = new AggregateError([new Error('::1'), new Error('127.0.0.1')])
    const cause = Object.assign(refused, { code: 'ECONNREFUSED' })
    const error = await failureOf(register(() => Promise.reject(new TypeError('fetch failed', { cause }))))
    expect(error).toMatchObject({ outcome: 'not_sent', attempts: 3 })
  })

  test('that is itself the cause of an error with a code', async () => {
    const refused = Object.assign(new Error('refused', { cause: new Error('why') }), { code: 'ECONNREFUSED' })
    const error = await failureOf(register(() => Promise.reject(refused)))
    expect(error).toMatchObject({ outcome: 'not_sent', attempts: 3, cause: { code: 'ECONNREFUSED' } })
  })

  const circular = new Error('circular')
  circular.cause = circular
  const thrown: [name: string, value: unknown][] = [
    ['without a code', new TypeError('Failed to fetch')],
    ['with a code that is a number', Object.assign(new Error('no'), { code: 42 })],
    ['that is its own cause', circular],
    ['that is text', 'no'],
    ['that is nothing', undefined],
    ['that is null', null],
    ['of an AbortController of its own', new DOMException('This operation was aborted', 'AbortError')],
  ]
  for (const [name, value] of thrown) {
    test(`${name}: unknown`, async () => {
      const fetch = vi.fn(() => Promise.reject(value))
      const error = await failureOf(register(fetch))
      expect(error).toMatchObject({
        name: 'DcrError',
        code: 'network_error',
        outcome: 'unknown',
        attempts: 1,
      })
      expect(error.message).not.toMatch(/undefined|null|42/)
      expect(fetch).toHaveBeenCalledOnce()
    })
  }

  test('that is thrown, not rejected', async () => {
    const error = await failureOf(
      register(() => {
        throw fetchFailed('ECONNRESET')
      }),
    )
    expect(error).toMatchObject({ name: 'DcrError', code: 'network_error', outcome: 'unknown' })
  })
})

describe('a fetch that gives something else', () => {
  const values: [name: string, value: unknown][] = [
    ['nothing', undefined],
    ['a fake of a response', { ok: true, status: 201, json: async () => ({ client_id: 'c1' }) }],
    ['a response whose body is used up', usedUp()],
  ]
  function usedUp() {
    const response = Response.json({ client_id: 'c1' }, { status: 201 })
    response.text()
    return response
  }
  for (const [name, value] of values) {
    test(name, async () => {
      const error = await failureOf(register(async () => value as Response))
      expect(error).toMatchObject({ name: 'DcrError', outcome: 'unknown' })
    })
  }

  test('the answer of a redirect that it followed', async () => {
    const server = await startScripted(
      { status: 307, headers: { location: '/elsewhere' } },
      { status: 201, body: { client_id: 'c1' } },
    )
    const fetch: Fetch = (request) => globalThis.fetch(new Request(request, { redirect: 'follow' }))
    const dcr = new DcrClient(server.metadata, { allowInsecureRequests: true, fetch })
    const error = await failureOf(dcr.register(METADATA))
    expect(error).toMatchObject({
      name: 'DcrError',
      code: 'redirect_refused',
      outcome: 'unknown',
      attempts: 1,
    })
    expect(server.requests).toHaveLength(2)
  })
})

test('a port that no fetch connects to: nothing was sent', async () => {
  const server = { issuer: 'https://as.example.com', registration_endpoint: 'https://127.0.0.1:22/register' }
  const error = await failureOf(new DcrClient(server).register(METADATA))
  expect(error).toMatchObject({ code: 'network_error', outcome: 'not_sent', attempts: 1 })
  expect(error.message).toContain('BAD_PORT')
})
