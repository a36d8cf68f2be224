import { beforeEach, describe, expect, test, vi } from 'vitest'
import { DcrError, memoryStore, Registrar } from '../../src/index.js'
import { failureOf } from '../failure-of.js'
import { startFaultServer } from '../servers/fault-server.js'
import { end, readRequest, reset, send } from '../servers/fault-steps.js'
import { CREATED, connect, METADATA } from './calling.js'
import { FRESH_PROCESS, inFreshProcess } from './fresh-process.js'

/* Group F: what goes wrong before a request has reached a server. */

beforeEach(() => void vi.spyOn(Math, 'random').mockReturnValue(0))

const SERVER = {
  origin: 'https://as.example.com',
  metadata: { issuer: 'https://as.example.com', registration_endpoint: 'https://as.example.com/register' },
}

/** The error that undici makes of an error of the system. */
const fetchFailed = (members: { code: string; syscall?: string }) =>
  new TypeError('fetch failed', { cause: Object.assign(new Error('no'), members) })

describe('the system cannot connect', () => {
  test.each(['ECONNREFUSED', 'ENETUNREACH', 'EHOSTUNREACH', 'EAI_AGAIN'])(
    'F084: %s once, and then an answer',
    async (code) => {
      const server = await startFaultServer([readRequest, send(CREATED)])
      const fetch = vi.fn((request: Request) => globalThis.fetch(request))
      fetch.mockRejectedValueOnce(fetchFailed({ code, syscall: 'connect' }))
      await expect(connect(server, { fetch }).register(METADATA)).resolves.toEqual({ client_id: 'c1' })
      expect(server.requests).toBe(1)
    },
  )

  const notSent = async (code: string) => {
    const fetch = vi.fn(() => Promise.reject(fetchFailed({ code, syscall: 'connect' })))
    const error = await failureOf(connect(SERVER, { fetch }).register(METADATA))
    expect(error).toMatchObject({ code: 'network_error', outcome: 'not_sent' })
  }
  test.each(['EMFILE', 'ENFILE'])('F088: connect %s: nothing was sent', notSent)
  test.each(['ECONNRESET', 'ETIMEDOUT', 'EADDRNOTAVAIL', 'EACCES', 'EPERM'])(
    'F086: connect %s: nothing was sent',
    notSent,
  )
})

test('F086: RST as soon as it is accepted: it is sent again only if it was told before the connection was', async () => {
  const server = await startFaultServer([reset], [readRequest, send(CREATED)])
  const result = await connect(server, { timeout: 2000 })
    .register(METADATA)
    .catch((error: DcrError) => error)
  if (result instanceof DcrError) expect(result).toMatchObject({ outcome: 'unknown', attempts: 1 })
  else expect(result).toEqual({ client_id: 'c1' })
  expect(server.requests).toBe(result instanceof DcrError ? 0 : 1)
})

test(
  'F087: the first request of a process, to a server that accepts and closes, ends by the deadline',
  async () => {
    const server = await startFaultServer([end], [readRequest, send(CREATED)])
    const error = await inFreshProcess(`
    const dcr = new DcrClient(${JSON.stringify(server.metadata)}, { allowInsecureRequests: true })
    const failed = tell(dcr.register({}, { timeout: 500 }))
    return { inTime: await endsBy(500, failed), ...(await failed) }`)
    expect(error).toMatchObject({ inTime: true, outcome: 'unknown', attempts: 1 })
    expect(error.code).toMatch(/^(timeout|network_error)$/)
    expect(server.connections).toHaveLength(1)
  },
  FRESH_PROCESS,
)

test(
  'F088: no file is left for a socket: nothing was sent',
  async () => {
    const server = await startFaultServer([readRequest, send(CREATED)])
    const [failed, registered] = await inFreshProcess(
      `const { openSync, closeSync } = await import('node:fs')
    const dcr = new DcrClient(${JSON.stringify(server.metadata)}, { allowInsecureRequests: true })
    // What a first request loads is loaded before there is nothing left to open.
    await fetch('data:,')
    const open = []
    const fetchWithoutFiles = (request) => {
      try { for (;;) open.push(openSync('/dev/null')) } catch {}
      return fetch(request)
    }
    const failed = await tell(dcr.register({}, { fetch: fetchWithoutFiles }))
    open.forEach((file) => closeSync(file))
    return [failed, await tell(dcr.register({}))]`,
      { files: 256 },
    )
    expect(failed).toMatchObject({ code: 'network_error', outcome: 'not_sent', cause: { code: 'EMFILE' } })
    expect(registered).toEqual({ client_id: 'c1' })
    expect(server.connections).toHaveLength(1)
  },
  FRESH_PROCESS,
)

test('F089: aborted before the start, with a store: nothing is sent, and nothing kept', async () => {
  const server = await startFaultServer()
  const store = memoryStore()
  const reason = new Error('never mind')
  const signal = AbortSignal.abort(reason)
  const registrar = new Registrar({ store, allowInsecureRequests: true })
  for (const call of [
    () => registrar.ensure(server.metadata, METADATA, { signal }),
    () => connect(server, { store }).register(METADATA, { signal }),
  ]) {
    expect(await failureOf(call())).toMatchObject({ code: 'aborted', outcome: 'not_sent', cause: reason })
  }
  expect(server.connections).toEqual([])
  expect(await store.list()).toEqual([])
})

describe('an initial access token', () => {
  test.each([
    ['a line feed within', 'token\ncanary'],
    ['CR LF and a header within', 'token\r\nx-canary: 1'],
    ['NUL', 'token\0canary'],
    ['an emoji', 'token-canary-😀'],
    ['a space', 'token canary'],
    ['its scheme', 'Bearer token-canary'],
    ['a letter beyond ASCII', 'token-canary-é'],
    ['nothing', ''],
    ['two line breaks at its end', 'token-canary\n\n'],
    ['a lone surrogate', 'token-canary-\ud800'],
    ['9,000 characters', `token-canary-${'t'.repeat(9000)}`],
  ])('F092: with %s is refused, and not repeated', async (_, initialAccessToken) => {
    const server = await startFaultServer()
    const error = await failureOf(connect(server, { initialAccessToken }).register(METADATA))
    expect(error.outcome).toBe('not_sent')
    expect(error.code).toMatch(/^(invalid_argument|missing_credential)$/)
    expect(`${error.stack} ${JSON.stringify(error)}`).not.toContain('canary')
    expect(server.connections).toEqual([])
  })

  test.each([
    ['a line feed at its end', 'token-1\n', 'token-1'],
    ['CR LF at its end', 'token-1\r\n', 'token-1'],
    ['8,000 characters', 't'.repeat(8000), 't'.repeat(8000)],
  ])('F092: with %s is sent', async (_, initialAccessToken, sent) => {
    const server = await startFaultServer([readRequest, send(CREATED)])
    await connect(server, { initialAccessToken }).register(METADATA)
    expect(`${server.connections[0]?.received}`.match(/^authorization: Bearer (\S+)\r$/im)?.[1]).toBe(sent)
  })
})

test('F091: a body of 10,000 redirect URIs is refused', async () => {
  const server = await startFaultServer()
  const redirect_uris = Array.from({ length: 10_000 }, (_, index) => `https://app.example.com/${index}`)
  const error = await failureOf(connect(server).register({ redirect_uris }))
  expect(error).toMatchObject({ code: 'invalid_argument', outcome: 'not_sent' })
  expect(server.connections).toEqual([])
})
