import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import { describe, expect, test, vi } from 'vitest'
import type { Limits } from '../../src/http/limits.js'
import { clientSecretBasic, discover, memoryStore, Registrar, requestToken } from '../../src/index.js'
import { failureOf } from '../failure-of.js'
import { startFaultServer } from '../servers/fault-server.js'
import { readRequest, send, waitFor } from '../servers/fault-steps.js'
import { startScripted } from '../servers/scripted.js'
import { clientsIn } from '../stored-in.js'
import { answerOf, connect, known, METADATA } from './calling.js'

const never = new Promise<never>(() => {})
const HEAD = 'HTTP/1.1 201 Created\r\ncontent-type: application/json\r\n'

/** The JSON of a client, with spaces up to a number of bytes. */
const ofBytes = (bytes: number) => `{"client_id":"c1"}`.padEnd(bytes)

describe('a limit is passed', () => {
  const rows: [name: string, limits: Limits, fits: unknown, passes: unknown, code: string][] = [
    ['H121: bodyBytes', {}, ofBytes(262_144), ofBytes(262_145), 'response_too_large'],
    ['bodyBytes, made smaller', { bodyBytes: 100 }, ofBytes(100), ofBytes(101), 'response_too_large'],
    [
      'bodyBytes, made larger',
      { bodyBytes: 300_000 },
      ofBytes(300_000),
      ofBytes(300_001),
      'response_too_large',
    ],
    [
      'I133: jsonDepth',
      { jsonDepth: 3 },
      '{"client_id":"c1","x":{"y":[]}}',
      '{"client_id":"c1","x":{"y":[{}]}}',
      'invalid_response',
    ],
    [
      'jsonDepth, made larger',
      { jsonDepth: 1000 },
      `{"client_id":"c1","x":${'['.repeat(999)}${']'.repeat(999)}}`,
      `{"client_id":"c1","x":${'['.repeat(1000)}${']'.repeat(1000)}}`,
      'invalid_response',
    ],
    [
      'jsonMembers',
      { jsonMembers: 3 },
      '{"client_id":"c1","x":{"y":1}}',
      '{"client_id":"c1","x":{"y":1,"z":2}}',
      'invalid_response',
    ],
  ]
  test.each(rows)('%s', async (_, limits, fits, passes, code) => {
    const server = await startScripted({ status: 201, body: fits }, { status: 201, body: passes })
    const store = memoryStore()
    const dcr = connect(server, { store, limits })
    await expect(dcr.register(METADATA)).resolves.toMatchObject({ client_id: 'c1' })
    const error = await failureOf(dcr.register(METADATA))
    expect(error).toMatchObject({ code, outcome: 'applied', attempts: 1 })
    expect(error.message).toMatch(/the option limits\.\w+ sets that/)
    expect(error.client).toEqual({ client_id: 'c1' })
    expect(server.requests).toHaveLength(2)
  })

  test('stringLength: the member is left out', async () => {
    const body = { client_id: 'c1', client_name: 'x'.repeat(13), software_id: 'x'.repeat(12) }
    const server = await startScripted(
      { status: 201, body },
      { status: 201, body: { client_id: 'x'.repeat(13) } },
    )
    const dcr = connect(server, { limits: { stringLength: 12 } })
    expect(await dcr.register(METADATA)).toEqual({ client_id: 'c1', software_id: 'x'.repeat(12) })
    expect(await failureOf(dcr.register(METADATA))).toMatchObject({
      code: 'invalid_response',
      outcome: 'applied',
    })
  })

  test('headerBytes: the client that is in the body is kept', async () => {
    const script = [
      readRequest,
      send(answerOf('201 Created', { client_id: 'c1' }, `x-long: ${'x'.repeat(1000)}`)),
    ]
    const server = await startFaultServer(script, script)
    const store = memoryStore()
    const error = await failureOf(
      connect(server, { store, limits: { headerBytes: 1000 } }).register(METADATA),
    )
    expect(error).toMatchObject({ code: 'response_too_large', outcome: 'applied' })
    expect(error.message).toContain(
      'more than 1000 bytes of headers; the option limits.headerBytes sets that',
    )
    expect(await clientsIn(store)).toEqual([{ client_id: 'c1' }])
    await expect(connect(server, { limits: { headerBytes: 1100 } }).register(METADATA)).resolves.toEqual({
      client_id: 'c1',
    })
  })

  test('H119: headers that are too large for the runtime', async () => {
    const server = await startFaultServer([
      readRequest,
      send(answerOf('201 Created', {}, `x-long: ${'x'.repeat(20_000)}`)),
    ])
    const error = await failureOf(connect(server).register(METADATA))
    expect(error).toMatchObject({ code: 'response_too_large', outcome: 'unknown', attempts: 1 })
  })

  test('firstByte: what does not begin to answer is not waited for', async () => {
    const server = await startFaultServer([readRequest, waitFor(never)])
    const error = await failureOf(connect(server, { limits: { firstByte: 100 } }).register(METADATA))
    expect(error).toMatchObject({ code: 'timeout', outcome: 'unknown', attempts: 1 })
    expect(error.message).toContain(
      'had not begun to answer after 100 ms; the option limits.firstByte sets that',
    )
    await server.connections[0]?.closed
  })

  test('idle: what was said before the silence is kept', async () => {
    const body = '{"client_id":"c1","client_secret":"a-secret-1","registration_access_token":"a-tok'
    const server = await startFaultServer([readRequest, send(`${HEAD}\r\n${body}`), waitFor(never)])
    const store = memoryStore()
    const error = await failureOf(connect(server, { store, limits: { idle: 100 } }).register(METADATA))
    expect(error).toMatchObject({ code: 'timeout', outcome: 'applied', attempts: 1 })
    expect(error.message).toContain(
      'answered 201 and had nothing more to say for 100 ms; the option limits.idle sets that',
    )
    expect(error.client).toEqual({ client_id: 'c1', client_secret: 'a-secret-1' })
    expect(await clientsIn(store)).toEqual([error.client])
    await server.connections[0]?.closed
  })

  test('H118: and so is what was said before the deadline', async () => {
    // The clock stands still, and the answer has begun at once: however slow this machine is, that is before the deadline.
    vi.spyOn(performance, 'now').mockReturnValue(0)
    const body = new ReadableStream({
      start: (stream) => stream.enqueue(new TextEncoder().encode('{"client_id":"c1",')),
    })
    const fetch = async () => new Response(body, { status: 201 })
    const server = await startScripted()
    const error = await failureOf(connect(server, { timeout: 100, fetch }).register(METADATA))
    expect(error).toMatchObject({ code: 'timeout', outcome: 'applied' })
    expect(error.message).toContain('answered 201 and had not ended after 100 ms')
    expect(error.client).toEqual({ client_id: 'c1' })
  })

  test('G109: and before an abort', async () => {
    const controller = new AbortController()
    const reason = new Error('enough')
    const server = await startScripted()
    const fetch = async () => {
      const stream = new ReadableStream(
        {
          start: (body) => body.enqueue(new TextEncoder().encode('{"client_id":"c1",')),
          pull: () => {
            controller.abort(reason)
            return never
          },
        },
        { highWaterMark: 0 },
      )
      return new Response(stream, { status: 201 })
    }
    const error = await failureOf(connect(server, { fetch, signal: controller.signal }).register(METADATA))
    expect(error).toMatchObject({ code: 'aborted', outcome: 'applied', cause: reason })
    expect(error.client).toEqual({ client_id: 'c1' })
  })

  test('F091: a request over requestBytes is not sent, unless it is allowed to be', async () => {
    const server = await startScripted({ status: 201, body: { client_id: 'c1' } })
    const redirect_uris = Array.from({ length: 10_000 }, (_, n) => `https://app.example.com/cb/${n}`)
    const error = await failureOf(connect(server).register({ redirect_uris }))
    expect(error).toMatchObject({ code: 'invalid_argument', outcome: 'not_sent' })
    expect(error.message).toContain('at most 65536 bytes (the option limits.requestBytes sets that)')
    expect(server.connections).toBe(0)
    await connect(server, { limits: { requestBytes: 1_000_000 } }).register({ redirect_uris })
    expect(JSON.parse(server.requests[0]?.body ?? '')).toEqual({ redirect_uris })
  })

  test('F091: bytes are counted, not characters', async () => {
    const server = await startScripted({ status: 201, body: { client_id: 'c1' } })
    const limits = { requestBytes: 100 }
    const error = await failureOf(connect(server, { limits }).register({ client_name: 'é'.repeat(50) }))
    expect(error.code).toBe('invalid_argument')
    await connect(server, { limits }).register({ client_name: 'é'.repeat(40) })
  })
})

