import { beforeEach, describe, expect, test, vi } from 'vitest'
import { failureOf } from '../failure-of.js'
import { type FaultScript, startFaultServer, startTlsFaultServer } from '../servers/fault-server.js'
import { endWithoutNotice, readRequest, send } from '../servers/fault-steps.js'
import { trustingFetch } from '../servers/trusting-fetch.js'
import { BODY, HEAD, lost, understood, unusable } from './broken-bytes.js'
import { answerOf, CREATED, connect, METADATA } from './calling.js'

/* Group G: what a server does after it has read a registration. It is sent once, whatever that is. */

beforeEach(() => void vi.spyOn(Math, 'random').mockReturnValue(0))

for (const transport of ['TCP', 'TLS'] as const) {
  const start = (...scripts: FaultScript[]) =>
    transport === 'TLS' ? startTlsFaultServer('valid', ...scripts) : startFaultServer(...scripts)

  /** One registration; a second one would be answered well. */
  async function register(script: FaultScript) {
    const server = await start([readRequest, ...script], [readRequest, send(CREATED)])
    const fetch = transport === 'TLS' ? await trustingFetch() : undefined
    const attempt = connect(server, { fetch }).register(METADATA)
    const ended = () => {
      expect(server.requests).toBe(1)
      expect(`${server.connections[0]?.received}`).toMatch(/^POST \/register HTTP\/1\.1\r\n/)
    }
    return { attempt, ended, server }
  }

  describe(`over ${transport}: nobody knows whether there is a client`, () => {
    test.each(lost)('%s', async (_, script) => {
      const { attempt, ended, server } = await register(script)
      const error = await failureOf(attempt)
      expect(error).toMatchObject({ name: 'DcrError', attempts: 1 })
      expect(error.code).toMatch(/^(network_error|invalid_response|response_too_large)$/)
      // Half a body that names the client says that there is one.
      expect(error.outcome).toBe(error.client ? 'applied' : 'unknown')
      expect(error.endpoint).toBe(`POST ${server.origin}/register`)
      expect(error.message).toMatch(error.client ? /It was done\./ : /It may have been done\.$/)
      ended()
    })

    test.each(unusable)('%s', async (_, script) => {
      const { attempt, ended } = await register(script)
      const error = await failureOf(attempt)
      expect(error).toMatchObject({ name: 'DcrError', code: 'invalid_response', attempts: 1 })
      expect(error.outcome).toMatch(/^(unknown|applied)$/)
      ended()
    })
  })

  test.each(understood)(`%s, over ${transport}, is understood`, async (_, script) => {
    const { attempt, ended } = await register(script)
    await expect(attempt).resolves.toEqual({ client_id: 'c1' })
    ended()
  })

  test(`G099: a connection whose answer was longer than it said is not used again, over ${transport}`, async () => {
    const server = await start(
      [
        readRequest,
        send(`${HEAD}content-length: 5\r\n\r\n${BODY}${answerOf('201 Created', { client_id: 'evil' })}`),
      ],
      [readRequest, send(CREATED)],
    )
    const dcr = connect(server, transport === 'TLS' ? { fetch: await trustingFetch() } : {})
    expect(await failureOf(dcr.register(METADATA))).toMatchObject({ code: 'invalid_response' })
    await expect(dcr.register(METADATA)).resolves.toEqual({ client_id: 'c1' })
    expect(server.connections.map(({ requests }) => requests)).toEqual([1, 1])
  })
}

test('G104: a header over two lines is refused or understood, as the runtime has it', async () => {
  const folded = `${HEAD}x: a\r\n b\r\ncontent-length: ${BODY.length}\r\n\r\n${BODY}`
  const server = await startFaultServer([readRequest, send(folded)], [readRequest, send(CREATED)])
  const result = await connect(server)
    .register(METADATA)
    .catch(({ code, outcome }) => ({ code, outcome }))
  expect([{ client_id: 'c1' }, { code: 'network_error', outcome: 'unknown' }]).toContainEqual(result)
  expect(server.requests).toBe(1)
})

test('G108: TLS that ends without a close_notify in the middle of a body', async () => {
  const cut = [readRequest, send(`${HEAD}content-length: 100\r\n\r\n${BODY}`), endWithoutNotice]
  const server = await startTlsFaultServer('valid', cut)
  const error = await failureOf(connect(server, { fetch: await trustingFetch() }).register(METADATA))
  expect(error).toMatchObject({ code: 'network_error', attempts: 1 })
  expect(error.outcome).toBe(error.client ? 'applied' : 'unknown')
  expect(server.requests).toBe(1)
})
