import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { DcrClient, discover } from '../../src/index.js'
import { guardedFetch, type Lookup } from '../../src/node/index.js'
import { failureOf } from '../failure-of.js'
import { freePort } from '../servers/free-port.js'
import { startScripted } from '../servers/scripted.js'
import { fakeInternet } from './internet.js'

/* Where names lead: group C of the list of faults. */

const PUBLIC = '93.184.216.34'
const METADATA = { redirect_uris: ['https://app.example.com/cb'] }
const url = ({ origin }: { origin: string }, host: string) => `http://${host}:${new URL(origin).port}/`

// The wait before a request is sent again is a random part of 300 ms: here it is none.
beforeEach(() => void vi.spyOn(Math, 'random').mockReturnValue(0))

function registering(lookup: Lookup) {
  const server = { issuer: 'https://a.example', registration_endpoint: 'https://a.example/register' }
  return failureOf(new DcrClient(server, { fetch: guardedFetch({ lookup }) }).register(METADATA))
}

describe('every address of an answer is checked', () => {
  test.each([
    ['C031', ['127.0.0.1'], '127.0.0.1', 'loopback'],
    ['C032', [PUBLIC, '10.0.0.1'], '10.0.0.1', 'private'],
    ['C032', ['10.0.0.1', PUBLIC], '10.0.0.1', 'private'],
    ['C032', [PUBLIC, '2606:4700::6810:84e5', '::ffff:a9fe:a9fe'], '::ffff:a9fe:a9fe', 'link-local'],
    ['C032', [...Array(1000).fill(PUBLIC), '::1'], '::1', 'loopback'],
    ['C031', ['fe80::1%lo'], 'fe80::1%lo', 'link-local'],
    ['C031', ['::ffff:127.0.0.1%lo'], '::ffff:127.0.0.1%lo', 'loopback'],
    ['C031', ['0177.0.0.1'], '0177.0.0.1', 'invalid'],
    ['C031', ['localhost'], 'localhost', 'invalid'],
    ['C031', ['a\u001b[31m'], 'a\\u{1b}[31m', 'invalid'],
    ['C031', [`${PUBLIC}:22`], `${PUBLIC}:22`, 'invalid'],
    ['C031', [undefined as unknown as string], 'undefined', 'invalid'],
  ])('%s: %j', async (_number, addresses, address, found) => {
    const { dialed } = fakeInternet()
    const lookup = vi.fn(async () => addresses)
    const error = await registering(lookup)
    expect(error).toMatchObject({ code: 'blocked_address', outcome: 'not_sent', attempts: 1 })
    expect(error.message).toBe(
      `register: POST https://a.example/register is not connected to: a.example leads to ${address}, an address ` +
        `that is ${found}; if that is meant, allow it: guardedFetch({ allow: ['a.example:443'] }). Nothing was sent.`,
    )
    expect(dialed).toEqual([])
    expect(lookup).toHaveBeenCalledTimes(1)
  })
})