describe('of an answer that is cut', () => {
  const body = '{"client_id":"c1","client_secret":"a-secret-2","registration_access_token":"a-token-2","x":"y'
  const cuts: [name: string, bytes: (status: string) => string | Buffer][] = [
    ['G098: longer by its length', (status) => `HTTP/1.1 ${status}\r\ncontent-length: 500\r\n\r\n${body}`],
    [
      'G099: shorter by its length',
      (status) => `HTTP/1.1 ${status}\r\ncontent-length: ${body.length}\r\n\r\n${body}z"}`,
    ],
    ['G101: by the end of the connection', (status) => `HTTP/1.1 ${status}\r\n\r\n${body}`],
    [
      'G102: within gzip',
      (status) => {
        // Stored, not compressed: what is there comes out.
        const whole = gzipSync(`${body}${'z'.repeat(100)}"}`, { level: 0 })
        const part = whole.subarray(0, whole.length - 60)
        return Buffer.concat([Buffer.from(`HTTP/1.1 ${status}\r\ncontent-encoding: gzip\r\n\r\n`), part])
      },
    ],
  ]
  test.each(cuts)('%s: a registration keeps what came', async (_, bytes) => {
    const server = await startScripted({ raw: bytes('201 Created') })
    const store = memoryStore()
    const error = await failureOf(connect(server, { store }).register(METADATA))
    expect(error.code).toMatch(/^(network_error|invalid_response)$/)
    expect(error.outcome).toBe('applied')
    expect(error.client).toEqual({
      client_id: 'c1',
      client_secret: 'a-secret-2',
      registration_access_token: 'a-token-2',
    })
    expect(await clientsIn(store)).toEqual([error.client])
    expect(server.requests).toHaveLength(1)
  })

  test.each(cuts)('%s: the Registrar lists what came', async (_, bytes) => {
    const server = await startScripted({ raw: bytes('201 Created') })
    const registrar = new Registrar({ store: memoryStore(), allowInsecureRequests: true })
    await failureOf(registrar.ensure(server.metadata, METADATA))
    expect(await registrar.orphans()).toMatchObject([
      { reason: 'unusable', client: { client_id: 'c1', registration_access_token: 'a-token-2' } },
    ])
  })

  test.each(cuts)('%s: an update keeps the new credentials beside the rest', async (_, bytes) => {
    const server = await startScripted({ raw: bytes('200 OK') })
    const store = memoryStore()
    const error = await failureOf(connect(server, { store }).update(known(server), { client_name: 'App 2' }))
    expect(error.outcome).toBe('applied')
    const { client_secret_expires_at: _old, ...rest } = known(server)
    expect(await clientsIn(store)).toEqual([
      { ...rest, client_secret: 'a-secret-2', registration_access_token: 'a-token-2' },
    ])
    expect(server.requests).toHaveLength(1)
  })

  test('an update whose answer held nothing new is looked after by a read', async () => {
    const server = await startScripted()
    const client = { ...known(server), client_name: 'App 2' }
    server.script.push(
      { raw: `HTTP/1.1 200 OK\r\n\r\n${JSON.stringify(client).slice(0, -2)}` },
      { body: client },
    )
    await expect(connect(server).update(known(server), { client_name: 'App 2' })).resolves.toEqual(client)
    expect(server.requests.map(({ method }) => method)).toEqual(['PUT', 'GET'])
  })

  test('a hash that a server gives in place of a secret is not taken for one', async () => {
    const server = await startScripted({ raw: `HTTP/1.1 200 OK\r\n\r\n${body}` })
    const store = memoryStore()
    const provider = { name: 'own', secretGivenOnce: true }
    await failureOf(connect(server, { store, provider }).get(known(server)))
    expect(await clientsIn(store)).toEqual([{ ...known(server), registration_access_token: 'a-token-2' }])
  })

  test('the token is that of the client which was asked about, or none', async () => {
    const store = memoryStore()
    const answers = [
      '{"registration_access_token":"a-token-2","x',
      '{"client_id":"c2","registration_access_token":"a-token-3","x',
    ]
    const server = await startScripted(...answers.map((raw) => ({ raw: `HTTP/1.1 200 OK\r\n\r\n${raw}` })))
    const dcr = connect(server, { store })
    await failureOf(dcr.get(known(server)))
    await failureOf(dcr.get(known(server)))
    expect(await clientsIn(store)).toEqual([{ ...known(server), registration_access_token: 'a-token-2' }])
  })

  test('G103: what is no gzip is invalid, and nobody knows', async () => {
    const server = await startScripted({
      status: 201,
      headers: { 'content-encoding': 'gzip' },
      body: '{"client_id":"c1"}',
    })
    const error = await failureOf(connect(server).register(METADATA))
    expect(error).toMatchObject({ code: 'invalid_response', outcome: 'unknown', attempts: 1 })
  })

  test('a refusal says what it can', async () => {
    const server = await startScripted({
      raw: 'HTTP/1.1 400 Bad Request\r\n\r\n{"error":"invalid_redirect_uri","x":"y',
    })
    const error = await failureOf(connect(server).register(METADATA))
    expect(error).toMatchObject({
      code: 'rejected',
      outcome: 'rejected',
      status: 400,
      error: 'invalid_redirect_uri',
    })
  })

  test('metadata and tokens are not made of what is left', async () => {
    const issuer = await startScripted()
    const cut = JSON.stringify({
      issuer: issuer.origin,
      registration_endpoint: `${issuer.origin}/r`,
      client_id: 'c1',
    }).slice(0, -1)
    issuer.script.push(...Array(4).fill({ raw: `HTTP/1.1 200 OK\r\n\r\n${cut}` }))
    expect(await failureOf(discover(issuer.origin, { allowInsecureRequests: true }))).toMatchObject({
      code: 'invalid_response',
    })
    const server = await startScripted({
      raw: 'HTTP/1.1 200 OK\r\n\r\n{"access_token":"a-token-1","client_id":"c1"',
    })
    const asked = requestToken(
      server.metadata,
      clientSecretBasic({ client_id: 'c', client_secret: 'secret-1' }),
      { allowInsecureRequests: true },
    )
    expect(await failureOf(asked)).toMatchObject({ code: 'invalid_response' })
  })
})

