import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { gzipSync } from 'node:zlib'
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { guardedFetch } from '../../src/node/index.js'
import { failureOf } from '../failure-of.js'
import { BODY, HEAD, lost, understood, unusable } from '../hostile/broken-bytes.js'
import { answerOf, CREATED, connect, failureBy, METADATA } from '../hostile/calling.js'
import { type FaultScript, startFaultServer, startTlsFaultServer } from '../servers/fault-server.js'
import { drip, end, endWithoutNotice, readRequest, reset, send, sendForEver } from '../servers/fault-steps.js'
import { freePort } from '../servers/free-port.js'
import { authority } from './authority.js'

/* What comes back through a connection of the guard, and what does not: groups F, G and H of the list of faults. */

beforeEach(() => void vi.spyOn(Math, 'random').mockReturnValue(0))

const guardOf = ({ origin }: { origin: string }, ca?: string) =>
  guardedFetch({ allow: [new URL(origin).host], ca })

async function startServer(answer: (request: IncomingMessage, response: ServerResponse) => void) {
  let connections = 0
  const server = createServer(answer).on('connection', () => connections++)
  await once(server.listen(0, '127.0.0.1'), 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return { origin, connections: () => connections }
}

describe('the answers of honest servers', () => {
  test('the request arrives as it was made, and the answer as it was sent', async () => {
    let received: IncomingMessage | undefined
    let body = ''
    const server = await startServer(async (request, response) => {
      received = request
      for await (const chunk of request) body += chunk
      response.writeHead(418, 'I’m a teapot'.replace('’', "'"), [
        ...['Content-Type', 'application/json', 'X-Twice', 'one', 'x-twice', 'two'],
        ...['Set-Cookie', 'a=1', 'Set-Cookie', 'b=2', 'X-Latin', 'caf\xe9'],
      ])
      response.end('{"ü":1}')
    })
    const headers = {
      authorization: 'Bearer t',
      'x-own': '1',
      'transfer-encoding': 'chunked',
      host: 'evil.example',
    }
    const init = { method: 'PUT', body: '{"ä":2}', headers }
    const answer = await guardOf(server)(new Request(`${server.origin}/a%20b?c=d&e=%2F`, init))
    expect(received).toMatchObject({ method: 'PUT', url: '/a%20b?c=d&e=%2F', httpVersion: '1.1' })
    expect(received?.headers).toMatchObject({
      ...{
        authorization: 'Bearer t',
        'x-own': '1',
        'content-length': '8',
        host: new URL(server.origin).host,
      },
      'accept-encoding': 'identity',
    })
    expect(received?.headers).not.toHaveProperty('transfer-encoding')
    expect(body).toBe('{"ä":2}')
    expect(answer).toBeInstanceOf(Response)
    expect(answer).toMatchObject({ status: 418, ok: false, redirected: false, type: 'default' })
    expect(answer.headers.get('content-type')).toBe('application/json')
    expect(answer.headers.get('x-twice')).toBe('one, two')
    expect(answer.headers.getSetCookie()).toEqual(['a=1', 'b=2'])
    expect(answer.headers.get('x-latin')).toBe('caf\xe9')
    expect(await answer.text()).toBe('{"ü":1}')
  })

  test.each([
    ['HEAD', 200],
    ['GET', 204],
    ['DELETE', 204],
    ['GET', 304],
  ])('%s %i has no body, and its connection serves the next request', async (method, status) => {
    const server = await startServer((_request, response) =>
      response.writeHead(status, status === 200 ? { 'content-length': 7 } : {}).end(),
    )
    const guard = guardOf(server)
    for (let count = 0; count < 3; count++) {
      const answer = await guard(new Request(server.origin, { method }))
      expect([answer.status, answer.body]).toEqual([status, null])
      // The next one goes out when this one is at its end.
      await new Promise(setImmediate)
    }
    expect(server.connections()).toBe(1)
  })

  test('205 has none either, and one that is sent ends the connection', async () => {
    const head = 'HTTP/1.1 205 Reset Content\r\ncontent-length: 100000\r\n\r\n'
    const server = await startFaultServer([readRequest, send(head), sendForEver('x'.repeat(1000))])
    const answer = await guardOf(server)(new Request(server.origin))
    expect([answer.status, answer.body]).toEqual([205, null])
    await server.connections[0]?.closed
  })

  test('a body in the smallest pieces', async () => {
    const server = await startFaultServer([
      readRequest,
      drip(answerOf('201 Created', { client_id: 'ü' }), 1, 0),
    ])
    const dcr = connect(server, { fetch: guardOf(server) })
    await expect(dcr.register(METADATA)).resolves.toEqual({ client_id: 'ü' })
  })

  test('the status line is not taken over', async () => {
    const server = await startFaultServer([readRequest, send(answerOf('200 \x1b[31mred', {})), end])
    expect((await guardOf(server)(new Request(server.origin))).statusText).toBe('')
  })
})

describe('what a body costs', () => {
  test('no more is read than is asked for', async () => {
    let taken = 0
    const server = await startFaultServer([
      readRequest,
      send('HTTP/1.1 200 OK\r\n\r\n'),
      (connection) => sendForEver('x'.repeat(65_536))(connection),
    ])
    const answer = await guardOf(server)(new Request(server.origin))
    const reader = answer.body?.getReader()
    for (let count = 0; count < 3; count++) taken += (await reader?.read())?.value?.byteLength ?? 0
    expect(taken).toBeLessThanOrEqual(3 * 65_536)
    const transport = server.connections[0]?.transport
    // The buffers of the system are full, and the server has to wait.
    await vi.waitUntil(() => (transport?.writableLength ?? 0) > 0, { interval: 1, timeout: 20_000 })
    await reader?.cancel()
    await server.connections[0]?.closed
  })

  test('a compressed one is not taken, as it was not asked for', async () => {
    const inflated = Buffer.alloc(64 * 1024 * 1024)
    const bomb = gzipSync(inflated)
    const head = `${HEAD}content-encoding: gzip\r\ncontent-length: ${bomb.length}\r\n\r\n`
    const script = [readRequest, send(Buffer.concat([Buffer.from(head), bomb]))]
    const server = await startFaultServer(script, script)
    // What is inflated is in buffers; the rest of a process grows and shrinks as it likes.
    const before = process.memoryUsage().arrayBuffers
    const error = await failureOf(connect(server, { fetch: guardOf(server) }).register(METADATA))
    expect(error).toMatchObject({ code: 'invalid_response', outcome: 'applied', attempts: 1 })
    expect(error.message).toContain('sends a compressed body, which was not asked for')
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8 * 1024 * 1024)
    // It was there until now: what a collection of it gives back is not counted.
    expect(inflated).toHaveLength(64 * 1024 * 1024)
    await server.connections[0]?.closed
    const answer = await guardOf(server)(new Request(server.origin))
    expect(await failureOf(answer.text())).toMatchObject({ name: 'DcrError', outcome: 'applied' })
  })

  test('of a refusal, the status still counts', async () => {
    const head = 'HTTP/1.1 403 Forbidden\r\ncontent-encoding: br\r\ncontent-length: 3\r\n\r\nxxx'
    const server = await startFaultServer([readRequest, send(head)], [readRequest, send(head)])
    const error = await failureOf(connect(server, { fetch: guardOf(server) }).register(METADATA))
    expect(error).toMatchObject({ code: 'forbidden', outcome: 'rejected', status: 403 })
    const answer = await guardOf(server)(new Request(server.origin))
    expect(await failureOf(answer.text())).toMatchObject({ code: 'invalid_response', outcome: 'rejected' })
  })
})

