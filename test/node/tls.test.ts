import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createServer, type Server, type TLSSocket, type TlsOptions } from 'node:tls'
import { expect, onTestFinished, test, vi } from 'vitest'
import { DcrClient } from '../../src/index.js'
import { guardedFetch } from '../../src/node/index.js'
import { failureOf } from '../failure-of.js'
import { CREATED, connect, METADATA } from '../hostile/calling.js'
import { AUTHORITY_FILE, type CertificateName, certificate } from '../servers/certificates.js'
import { startBareFaultServer, startTlsFaultServer } from '../servers/fault-server.js'
import { end, readAnything, readRequest, reset, send } from '../servers/fault-steps.js'
import { authority } from './authority.js'
import { inProcess, withLibrary } from './process.js'

/* Group V of the list of faults: what is not the server it should be is told nothing. */

withLibrary()

const answering = [readRequest, send(CREATED)]
const guardOf = ({ origin }: { origin: string }, options = {}) =>
  guardedFetch({ allow: [new URL(origin).host], ca: authority, ...options })

const BAD: [CertificateName, code: string, reason: string][] = [
  ['self-signed', 'DEPTH_ZERO_SELF_SIGNED_CERT', 'its certificate is self-signed'],
  ['expired', 'CERT_HAS_EXPIRED', 'its certificate has expired'],
  ['wrong-host', 'ERR_TLS_CERT_ALTNAME_INVALID', 'its certificate is for another host'],
  ['unknown-authority', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'from an authority that is not trusted'],
]

test.each(BAD)('V336: a certificate that is %s', async (name, code, reason) => {
  const server = await startTlsFaultServer(name, answering, answering)
  const error = await failureOf(connect(server, { fetch: guardOf(server) }).register(METADATA))
  expect(error).toMatchObject({ code: 'network_error', outcome: 'not_sent', attempts: 1, cause: { code } })
  expect(error.message).toContain(reason)
  expect(server.connections.map(({ received }) => received.length)).toEqual([0])
})

test('V337: whatever the environment says, certificates are verified', async () => {
  const servers = await Promise.all(BAD.map(([name]) => startTlsFaultServer(name, answering)))
  const told = await inProcess(
    `const { DcrClient, guardedFetch } = await load()
     return Promise.all(${JSON.stringify(servers.map(({ origin }) => origin))}.map((origin) => {
       const fetch = guardedFetch({ allow: [new URL(origin).host] })
       return tell(new DcrClient({ issuer: origin, registration_endpoint: origin + '/r' }, { fetch }).register({}))
     }))`,
    {
      env: { NODE_TLS_REJECT_UNAUTHORIZED: '0', NODE_EXTRA_CA_CERTS: AUTHORITY_FILE, NODE_NO_WARNINGS: '1' },
    },
  )
  expect(told).toMatchObject(BAD.map(([, code]) => ({ outcome: 'not_sent', cause: { code } })))
  expect(servers.map(({ connections }) => connections[0]?.received.length)).toEqual([0, 0, 0, 0])
})

test('V338: an authority that one guard trusts is trusted by no other', async () => {
  const server = await startTlsFaultServer('valid', answering, answering)
  await expect(connect(server, { fetch: guardOf(server) }).register(METADATA)).resolves.toEqual({
    client_id: 'c1',
  })
  const other = guardOf(server, { ca: undefined })
  const error = await failureOf(connect(server, { fetch: other }).register(METADATA))
  expect(error).toMatchObject({ outcome: 'not_sent', attempts: 1 })
})

test('V338: an authority is not asked of those of the runtime as well', async () => {
  const server = await startTlsFaultServer('valid', answering)
  const error = await failureOf(
    guardOf(server, { ca: certificate('self-signed').cert })(new Request(server.origin)),
  )
  expect(error).toMatchObject({ code: 'network_error', outcome: 'not_sent' })
})

test('V339: a server without TLS, and one with TLS where none is spoken', async () => {
  const plain = await startBareFaultServer([readAnything, send('HTTP/1.1 400 Bad Request\r\n\r\n'), end])
  const error = await failureOf(connect(plain, { fetch: guardOf(plain) }).register(METADATA))
  expect(error).toMatchObject({ code: 'network_error', outcome: 'not_sent', attempts: 1 })
  expect(error.message).toContain('it does not speak TLS there')
  const secure = await startTlsFaultServer('valid', answering)
  const failed = guardOf(secure)(new Request(secure.origin.replace('https:', 'http:')))
  expect(await failureOf(failed)).toMatchObject({ code: 'network_error', outcome: 'unknown' })
})