describe('what was checked is what is connected to', () => {
  test('C033: the second answer to the same question is checked as the first one was', async () => {
    const server = await startScripted({ status: 200, body: 'here' })
    const { dialed } = fakeInternet()
    const answers = [[PUBLIC], ['169.254.169.254']]
    const lookup = vi.fn(async () => answers.shift() ?? [])
    const guard = guardedFetch({ lookup })
    expect((await guard(new Request(url(server, 'a.example')))).status).toBe(200)
    expect(dialed).toEqual([[PUBLIC]])
    expect(lookup).toHaveBeenCalledTimes(1)
    const error = await failureOf(guard(new Request(url(server, 'a.example'))))
    expect(error).toMatchObject({ code: 'blocked_address', outcome: 'not_sent' })
    expect(error.message).toContain('169.254.169.254, an address that is link-local')
    expect(dialed).toHaveLength(1)
    expect(server.connections).toBe(1)
  })

  test('C033: a connection that is kept was checked, and is asked for no more', async () => {
    const server = createServer((_request, response) => response.end('here')).listen(0, '127.0.0.1')
    await once(server, 'listening')
    onTestFinished(() => server.closeAllConnections())
    onTestFinished(() => void server.close())
    const { dialed } = fakeInternet()
    const lookup = vi.fn(async () => [PUBLIC])
    const guard = guardedFetch({ lookup })
    const where = `http://a.example:${(server.address() as AddressInfo).port}/`
    for (let count = 0; count < 3; count++)
      expect(await (await guard(new Request(where))).text()).toBe('here')
    expect(dialed).toEqual([[PUBLIC]])
    expect(lookup).toHaveBeenCalledTimes(1)
  })

  test('C034: an address that was public for the discovery is not taken for one afterwards', async () => {
    const server = await startScripted()
    const issuer = url(server, 'a.example').slice(0, -1)
    const document = { issuer, registration_endpoint: `${issuer}/register` }
    const answers: string[][] = []
    const lookup = async () => answers.shift() ?? [PUBLIC]
    fakeInternet()
    // The library takes http for loopback alone: here it is the fake of a network that has no TLS.
    const guard = guardedFetch({ lookup })
    const fetch = (request: Request) => guard(new Request(request.url.replace('https:', 'http:'), request))
    const secure = issuer.replace('http:', 'https:')
    const found = { ...document, issuer: secure, registration_endpoint: `${secure}/register` }
    server.script.push({ status: 200, body: found })
    const metadata = await discover(secure, { fetch })
    answers.push(['10.0.0.5'])
    const error = await failureOf(new DcrClient(metadata, { fetch: guard }).register(METADATA))
    expect(error).toMatchObject({ code: 'blocked_address', outcome: 'not_sent' })
    expect(error.message).toContain('10.0.0.5')
    expect(server.requests.filter(({ method }) => method === 'POST')).toEqual([])
  })

  test('C036: a literal address is checked though nothing asks where it leads', async () => {
    const { begun } = fakeInternet()
    const lookup = vi.fn(async () => [PUBLIC])
    const guard = guardedFetch({ lookup })
    const error = await failureOf(guard(new Request('https://127.0.0.1/r')))
    expect(error.code).toBe('blocked_address')
    expect(begun).toEqual([])
    expect(lookup).not.toHaveBeenCalled()
  })

  test('a redirect to a private address is not followed', async () => {
    const server = await startScripted({
      status: 307,
      headers: { location: 'http://169.254.169.254/latest' },
    })
    const { begun } = fakeInternet()
    const guard = guardedFetch({ lookup: async () => [PUBLIC] })
    const answer = await guard(new Request(url(server, 'a.example'), { method: 'POST', body: 'x' }))
    expect(answer.status).toBe(307)
    expect(answer.headers.get('location')).toBe('http://169.254.169.254/latest')
    expect(begun).toEqual(['a.example'])
  })
})

describe('a name that has no address', () => {
  const failing = (code: unknown) => async () => {
    throw Object.assign(new Error('getaddrinfo SECRET'), { code })
  }

  test.each<[string, Lookup, string]>([
    ['C037: none at all', async () => [], 'ENOTFOUND'],
    ['C037: not found', failing('ENOTFOUND'), 'ENOTFOUND'],
    ['C037: a server that refuses', failing('EREFUSED'), 'EREFUSED'],
    ['something that is no code', failing('what: is this'), 'NO_ADDRESS'],
    ['no list', async () => null as unknown as string[], 'NO_ADDRESS'],
    ['nothing that is thrown', () => Promise.reject(null), 'NO_ADDRESS'],
    [
      'an error that is thrown at once',
      () => {
        throw new Error('at once')
      },
      'NO_ADDRESS',
    ],
  ])('%s: once, and nothing was sent', async (_name, given, code) => {
    fakeInternet()
    const lookup = vi.fn(given)
    const error = await registering(lookup)
    expect(error).toMatchObject({ code: 'network_error', outcome: 'not_sent', attempts: 1, cause: { code } })
    expect(error.message).toContain(`could not be reached (${code}`)
    expect(error.message).not.toContain('SECRET')
    expect(lookup).toHaveBeenCalledTimes(1)
  })

  test('C038: is asked for again where that may pass', async () => {
    const server = await startScripted({ status: 201, body: { client_id: 'c1' } })
    const lookup = vi.fn<Lookup>(failing('EAI_AGAIN'))
    lookup.mockImplementationOnce(failing('EAI_AGAIN')).mockImplementationOnce(failing('EAI_AGAIN'))
    lookup.mockImplementationOnce(async () => ['127.0.0.1'])
    const origin = server.origin.replace('127.0.0.1', 'localhost')
    const fetch = guardedFetch({ allow: [new URL(origin).host], lookup })
    const metadata = { issuer: origin, registration_endpoint: `${origin}/register` }
    const dcr = new DcrClient(metadata, { fetch, allowInsecureRequests: true })
    await expect(dcr.register(METADATA)).resolves.toEqual({ client_id: 'c1' })
    expect(lookup).toHaveBeenCalledTimes(3)
  })
})

test('the resolver of the system is asked where no other is given', async () => {
  const server = await startScripted({ status: 200, body: 'here' })
  const { port } = new URL(server.origin)
  const guard = guardedFetch({ allow: [`localhost:${port}`] })
  expect(await (await guard(new Request(url(server, 'localhost')))).text()).toBe('here')
})