for (const transport of ['TCP', 'TLS'] as const) {
  const start = (...scripts: FaultScript[]) =>
    transport === 'TLS' ? startTlsFaultServer('valid', ...scripts) : startFaultServer(...scripts)

  async function register(script: FaultScript) {
    const server = await start([readRequest, ...script], [readRequest, send(CREATED)])
    const ca = transport === 'TLS' ? authority : undefined
    return { server, attempt: connect(server, { fetch: guardOf(server, ca) }).register(METADATA) }
  }

  describe(`after the request, over ${transport}`, () => {
    test.each([...lost, ...unusable])('%s: it may have been done', async (_name, script) => {
      const { server, attempt } = await register(script)
      const error = await failureOf(attempt)
      expect(error).toMatchObject({ name: 'DcrError', attempts: 1 })
      expect(error.code).toMatch(/^(network_error|invalid_response)$/)
      expect(error.outcome).toMatch(/^(unknown|applied)$/)
      expect(error.message).toMatch(/^register: POST https?:\/\/127\.0\.0\.1:\d+\/register .*\.$/)
      expect(server.requests).toBe(1)
    })

    test.each(understood.filter(([name]) => !/G106|gzip|two lines/.test(name)))(
      '%s, and is understood',
      async (_, script) => {
        const { attempt } = await register(script)
        await expect(attempt).resolves.toEqual({ client_id: 'c1' })
      },
    )

    test.each([100, 102, 103, 199])('G106: %i, up to 32 times and no more', async (status) => {
      const interim = `HTTP/1.1 ${status} Interim\r\n\r\n`
      const { attempt } = await register([send(`${interim.repeat(32)}${CREATED}`)])
      await expect(attempt).resolves.toEqual({ client_id: 'c1' })
      const flooded = await register([send(interim.repeat(33)), send(CREATED)])
      const error = await failureOf(flooded.attempt)
      expect(error).toMatchObject({
        ...{ code: 'network_error', outcome: 'unknown', attempts: 1 },
        cause: { code: 'TOO_MANY_INTERIM' },
      })
      await flooded.server.connections[0]?.closed
    })

    test('a header over two lines is not taken', async () => {
      const { attempt } = await register([send(`${HEAD}x: a\r\n b\r\n\r\n${BODY}`)])
      expect(await failureOf(attempt)).toMatchObject({ code: 'network_error', outcome: 'unknown' })
    })

    test.each([
      ['G107: an upgrade', 'HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n'],
      ['G107: an upgrade to nothing', 'HTTP/1.1 101 Switching Protocols\r\n\r\n'],
      ['a status that there is not', 'HTTP/1.1 777 Jackpot\r\ncontent-length: 0\r\n\r\n'],
    ])('%s', async (_name, bytes) => {
      const { server, attempt } = await register([send(bytes)])
      const error = await failureOf(attempt)
      expect(error).toMatchObject({ code: 'network_error', outcome: 'unknown', cause: { code: 'NOT_HTTP' } })
      await server.connections[0]?.closed
    })

    test('a connection that serves two requests is lost in the second: it was sent', async () => {
      const server = await start([readRequest, send(CREATED), readSecond, reset])
      const dcr = connect(server, { fetch: guardOf(server, transport === 'TLS' ? authority : undefined) })
      await expect(dcr.register(METADATA)).resolves.toEqual({ client_id: 'c1' })
      const error = await failureOf(dcr.register(METADATA))
      expect(error).toMatchObject({ code: 'network_error', outcome: 'unknown', attempts: 1 })
      expect(server.connections).toHaveLength(1)
    })
  })
}

