import http, { type ClientRequest } from 'node:http'
import { Socket } from 'node:net'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { DcrClient } from '../src/index.js'
import { guardedFetch } from '../src/node/index.js'
import { failureOf } from './failure-of.js'
import { startScripted } from './servers/scripted.js'

/* Runtimes that send a request once more by themselves when a connection that is used again ends; `npm run test:runtimes` has the real ones. */

const METADATA = { redirect_uris: ['https://app.example.com/cb'] }

beforeEach(() => void vi.spyOn(Math, 'random').mockReturnValue(0))

describe('what fetch is given', () => {
  const given = async (act: (dcr: DcrClient, uri: string) => Promise<unknown>) => {
    const server = await startScripted({ body: { client_id: 'c1' } })
    const fetch = vi.spyOn(globalThis, 'fetch')
    const dcr = new DcrClient(server.metadata, { allowInsecureRequests: true })
    await act(dcr, `${server.origin}/c1`)
    return { init: fetch.mock.calls[0]?.[1], received: server.requests[0] }
  }
  const managed = (uri: string) => ({
    client_id: 'c1',
    ...METADATA,
    registration_access_token: 'token-of-the-client',
    registration_client_uri: uri,
  })

  test('on Deno, a Blob, which is sent as text is', async () => {
    vi.stubGlobal('Deno', {})
    const { init, received } = await given((dcr) => dcr.register(METADATA)).finally(() =>
      vi.unstubAllGlobals(),
    )
    expect(init?.body).toBeInstanceOf(Blob)
    expect(received?.headers).toMatchObject({
      'content-type': 'application/json',
      'content-length': `${received?.body.length}`,
    })
    expect(JSON.parse(received?.body ?? '')).toMatchObject(METADATA)
  })

  test('elsewhere, text', async () => {
    const { init } = await given((dcr) => dcr.register(METADATA))
    expect(init?.body).toBeTypeOf('string')
  })

  test('a connection of its own, for Bun, with PUT and DELETE alone', async () => {
    const put = await given((dcr, uri) => dcr.update(managed(uri), { client_name: 'App' }))
    expect(put.init?.keepalive).toBe(false)
    vi.restoreAllMocks()
    const post = await given((dcr) => dcr.register(METADATA))
    expect(post.init).not.toHaveProperty('keepalive')
  })
})

test('the guard: a request that is given another connection is not sent through that', async () => {
  let opened: ClientRequest | undefined
  const request = http.request
  vi.spyOn(http, 'request').mockImplementation((...given: unknown[]) => {
    opened = Reflect.apply(request, http, given)
    return opened as ClientRequest
  })
  const another = new Socket()
  const server = await startScripted(() => {
    opened?.emit('socket', another)
    return 'never answer'
  })
  const guard = guardedFetch({ allow: [new URL(server.origin).host] })
  const error = await failureOf(guard(new Request(server.origin, { method: 'POST', body: '{}' })))
  expect(error).toMatchObject({ code: 'network_error', outcome: 'unknown', cause: { code: 'ECONNRESET' } })
  expect(server.requests).toHaveLength(1)
})

describe('the words of Deno, whose errors have no code', () => {
  const rows: [message: string, outcome: string, code: string, attempts: number][] = [
    [
      'client error (Connect): tcp connect error: Connection refused (os error 111)',
      'not_sent',
      'CONNECT_FAILED',
      3,
    ],
    [
      'client error (Connect): dns error: failed to lookup address information',
      'not_sent',
      'CONNECT_FAILED',
      3,
    ],
    ['client error (SendRequest): connection closed before message completed', 'unknown', '', 1],
  ]
  test.each(rows)('%s: %s', async (message, outcome, code, attempts) => {
    const cause = new Error(`error sending request for url (https://as.example.com/register): ${message}`)
    const fetch = vi.fn(() => Promise.reject(new TypeError('fetch failed', { cause })))
    const server = {
      issuer: 'https://as.example.com',
      registration_endpoint: 'https://as.example.com/register',
    }
    const error = await failureOf(new DcrClient(server, { fetch }).register(METADATA))
    expect(error).toMatchObject({ code: 'network_error', outcome, attempts, cause: { code } })
  })

  test('a port that no fetch connects to', async () => {
    const fetch = () => Promise.reject(new TypeError('Fetch failed: Requests to port 22 are blocked'))
    const server = {
      issuer: 'https://as.example.com',
      registration_endpoint: 'https://as.example.com/register',
    }
    const error = await failureOf(new DcrClient(server, { fetch }).register(METADATA))
    expect(error).toMatchObject({
      code: 'network_error',
      outcome: 'not_sent',
      attempts: 1,
      cause: { code: 'BAD_PORT' },
    })
  })
})