test('V341: a handshake that stalls ends when the time to connect is over, and is tried again', async () => {
  const server = await startBareFaultServer([readAnything], [readAnything], [readAnything])
  vi.spyOn(Math, 'random').mockReturnValue(0)
  const fetch = guardOf(server, { connectTimeout: 60 })
  const error = await failureOf(connect(server, { fetch }).register(METADATA))
  const cause = { code: 'CONNECT_TIMEOUT' }
  expect(error).toMatchObject({ code: 'network_error', outcome: 'not_sent', attempts: 3, cause })
  await Promise.all(server.connections.map(({ closed }) => closed))
})

/** A fatal alert of TLS 1.2: the handshake failed. */
const HANDSHAKE_FAILURE = Buffer.from([21, 3, 3, 0, 2, 2, 40])

test.each([
  ['ends at the first message', [readAnything, end]],
  ['is reset at the first message', [readAnything, reset]],
  ['is answered with an alert', [readAnything, send(HANDSHAKE_FAILURE), end]],
])('V341: a handshake that %s: nothing was sent', async (_, script) => {
  const server = await startBareFaultServer(script, script, script)
  vi.spyOn(Math, 'random').mockReturnValue(0)
  const error = await failureOf(connect(server, { fetch: guardOf(server) }).register(METADATA))
  expect(error).toMatchObject({ code: 'network_error', outcome: 'not_sent' })
})

async function startTls(options: TlsOptions, onRequest: (socket: TLSSocket) => void) {
  const server: Server = createServer({ ...certificate('valid'), ...options }, (socket) => {
    socket.on('error', () => {})
    socket.once('data', () => onRequest(socket))
  })
  server.on('tlsClientError', () => {})
  await once(server.listen(0, '127.0.0.1'), 'listening')
  onTestFinished(() => void server.close())
  return { origin: `https://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

test('V342: TLS 1.1 is not spoken', async () => {
  const server = await startTls(
    { maxVersion: 'TLSv1.1', minVersion: 'TLSv1', ciphers: 'ALL:@SECLEVEL=0' },
    () => {},
  )
  const error = await failureOf(guardOf(server)(new Request(server.origin)))
  expect(error).toMatchObject({ code: 'network_error', outcome: 'not_sent' })
})

test('V342: a server that wants to renegotiate gets no second handshake', async () => {
  let renegotiated = false
  const server = await startTls({ maxVersion: 'TLSv1.2' }, (socket) => {
    socket.renegotiate({ rejectUnauthorized: false }, (error) => {
      renegotiated = !error
    })
    socket.end(CREATED)
  })
  await guardOf(server)(new Request(server.origin)).catch(() => {})
  expect(renegotiated).toBe(false)
})

test('V343: a certificate of the client is shown to its origin alone', async () => {
  const shown: boolean[] = []
  const start = () =>
    startTls({ requestCert: true, rejectUnauthorized: false }, (socket) => {
      shown.push(Object.keys(socket.getPeerCertificate() ?? {}).length > 0)
      socket.end(CREATED)
    })
  const [pinned, other] = await Promise.all([start(), start()])
  const allow = [pinned, other].map(({ origin }) => new URL(origin).host)
  const clientCertificate = { ...certificate('valid'), origin: pinned.origin }
  const fetch = guardedFetch({ allow, ca: authority, clientCertificate })
  const register = ({ origin }: { origin: string }) =>
    new DcrClient({ issuer: origin, registration_endpoint: `${origin}/r` }, { fetch }).register(METADATA)
  await register(pinned)
  await register(other)
  await register(pinned)
  expect(shown).toEqual([true, false, true])
})

test('a name is told to the server, without the dot at its end', async () => {
  const names: (string | false | null)[] = []
  const server = await startTls({}, (socket) => {
    names.push(socket.servername)
    socket.end(CREATED)
  })
  const { port } = new URL(server.origin)
  const guard = guardedFetch({
    allow: [`localhost:${port}`, `127.0.0.1:${port}`],
    ca: authority,
    lookup: async () => ['127.0.0.1'],
  })
  for (const host of ['localhost', 'localhost.', '127.0.0.1'])
    await guard(new Request(`https://${host}:${port}/`))
  expect(names).toEqual(['localhost', 'localhost', false])
})