const readSecond: FaultScript[number] = (connection) =>
  connection.until((received) => received.toString().split('POST ').length === 3)

test('G108: TLS that ends without a close_notify in the middle of a body', async () => {
  const cut = [readRequest, send(`${HEAD}content-length: 100\r\n\r\n${BODY}`), endWithoutNotice]
  const server = await startTlsFaultServer('valid', cut)
  const error = await failureOf(connect(server, { fetch: guardOf(server, authority) }).register(METADATA))
  expect(error).toMatchObject({ code: 'network_error', attempts: 1 })
  expect(error.outcome).toMatch(/^(unknown|applied)$/)
})

test.each([16_000, 20_000, 1_000_000])('H119: a head of %i bytes', async (size) => {
  const head = `HTTP/1.1 201 Created\r\nx: ${'a'.repeat(size - 60)}\r\n`
  const server = await startFaultServer([
    readRequest,
    send(`${head}content-length: ${BODY.length}\r\n\r\n${BODY}`),
  ])
  const fetch = guardOf(server)
  const attempt = connect(server, { fetch }).register(METADATA)
  if (size < 16_384) return expect(attempt).resolves.toEqual({ client_id: 'c1' })
  expect(await failureOf(attempt)).toMatchObject({ outcome: 'unknown', attempts: 1 })
})

test('a head may be allowed to be larger, and be made smaller', async () => {
  const answer = `HTTP/1.1 200 OK\r\nx: ${'a'.repeat(20_000)}\r\ncontent-length: 0\r\n\r\n`
  const server = await startFaultServer([readRequest, send(answer)], [readRequest, send(CREATED)])
  const allow = [new URL(server.origin).host]
  expect((await guardedFetch({ allow, maxHeaderSize: 32_768 })(new Request(server.origin))).status).toBe(200)
  const error = await failureOf(guardedFetch({ allow, maxHeaderSize: 16 })(new Request(server.origin)))
  expect(error).toMatchObject({ outcome: 'unknown', cause: { code: 'HPE_HEADER_OVERFLOW' } })
})

test('H119: a head that never ends ends with the deadline', async () => {
  const server = await startFaultServer([
    readRequest,
    send('HTTP/1.1 200 OK\r\n'),
    drip('x: y\r\n'.repeat(1000), 1, 5),
  ])
  const fetch = guardOf(server)
  // The clock stands still: however slow this machine is, the request is sent before the deadline.
  vi.spyOn(performance, 'now').mockReturnValue(0)
  const error = await failureBy(100, (timeout) => connect(server, { fetch, timeout }).register(METADATA))
  expect(error).toMatchObject({ code: 'timeout', outcome: 'unknown' })
  await server.connections[0]?.closed
})

