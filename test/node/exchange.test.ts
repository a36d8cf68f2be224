import { getEventListeners } from 'node:events'
import http from 'node:http'
import https from 'node:https'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { type GuardedFetchOptions, guardedFetch } from '../../src/node/index.js'
import { failureOf } from '../failure-of.js'
import { CREATED } from '../hostile/calling.js'
import { certificate } from '../servers/certificates.js'
import { startFaultServer } from '../servers/fault-server.js'
import { end, readRequest, send } from '../servers/fault-steps.js'
import { authority } from './authority.js'

/* What the runtime is asked for, and what is left of it. */

const lookup = async () => ['93.184.216.34']

/** What a request would be opened with. */
async function opened(request: Request, options: GuardedFetchOptions = {}) {
  const opening = new Error('as far as this')
  const opens = [http, https].map((module) =>
    vi.spyOn(module, 'request').mockImplementation(() => {
      throw opening
    }),
  )
  await expect(guardedFetch({ lookup, ...options })(request)).rejects.toBe(opening)
  const [plain, secure] = opens.map(({ mock }) => mock.calls as unknown as [https.RequestOptions][])
  vi.restoreAllMocks()
  return { plain: plain?.map(([given]) => given), secure: secure?.map(([given]) => given) }
}

describe('a request is opened', () => {
  test('as it is made, and as no environment can change it', async () => {
    const headers = { 'x-own': '1', authorization: 'Bearer t', te: 'trailers', host: 'evil.example' }
    const init = { method: 'DELETE', headers }
    const { plain, secure } = await opened(new Request('http://as.example:8080/a%20b/?c=d#e', init))
    expect(secure).toEqual([])
    expect(plain).toEqual([
      {
        protocol: 'http:',
        hostname: 'as.example',
        port: '8080',
        method: 'DELETE',
        path: '/a%20b/?c=d',
        headers: {
          'user-agent': 'node',
          'x-own': '1',
          authorization: 'Bearer t',
          'accept-encoding': 'identity',
        },
        lookup: expect.any(Function),
        autoSelectFamily: true,
        autoSelectFamilyAttemptTimeout: 1250,
        maxHeaderSize: 16_384,
        insecureHTTPParser: false,
        agent: expect.any(http.Agent),
      },
    ])
  })

  test('with what the caller calls itself, and never with an encoding that was not asked for', async () => {
    const headers = { 'user-agent': 'own/1', 'accept-encoding': 'gzip' }
    const { plain } = await opened(new Request('http://as.example/', { headers }))
    expect(plain?.[0]?.headers).toEqual({ 'user-agent': 'own/1', 'accept-encoding': 'identity' })
  })

  test.each([
    ...['connection', 'content-length', 'expect', 'host', 'keep-alive', 'te', 'trailer'],
    ...['transfer-encoding', 'upgrade'],
  ])('without the header %s, which is of the connection', async (name) => {
    const { plain } = await opened(new Request('http://as.example/', { headers: { [name]: 'x' } }))
    expect(plain?.[0]?.headers).not.toHaveProperty(name)
    const others = { [`x-${name}`]: 'x', [`${name}-x`]: 'x' }
    const kept = await opened(new Request('http://as.example/', { headers: others }))
    expect(kept.plain?.[0]?.headers).toMatchObject(others)
  })

  test('with the limits of the options; each of eight addresses has its share of the time', async () => {
    const options = { connectTimeout: 1001, maxHeaderSize: 2000 }
    const { plain } = await opened(new Request('http://as.example/'), options)
    expect(plain?.[0]).toMatchObject({ autoSelectFamilyAttemptTimeout: 126, maxHeaderSize: 2000 })
  })

  test('securely: the name is told without the dot at its end, and an address is none', async () => {
    const servername = async (url: string) => {
      const { plain, secure } = await opened(new Request(url), { allow: ['10.0.0.1:443'] })
      expect(plain).toEqual([])
      expect(secure).toHaveLength(1)
      expect(secure?.[0]).toMatchObject({ protocol: 'https:', agent: expect.any(https.Agent) })
      return secure?.[0]?.servername
    }
    expect(await servername('https://as.example/')).toBe('as.example')
    expect(await servername('https://as.example./')).toBe('as.example')
    expect(await servername('https://10.0.0.1/')).toBeUndefined()
    expect(await servername('https://[2606:4700::1]/')).toBeUndefined()
  })

  test('with a certificate to its origin, and to no other', async () => {
    const { cert, key } = certificate('valid')
    const options = { ca: authority, clientCertificate: { origin: 'https://as.example', cert, key } }
    const shown = async (url: string) => (await opened(new Request(url), options)).secure?.[0]
    const given = { cert: Buffer.from(cert), key: Buffer.from(key) }
    expect(await shown('https://as.example/r')).toMatchObject(given)
    for (const other of ['https://as.example:8443/', 'https://x.as.example/', 'https://as.example./']) {
      const options = await shown(other)
      expect(options, other).not.toHaveProperty('cert')
      expect(options, other).not.toHaveProperty('key')
    }
  })
})

test('a runtime that sends a request once more, on another connection, is stopped: it may be done by then', async () => {
  const server = await startFaultServer([readRequest])
  const { request } = http
  // As Deno does with a connection that was used before.
  vi.spyOn(http, 'request').mockImplementation(((options: http.RequestOptions) => {
    const outgoing = request(options)
    outgoing.once('socket', (socket) => socket.once('ready', () => outgoing.emit('socket', socket)))
    return outgoing
  }) as typeof http.request)

  const guard = guardedFetch({ allow: [new URL(server.origin).host] })
  const error = await failureOf(guard(new Request(server.origin, { method: 'DELETE' })))

  expect(error).toMatchObject({ code: 'network_error', outcome: 'unknown', cause: { code: 'ECONNRESET' } })
})

describe('nothing is left behind', () => {
  afterEach(() => void vi.useRealTimers())

  const answering = [readRequest, send(CREATED), end]
  const failing = [readRequest, end]

  test.each([
    ['after an answer', answering],
    ['after a failure', failing],
  ])('%s: neither a timer nor a listener', async (_, script) => {
    // The self-test has been before, and the runtime has timers of its own.
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const server = await startFaultServer(script)
    const { signal } = new AbortController()
    const request = new Request(server.origin, { signal })
    const guard = guardedFetch({ allow: [new URL(server.origin).host] })
    const before = getEventListeners(request.signal, 'abort').length
    await guard(request).then(
      (answer) => answer.text(),
      () => {},
    )
    await server.connections[0]?.closed
    await vi.waitUntil(() => getEventListeners(request.signal, 'abort').length <= before, { timeout: 20_000 })
    expect(vi.getTimerCount()).toBe(0)
  })

  test('before there was a connection either', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const request = new Request('http://as.example/', { signal: new AbortController().signal })
    const before = getEventListeners(request.signal, 'abort').length
    const error = await failureOf(guardedFetch({ lookup: async () => [] })(request))
    expect(error.cause).toEqual({ code: 'ENOTFOUND' })
    await vi.waitUntil(() => getEventListeners(request.signal, 'abort').length <= before, { timeout: 20_000 })
    expect(vi.getTimerCount()).toBe(0)
  })
})
