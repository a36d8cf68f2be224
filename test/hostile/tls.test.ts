import { expect, test, vi } from 'vitest'
import { failureOf } from '../failure-of.js'
import { AUTHORITY_FILE, type CertificateName } from '../servers/certificates.js'
import { type FaultServer, startBareFaultServer, startTlsFaultServer } from '../servers/fault-server.js'
import { end, readAnything, readRequest, reset, send, waitFor } from '../servers/fault-steps.js'
import { trustingFetch } from '../servers/trusting-fetch.js'
import { CREATED, connect, failureBy, METADATA } from './calling.js'
import { FRESH_PROCESS, inFreshProcess } from './fresh-process.js'

/* Group V: TLS with the global fetch. What is not the server it should be is told nothing. */

const answering = [readRequest, send(CREATED)]
const serverOf = ({ metadata }: FaultServer, origin = metadata.issuer) =>
  JSON.stringify({ issuer: origin, registration_endpoint: `${origin}/register` })

test.each<[CertificateName, string]>([
  ['self-signed', 'DEPTH_ZERO_SELF_SIGNED_CERT'],
  ['expired', 'CERT_HAS_EXPIRED'],
  ['wrong-host', 'ERR_TLS_CERT_ALTNAME_INVALID'],
  ['unknown-authority', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
])('V336: a certificate that is %s', async (name, code) => {
  const server = await startTlsFaultServer(name, answering, answering)
  const error = await failureOf(connect(server, { fetch: await trustingFetch() }).register(METADATA))
  expect(error).toMatchObject({ code: 'network_error', outcome: 'not_sent', attempts: 1, cause: { code } })
  expect(error.message).toContain(code)
  expect(server.connections.map(({ received }) => received.length)).toEqual([0])
})

test('V336: an authority that this process does not trust, with the global fetch alone', async () => {
  const server = await startTlsFaultServer('valid', answering)
  const error = await failureOf(connect(server).register(METADATA))
  expect(error).toMatchObject({ code: 'network_error', outcome: 'not_sent', attempts: 1 })
  expect(server.requests).toBe(0)
})

test('V338: an authority that one client trusts is trusted by no other', async () => {
  const server = await startTlsFaultServer('valid', answering, answering, answering)
  const trusting = connect(server, { fetch: await trustingFetch() })
  await expect(trusting.register(METADATA)).resolves.toEqual({ client_id: 'c1' })
  expect(await failureOf(connect(server).register(METADATA))).toMatchObject({ outcome: 'not_sent' })
  expect(server.requests).toBe(1)
})

test(
  'V338: an authority for a whole process, by NODE_EXTRA_CA_CERTS',
  async () => {
    const names: CertificateName[] = ['valid', 'expired', 'wrong-host', 'unknown-authority', 'self-signed']
    const servers = await Promise.all(names.map((name) => startTlsFaultServer(name, answering)))
    const told = await inFreshProcess(
      `return Promise.all([${servers.map((server) => serverOf(server))}].map((server) => tell(new DcrClient(server).register({}))))`,
      { env: { NODE_EXTRA_CA_CERTS: AUTHORITY_FILE } },
    )
    expect(told).toMatchObject([
      { client_id: 'c1' },
      ...Array(4).fill({ code: 'network_error', outcome: 'not_sent' }),
    ])
    expect(servers.map(({ requests }) => requests)).toEqual([1, 0, 0, 0, 0])
  },
  FRESH_PROCESS,
)

test('V339: a server without TLS', async () => {
  const server = await startBareFaultServer([readAnything, send('HTTP/1.1 400 Bad Request\r\n\r\n'), end])
  const error = await failureOf(connect(server).register(METADATA))
  expect(error).toMatchObject({ code: 'network_error', outcome: 'not_sent', attempts: 1 })
  expect(`${server.connections[0]?.received}`).not.toContain('POST')
})

test('V339: a server with TLS where none is spoken', async () => {
  const server = await startTlsFaultServer('valid', answering)
  const origin = server.origin.replace('https:', 'http:')
  const target = { origin, metadata: { issuer: origin, registration_endpoint: `${origin}/register` } }
  const error = await failureOf(connect(target, { timeout: 2000 }).register(METADATA))
  expect(error.code).toMatch(/^(network_error|timeout)$/)
  expect(error).toMatchObject({ outcome: 'unknown', attempts: 1 })
  expect(server.requests).toBe(0)
})

/** A fatal alert of TLS 1.2: the handshake failed. */
const HANDSHAKE_FAILURE = Buffer.from([21, 3, 3, 0, 2, 2, 40])

// The global `fetch` tells the same of a handshake that ends and of a request that is not answered; guardedFetch knows.
test.each([
  ['ends at the first message', [readAnything, end]],
  ['is reset at the first message', [readAnything, reset]],
  ['is answered with an alert', [readAnything, send(HANDSHAKE_FAILURE), end]],
])('V341: a handshake that %s: nobody knows, and it is not sent again', async (_, script) => {
  const server = await startBareFaultServer(script)
  const error = await failureOf(connect(server).register(METADATA))
  expect(error).toMatchObject({ code: 'network_error', outcome: 'unknown', attempts: 1 })
})

test('V341: a handshake that is answered with nothing ends by the deadline', async () => {
  const server = await startBareFaultServer([readAnything, waitFor(new Promise(() => {}))])
  // The clock stands still: however slow this machine is, it is tried before the deadline.
  vi.spyOn(performance, 'now').mockReturnValue(0)
  const error = await failureBy(300, (timeout) => connect(server, { timeout }).register(METADATA))
  expect(error).toMatchObject({ code: 'timeout', attempts: 1 })
  expect(`${server.connections[0]?.received}`).not.toContain('POST')
})