describe('an abort', () => {
  const reason = new Error('no more')
  test('before the start: nothing is looked up, nothing is connected to', async () => {
    const server = await startFaultServer()
    const lookup = vi.fn()
    const guard = guardedFetch({ allow: [new URL(server.origin).host], lookup })
    for (const url of [server.origin, 'https://as.example/', 'https://10.0.0.1/']) {
      const failed = guard(new Request(url, { signal: AbortSignal.abort(reason) }))
      await expect(failed).rejects.toBe(reason)
    }
    expect(lookup).not.toHaveBeenCalled()
    expect(server.connections).toHaveLength(0)
  })

  test('while the name is looked up', async () => {
    const controller = new AbortController()
    const lookup = () => {
      controller.abort(reason)
      return new Promise<string[]>(() => {})
    }
    const { signal } = controller
    await expect(guardedFetch({ lookup })(new Request('https://as.example/', { signal }))).rejects.toBe(
      reason,
    )
  })

  test('while the body of the request is read', async () => {
    const controller = new AbortController()
    const server = await startFaultServer()
    const body = new ReadableStream({
      pull(stream) {
        controller.abort(reason)
        stream.close()
      },
    })
    const init = { method: 'POST', body, duplex: 'half' as const, signal: controller.signal }
    await expect(guardOf(server)(new Request(server.origin, init))).rejects.toBe(reason)
    expect(server.connections).toHaveLength(0)
  })

  test('while the answer is waited for, and while its body is read', async () => {
    const controllers = [new AbortController(), new AbortController()] as const
    const server = await startFaultServer(
      [readRequest, () => controllers[0].abort(reason)],
      [readRequest, send(`${HEAD}content-length: 100\r\n\r\n${BODY}`)],
    )
    const guard = guardOf(server)
    const [first, second] = controllers.map(({ signal }) => new Request(server.origin, { signal }))
    await expect(guard(first as Request)).rejects.toBe(reason)
    await server.connections[0]?.closed
    const answer = await guard(second as Request)
    const reader = answer.body?.getReader()
    await reader?.read()
    controllers[1].abort(reason)
    await expect(reader?.read()).rejects.toBe(reason)
    await server.connections[1]?.closed
  })

  test('after the end changes nothing', async () => {
    const controller = new AbortController()
    const server = await startFaultServer([readRequest, send(CREATED)])
    const answer = await guardOf(server)(new Request(server.origin, { signal: controller.signal }))
    expect(await answer.json()).toEqual({ client_id: 'c1' })
    controller.abort(reason)
  })
})

describe('before there is a connection', () => {
  test('F082: one that is refused is tried three times', async () => {
    const issuer = `http://127.0.0.1:${await freePort()}`
    const target = { origin: issuer, metadata: { issuer, registration_endpoint: `${issuer}/register` } }
    const error = await failureOf(connect(target, { fetch: guardOf(target) }).register(METADATA))
    expect(error).toMatchObject({ code: 'network_error', outcome: 'not_sent', attempts: 3 })
    expect(error.message).toContain(
      'could not be reached (ECONNREFUSED: nothing listens there). Nothing was sent.',
    )
  })

  test('F086: one that is reset in the handshake is tried three times', async () => {
    let connections = 0
    const server = createTcpServer((socket) => {
      connections++
      socket.resetAndDestroy()
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    onTestFinished(() => void server.close())
    const origin = `https://127.0.0.1:${(server.address() as AddressInfo).port}`
    const target = { origin, metadata: { issuer: origin, registration_endpoint: `${origin}/register` } }
    const error = await failureOf(connect(target, { fetch: guardOf(target) }).register(METADATA))
    expect(error).toMatchObject({ outcome: 'not_sent', attempts: 3, cause: { code: 'CONNECT_RESET' } })
    expect(connections).toBe(3)
  })

  test('a name that is looked up for too long', async () => {
    const guard = guardedFetch({ lookup: () => new Promise(() => {}), connectTimeout: 20 })
    const error = await failureOf(guard(new Request('https://as.example/')))
    expect(error).toMatchObject({
      code: 'network_error',
      outcome: 'not_sent',
      cause: { code: 'CONNECT_TIMEOUT' },
    })
  })

  test('the time to connect is over when there is a connection', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    const server = await startFaultServer([readRequest, () => void vi.advanceTimersByTime(41), send(CREATED)])
    const guard = guardedFetch({ allow: [new URL(server.origin).host], connectTimeout: 40 })
    expect((await guard(new Request(server.origin))).status).toBe(201)
  })
})
