import { beforeEach, describe, expect, test, vi } from 'vitest'
import { eventually } from '../eventually.js'
import { failureOf } from '../failure-of.js'
import { type FaultScript, startFaultServer } from '../servers/fault-server.js'
import { drip, end, readRequest, send, sendForEver, tell, waitFor } from '../servers/fault-steps.js'
import { HEAD } from './broken-bytes.js'
import { answerOf, CREATED, connect, failureBy, known, METADATA } from './calling.js'
import { FRESH_PROCESS, inFreshProcess } from './fresh-process.js'

/* Group H, as far as it is about the network: answers that take their time, come in pieces, or do not end. */

beforeEach(() => void vi.spyOn(Math, 'random').mockReturnValue(0))

/** Milliseconds: what a call may take here. A server on this machine answers within far less. */
const TIMEOUT = 150
/** Decoded bytes of an answer that are read at most. */
const LARGEST = 256 * 1024
const never = new Promise(() => {})
const CHUNKED = `${HEAD}transfer-encoding: chunked\r\n\r\n`

describe('an answer that does not end', () => {
  const chunk = `${(16_384).toString(16)}\r\n${' '.repeat(16_384)}\r\n`
  const large: [name: string, script: FaultScript][] = [
    ['H117: chunks', [send(CHUNKED), sendForEver(chunk)]],
    ['H117: chunks of one byte', [send(CHUNKED), sendForEver('1\r\n \r\n'.repeat(4096))]],
    ['H117: bytes without a length', [send(`${HEAD}\r\n`), sendForEver(' '.repeat(16_384))]],
    [
      'H117: a length of 64 MB',
      [send(`${HEAD}content-length: 67108864\r\n\r\n`), sendForEver(' '.repeat(16_384))],
    ],
    ['H117: a length of 64 MB, and nothing', [send(`${HEAD}content-length: 67108864\r\n\r\n{`)]],
  ]
  test.each(large)('%s is left', async (name, script) => {
    // The clock stands still: however slow this machine is, the request is sent before the deadline.
    vi.spyOn(performance, 'now').mockReturnValue(0)
    const server = await startFaultServer([readRequest, ...script])
    const call = connect(server, { timeout: name.endsWith('nothing') ? TIMEOUT : 5000 }).register(METADATA)
    const error = await failureOf(call)
    expect(error.code).toMatch(/^(response_too_large|timeout)$/)
    expect(error.outcome).toMatch(/^(applied|unknown)$/)
    // The client hangs up: a server cannot go on.
    await server.connections[0]?.closed
    expect(server.requests).toBeLessThan(2)
  })

  const dripping = [send(`${HEAD}\r\n`), drip(' '.repeat(1000), 1, 20)]
  const silent = [waitFor(never)]
  const slow: [name: string, script: FaultScript][] = [
    ['H118: a body of one byte each 20 ms', dripping],
    ['H118: chunks of one byte each 20 ms', [send(CHUNKED), drip('1\r\n \r\n'.repeat(1000), 6, 20)]],
    ['H118: 102 each 20 ms', [drip('HTTP/1.1 102 Processing\r\n\r\n'.repeat(1000), 27, 20)]],
    ['H119: a head of one byte each 20 ms', [drip(`${HEAD}${'x: y\r\n'.repeat(200)}`, 1, 20)]],
    ['H119: a head, and nothing', [send(`${HEAD}\r\n`)]],
    ['H119: nothing', silent],
  ]
  const until = (script: FaultScript, operation: 'register' | 'get' | 'update' | 'delete') => async () => {
    // The clock stands still: however slow this machine is, the request is sent before the deadline.
    vi.spyOn(performance, 'now').mockReturnValue(0)
    const server = await startFaultServer([readRequest, ...script])
    const error = await failureBy(TIMEOUT, (timeout) => {
      const dcr = connect(server, { timeout })
      return operation === 'register' ? dcr.register(METADATA) : dcr[operation](known(server), {})
    })
    expect(error).toMatchObject({ code: 'timeout', outcome: 'unknown', attempts: 1 })
    await server.connections[0]?.closed
    expect(server.requests).toBeLessThan(2)
  }
  for (const [name, script] of slow) test(`${name}: ends at the deadline`, until(script, 'register'))
  for (const operation of ['get', 'update', 'delete'] as const) {
    test(`H118: ${operation}, dripping: ends at the deadline`, until(dripping, operation))
    test(`H119: ${operation}, silent: ends at the deadline`, until(silent, operation))
  }
})

describe('a limit that is nearer than the deadline', () => {
  const limited: [name: string, limit: 'firstByte' | 'idle', script: FaultScript][] = [
    ['G096: no answer', 'firstByte', [waitFor(never)]],
    ['H119: half a head', 'firstByte', [send(HEAD), waitFor(never)]],
    ['H119: a head of one byte each 20 ms', 'firstByte', [drip(`${HEAD}${'x: y\r\n'.repeat(200)}`, 1, 20)]],
    ['H118: a head and half a body', 'idle', [send(`${CHUNKED}1\r\n{\r\n`), waitFor(never)]],
  ]
  test.each(limited)('%s: ends by the limit %s', async (_, limit, script) => {
    const server = await startFaultServer([readRequest, ...script])
    const error = await failureBy(TIMEOUT, (milliseconds) =>
      connect(server, { limits: { [limit]: milliseconds } }).register(METADATA),
    )
    expect(error).toMatchObject({ code: 'timeout', outcome: 'unknown', attempts: 1 })
    expect(error.message).toContain(`${TIMEOUT} ms`)
    await server.connections[0]?.closed
    expect(server.requests).toBeLessThan(2)
  })
})