describe('many addresses', () => {
  const v4 = Array.from({ length: 500 }, (_, index) => `93.184.${index >> 8}.${index & 255}`)
  const v6 = Array.from({ length: 500 }, (_, index) => `2606:4700::${index.toString(16)}`)

  test('C039: of a thousand, eight are tried at most', async () => {
    const port = await freePort()
    const { dialed } = fakeInternet()
    const guard = guardedFetch({ lookup: async () => [...v6, ...v4] })
    const error = await failureOf(guard(new Request(`http://a.example:${port}/`)))
    expect(error).toMatchObject({
      code: 'network_error',
      outcome: 'not_sent',
      cause: { code: 'ECONNREFUSED' },
    })
    expect(dialed).toEqual([[...v6.slice(0, 4), ...v4.slice(0, 4)]])
  })

  test('are tried in the order of the answer', async () => {
    const server = await startScripted({ status: 200 })
    const { dialed } = fakeInternet()
    const mixed = v4.slice(0, 3).flatMap((address, index) => [address, `${v6[index]}`])
    const guard = guardedFetch({ lookup: async () => mixed })
    await guard(new Request(url(server, 'a.example')))
    expect(dialed).toEqual([mixed])
  })
})

describe('what is allowed by host and port', () => {
  test('is let through: a literal address, and a name wherever it leads', async () => {
    const answers = Array(3).fill({ status: 200, body: 'here' })
    const server = await startScripted(...answers)
    const { host, port } = new URL(server.origin)
    const allow = [host, `AS.internal:${port}`, `db.:${port}`]
    const guard = guardedFetch({ allow, lookup: async () => ['127.0.0.1'] })
    for (const each of ['127.1', 'as.INTERNAL.', 'db']) {
      expect(await (await guard(new Request(url(server, each)))).text()).toBe('here')
    }
  })

  test('and nothing else by it', async () => {
    const server = await startScripted()
    const port = Number(new URL(server.origin).port)
    const allow = [`127.0.0.1:${port}`, `as.internal:${port}`, '[::1]:443']
    const lookup = vi.fn(async () => ['127.0.0.1'])
    const guard = guardedFetch({ allow, lookup })
    const others = [
      ...[
        `http://127.0.0.2:${port}/`,
        `http://127.0.0.1:${port + 1}/`,
        'http://127.0.0.1/',
        'https://127.0.0.1/',
      ],
      ...[`http://localhost:${port}/`, `http://[::ffff:127.0.0.1]:${port}/`, `http://a.example:${port}/`],
      ...[
        `http://x.as.internal:${port}/`,
        `http://as.internal:${port + 1}/`,
        'http://[::1]/',
        'https://[::1]:444/',
      ],
    ]
    for (const other of others) {
      const error = await failureOf(guard(new Request(other)))
      expect(error.code, other).toBe('blocked_address')
    }
    expect(lookup.mock.calls).toEqual([['a.example']])
    expect(server.connections).toBe(0)
  })

  test('the port that is left out is the one of the scheme', async () => {
    const { begun } = fakeInternet(await freePort())
    const guard = guardedFetch({ allow: ['10.0.0.1:443', '[FD00::0001]:80'] })
    for (const allowed of ['https://10.0.0.1/', 'http://[fd00::1]/']) {
      expect((await failureOf(guard(new Request(allowed)))).code).toBe('network_error')
    }
    for (const other of ['http://10.0.0.1/', 'https://[fd00::1]/']) {
      expect((await failureOf(guard(new Request(other)))).code).toBe('blocked_address')
    }
    expect(begun).toEqual(['10.0.0.1', 'fd00::1'])
  })
})

describe('this machine, where it is allowed', () => {
  test('is let through by its own names at every port', async () => {
    const server = await startScripted(...Array(3).fill({ status: 200, body: 'here' }))
    const guard = guardedFetch({ allowLoopback: true, lookup: async () => ['127.0.0.1'] })
    for (const each of ['127.0.0.1', '127.1', 'localhost']) {
      expect(await (await guard(new Request(url(server, each)))).text()).toBe('here')
    }
  })

  test('and by no name of a stranger, nor anything else private', async () => {
    const server = await startScripted()
    const guard = guardedFetch({ allowLoopback: true, lookup: async () => ['127.0.0.1'] })
    for (const each of ['a.example', 'x.localhost', '10.0.0.1', '169.254.169.254', '[::ffff:7f00:1]']) {
      expect((await failureOf(guard(new Request(url(server, each))))).code, each).toBe('blocked_address')
    }
    expect(server.connections).toBe(0)
  })
})