describe('the option limits', () => {
  const taken: [name: string, limits: unknown][] = [
    ['nothing', undefined],
    ['null', null],
    ['a list', []],
    ['another name', { bodySize: 1 }],
    ['0', { bodyBytes: 0 }],
    ['a fraction', { idle: 1.5 }],
    ['text', { firstByte: '1000' }],
    ['infinity', { stringLength: Number.POSITIVE_INFINITY }],
    ['a timer that would fire at once', { idle: 2 ** 31 }],
    ['a depth that cannot be written again', { jsonDepth: 1001 }],
  ]
  test.each(taken.slice(1))('%s is refused', async (_, limits) => {
    const server = await startScripted()
    expect(() => connect(server, { limits: limits as Limits })).toThrowError(/options\.limits/)
  })

  test('a call changes those it names, of its own members', async () => {
    const server = await startScripted(...Array(3).fill({ status: 201, body: { client_id: 'c1', x: [[]] } }))
    const dcr = connect(server, { limits: { jsonDepth: 2, bodyBytes: 20 } })
    expect((await failureOf(dcr.register(METADATA, { limits: { jsonDepth: 3 } }))).message).toContain(
      'limits.bodyBytes',
    )
    expect(
      (await failureOf(dcr.register(METADATA, { limits: { bodyBytes: 99, jsonDepth: undefined } }))).message,
    ).toContain('limits.jsonDepth')
    await dcr.register(METADATA, { limits: { jsonDepth: 3, bodyBytes: 99 } })
  })
})

test.each([
  ['H113: gzip', gzipSync],
  ['H114: deflate', deflateSync],
  ['H114: brotli', brotliCompressSync],
])('%s of a body within the limit is read', async (name, compress) => {
  const encoding = { 'H113: gzip': 'gzip', 'H114: deflate': 'deflate', 'H114: brotli': 'br' }[name] ?? ''
  const server = await startScripted({
    status: 201,
    headers: { 'content-encoding': encoding },
    body: compress(ofBytes(262_144)),
  })
  await expect(connect(server).register(METADATA)).resolves.toEqual({ client_id: 'c1' })
})