describe('an answer in pieces', () => {
  const client = { client_id: 'c1', client_name: 'Ünïcödé アプリ 😀' }
  const bytes = Buffer.from(answerOf('201 Created', client))
  const body = Buffer.from(JSON.stringify(client))
  const chunks = [...body].map((byte) =>
    Buffer.concat([Buffer.from('1\r\n'), Buffer.of(byte), Buffer.from('\r\n')]),
  )
  const chunked = Buffer.concat([Buffer.from(CHUNKED), ...chunks, Buffer.from('0\r\n\r\n')])

  test.each<[string, FaultScript]>([
    ['H122: of one byte in each segment', [drip(bytes, 1, 0)]],
    ['H122: of three bytes in each segment', [drip(bytes, 3, 0)]],
    ['H123: of one byte in each chunk', [send(chunked)]],
    ['H123: of one byte in each chunk, and one in each segment', [drip(chunked, 1, 0)]],
  ])('%s is the same', async (_, script) => {
    const server = await startFaultServer([readRequest, ...script])
    await expect(connect(server).register(METADATA)).resolves.toEqual(client)
  })
})

test.each([
  [LARGEST, 'is read'],
  [LARGEST + 1, 'is not'],
])('H121: a body of %i bytes %s', async (size) => {
  const json = JSON.stringify({ client_id: 'c1' })
  const server = await startFaultServer([readRequest, send(answerOf('201 Created', json.padEnd(size)))])
  const answered = connect(server).register(METADATA)
  if (size > LARGEST) expect((await failureOf(answered)).code).toBe('response_too_large')
  else await expect(answered).resolves.toEqual({ client_id: 'c1' })
})

test('H124: an answer that comes when the client has waited for it', async () => {
  let answer = () => {}
  const asked = new Promise<void>((resolve) => {
    answer = resolve
  })
  const server = await startFaultServer([readRequest, waitFor(asked), send(CREATED)])
  const registered = connect(server).register(METADATA)
  await eventually(() => expect(server.connections[0]?.requests).toBe(1))
  answer()
  await expect(registered).resolves.toEqual({ client_id: 'c1' })
})

test.each<[string, FaultScript]>([
  ['a length', [send(CREATED)]],
  [
    'a length and connection: close',
    [send(answerOf('201 Created', { client_id: 'c1' }, 'connection: close'))],
  ],
  ['chunks', [send(`${CHUNKED}12\r\n{"client_id":"c1"}\r\n0\r\n\r\n`)]],
])('H126: a body with %s has its end before the connection', async (_, script) => {
  const server = await startFaultServer([readRequest, ...script, waitFor(never), end])
  await expect(connect(server).register(METADATA)).resolves.toEqual({ client_id: 'c1' })
})

test('H127: an answer that was there before the deadline, while the caller was busy, is taken', async () => {
  // Long enough for a request to be sent and answered on a busy machine.
  const timeout = 1000
  // Beyond the deadline: the answer is in the socket by then, and nobody has looked.
  const block = () => {
    for (const end = begun + timeout + TIMEOUT; performance.now() < end; );
  }
  const server = await startFaultServer([readRequest, send(CREATED), tell(block)])
  const begun = performance.now()
  await expect(connect(server, { timeout }).register(METADATA)).resolves.toEqual({ client_id: 'c1' })
})

test(
  'H128: a hundred servers that never answer: all calls end, nothing is left, and the process ends',
  async () => {
    const servers = await Promise.all(
      Array.from({ length: 100 }, () => startFaultServer([readRequest, waitFor(never)])),
    )
    const { errors, inTime } = await inFreshProcess(`
    const servers = ${JSON.stringify(servers.map(({ metadata }) => metadata))}
    // What the first request of a process leaves behind for all.
    await fetch('data:,')
    const before = process.getActiveResourcesInfo().length
    const failed = Promise.all(servers.map((server) =>
      tell(new DcrClient(server, { allowInsecureRequests: true }).register({}, { timeout: 1000 }))))
    const inTime = await endsBy(1000, failed)
    const errors = await failed
    // The sockets are closed by the loop, after their calls have ended: without an end, this process is killed.
    while (process.getActiveResourcesInfo().length > before) await new Promise(setImmediate)
    return { errors, inTime }`)
    expect(errors).toHaveLength(100)
    for (const error of errors) expect(error).toMatchObject({ code: 'timeout' })
    expect(inTime).toBe(true)
    for (const { connections } of servers) await connections[0]?.closed
  },
  FRESH_PROCESS,
)
