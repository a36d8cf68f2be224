import type { ServerResponse } from 'node:http'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { DcrClient, type DcrError, discover, type RequestOptions, type Warning } from '../src/index.js'
import { eventually } from './eventually.js'
import { inTime } from './in-time.js'
import { type DocumentServer, startDocumentServer } from './servers/documents.js'
import { freePort } from './servers/free-port.js'

let server: DocumentServer
let origin: string
const loopback: RequestOptions = { allowInsecureRequests: true }

// One for each test: what is given up at the end of one reaches its server later.
beforeEach(async () => {
  server = await startDocumentServer()
  origin = server.origin
})
afterEach(() => server.close())

const oauth = '/.well-known/oauth-authorization-server'
const openid = '/.well-known/openid-configuration'
const document = (issuer: string, members: object = {}) => ({
  issuer,
  registration_endpoint: `${issuer}/register`,
  ...members,
})

async function failure(issuer: string | URL, options: RequestOptions = {}): Promise<DcrError> {
  const result = await discover(issuer, { ...loopback, ...options }).catch((error: DcrError) => error)
  if (!(result instanceof Error)) throw new Error('discovery succeeded')
  return result
}

describe('where the document is', () => {
  test.each([
    ['a root issuer, RFC 8414', '', oauth],
    ['a root issuer, OpenID Connect', '', openid],
    ['E063: a path issuer, RFC 8414', '/t1', `${oauth}/t1`],
    ['E063: a path issuer, OpenID Connect appended', '/t1', `/t1${openid}`],
    ['E063: a path issuer, OpenID Connect inserted', '/t1', `${openid}/t1`],
    ['a path issuer, RFC 8414 appended', '/t1', `/t1${oauth}`],
    ['a deep path', '/realms/one', `/realms/one${openid}`],
  ])('%s', async (_name, path, at) => {
    const issuer = origin + path
    server.serve({ [at]: document(issuer, { scopes_supported: ['openid'] }) })
    const asked: string[] = []
    const recording = (request: Request) => {
      asked.push(request.url.slice(origin.length))
      return fetch(request)
    }
    const found = await discover(issuer, { ...loopback, fetch: recording })
    expect(found).toEqual(document(issuer, { scopes_supported: ['openid'] }))
    expect(asked).toEqual(
      path ? [`${oauth}${path}`, `${openid}${path}`, `${path}${openid}`, `${path}${oauth}`] : [oauth, openid],
    )
  })

  test('an issuer may be a URL object', async () => {
    server.serve({ [oauth]: document(origin) })
    const warned = vi.fn()
    expect((await discover(new URL(origin), { ...loopback, onWarning: warned })).issuer).toBe(origin)
    expect(warned).not.toHaveBeenCalled()
  })

  test('an issuer that ends with a slash is asked for without it', async () => {
    server.serve({ [`${oauth}/t1`]: document(`${origin}/t1/`) })
    expect((await discover(`${origin}/t1/`, loopback)).issuer).toBe(`${origin}/t1/`)
  })
})

describe('which document wins', () => {
  const named = (name: string, members: object = {}) =>
    document(`${origin}/t`, { service_documentation: name, ...members })
  const paths = [`${oauth}/t`, `${openid}/t`, `/t${openid}`, `/t${oauth}`] as const

  test.each([
    ['all of them: RFC 8414', [0, 1, 2, 3], 0],
    ['without it: OpenID Connect inserted', [1, 2, 3], 1],
    ['OpenID Connect appended', [2, 3], 2],
    ['the last', [3], 3],
  ])('%s', async (_name, present, winner) => {
    server.serve(Object.fromEntries(present.map((index) => [paths[index], named(`${index}`)])))
    expect((await discover(`${origin}/t`, loopback)).service_documentation).toBe(`${winner}`)
  })

  test('one without a registration endpoint does not hide one that has it', async () => {
    server.serve({ [paths[0]]: named('0', { registration_endpoint: undefined }), [paths[2]]: named('2') })
    expect((await discover(`${origin}/t`, loopback)).service_documentation).toBe('2')
  })

  test('E067: where none has a registration endpoint, the first, and none is guessed', async () => {
    const bare = { registration_endpoint: undefined }
    server.serve({ [paths[1]]: named('1', bare), [paths[2]]: named('2', bare) })
    const found = await discover(`${origin}/t`, loopback)
    expect(found.service_documentation).toBe('1')
    await expect(new DcrClient(found, loopback).register({})).rejects.toMatchObject({
      code: 'registration_not_supported',
    })
  })

  test('E066: documents are not merged', async () => {
    server.serve({ [paths[0]]: named('0'), [paths[1]]: named('1', { token_endpoint: `${origin}/token` }) })
    expect(await discover(`${origin}/t`, loopback)).not.toHaveProperty('token_endpoint')
  })

  test.each<[string, (response: import('node:http').ServerResponse) => void]>([
    [
      'E064: HTML',
      (response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><p>Hello'),
    ],
    ['broken JSON', (response) => response.writeHead(200).end('{"issuer":')],
    ['a list', (response) => response.writeHead(200).end('[]')],
    ['nothing', (response) => response.writeHead(200).end()],
    ['E064: 500', (response) => response.writeHead(500).end()],
    ['D053: a redirect', (response) => response.writeHead(302, { location: '/login' }).end()],
    [
      'E059: another issuer',
      (response) => response.writeHead(200).end(JSON.stringify(document('https://evil.example.com'))),
    ],
    ['a closed connection', (response) => response.destroy()],
  ])('%s at the first path does not hide the next', async (_name, answer) => {
    server.serve({ [paths[0]]: answer, [paths[1]]: named('1') })
    expect((await discover(`${origin}/t`, loopback)).service_documentation).toBe('1')
  })

  test('what is no longer wanted is cancelled', async () => {
    // It answers when the others have been asked, too: what is given up before that, the server never hears of.
    const last = async (response: ServerResponse) => {
      await eventually(() => expect(server.asked).toEqual(expect.arrayContaining([paths[1], paths[2]])))
      response.end(JSON.stringify(named('0')))
    }
    server.serve({ [paths[0]]: last, [paths[1]]: 'silence', [paths[2]]: 'silence' })
    await discover(`${origin}/t`, loopback)
    await eventually(() => expect(server.cancelled.sort()).toEqual([paths[2], paths[1]].sort()))
  })

  test('a silent path of higher precedence is not waited for until the deadline', async () => {
    server.serve({ [paths[0]]: 'silence', [paths[1]]: named('1') })
    const found = await inTime(2000, () => discover(`${origin}/t`, loopback), 3000)
    expect(found.service_documentation).toBe('1')
    await eventually(() => expect(server.cancelled).toEqual([paths[0]]))
  })
})

describe('the issuer is compared', () => {
  test.each([
    ['E061: host case', (issuer: string) => issuer.replace('localhost', 'LOCALHOST')],
    ['E061: a port of another kind', (issuer: string) => `${issuer}0`],
    ['E061: an escaped letter', (issuer: string) => issuer.replace('/t', '/%74')],
    ['E061: https instead of http', (issuer: string) => issuer.replace('http:', 'https:')],
    ['two slashes', (issuer: string) => `${issuer}//`],
    ['another path', (issuer: string) => `${issuer}2`],
  ])('%s is another issuer', async (_name, other) => {
    const issuer = `${origin.replace('127.0.0.1', 'localhost')}/t`
    server.serve({ [`${oauth}/t`]: document(other(issuer)) })
    const error = await failure(issuer)
    expect(error).toMatchObject({ code: 'issuer_mismatch', outcome: 'rejected' })
    expect(error.message).toContain(issuer)
  })

  test.each([
    ['too many', (issuer: string) => issuer, (issuer: string) => `${issuer}/`],
    ['too few', (issuer: string) => `${issuer}/`, (issuer: string) => issuer],
  ])('one trailing slash %s is tolerated, and told', async (_name, ask, answer) => {
    server.serve({ [`${oauth}/t`]: document(answer(`${origin}/t`)) })
    const warnings: Warning[] = []
    const found = await discover(ask(`${origin}/t`), {
      ...loopback,
      onWarning: (warning) => warnings.push(warning),
    })
    expect(found.issuer).toBe(answer(`${origin}/t`))
    expect(warnings.map(({ code, member }) => [code, member])).toEqual([['issuer_trailing_slash', 'issuer']])
  })

  test.each([
    ['E062: missing', undefined],
    ['E062: empty', ''],
    ['E062: a number', 1],
    ['E062: a list', ['https://as.example.com']],
    ['E062: null', null],
    ['E062: with a query', 'https://as.example.com?a=b'],
    ['E062: with a fragment', 'https://as.example.com#a'],
  ])('%s: the document is not used', async (_name, issuer) => {
    server.serve({ [oauth]: { ...document(origin), issuer } })
    expect(['discovery_failed', 'issuer_mismatch']).toContain((await failure(origin)).code)
  })

  test('what a server writes into its issuer cannot forge a line of a log', async () => {
    server.serve({ [oauth]: document('https://evil.example.com/\n\u001b[31m\u202e') })
    expect((await failure(origin)).message).toMatch(/^[\x20-\x7e…]+$/)
  })
})

describe('when there is nothing', () => {
  test('the error names every place that was asked, and what was there', async () => {
    server.serve({ [`${openid}/t`]: (response) => response.writeHead(403).end() })
    const error = await failure(`${origin}/t`)
    expect(error).toMatchObject({ code: 'discovery_failed', outcome: 'rejected' })
    for (const part of [`${oauth}/t`, `${openid}/t`, `/t${openid}`, '404', '403'])
      expect(error.message).toContain(part)
  })

  test('a server that cannot be reached is a network error, and nothing was sent', async () => {
    expect(await failure(`http://127.0.0.1:${await freePort()}`)).toMatchObject({
      code: 'network_error',
      outcome: 'not_sent',
      attempts: 3,
    })
  })

  test('a silent server ends with the deadline', async () => {
    // The clock stands still: however slow this machine is, they are asked before the deadline.
    vi.spyOn(performance, 'now').mockReturnValue(0)
    server.serve({ [oauth]: 'silence', [openid]: 'silence' })
    expect(await failure(origin, { timeout: 100 })).toMatchObject({ code: 'timeout', outcome: 'unknown' })
  })

  test('an abort ends it, with the reason as the cause', async () => {
    server.serve({ [oauth]: 'silence', [openid]: 'silence' })
    const reason = new Error('enough')
    const controller = new AbortController()
    const error = failure(origin, { signal: controller.signal })
    await eventually(() => expect(server.asked.length).toBeGreaterThan(1))
    controller.abort(reason)
    expect(await error).toMatchObject({ code: 'aborted', cause: reason })
    await eventually(() => expect(server.cancelled.length).toBeGreaterThan(1))
  })
})

test('from an issuer to a registered client it is two round trips, for every layout', async () => {
  for (const at of [`${oauth}/t`, `${openid}/t`, `/t${openid}`, `/t${oauth}`]) {
    const issuer = `${origin}/t`
    server.serve({
      [at]: document(issuer),
      '/t/register': (response) =>
        response.writeHead(201, { 'content-type': 'application/json' }).end('{"client_id":"c1"}'),
    })
    // A round ends when the first answer arrives; what was asked before that was asked at the same time.
    const rounds: number[] = []
    let answered = true
    const counting = async (request: Request) => {
      if (answered) rounds.push(0)
      answered = false
      rounds[rounds.length - 1] = (rounds.at(-1) ?? 0) + 1
      const response = await fetch(request)
      answered = true
      return response
    }
    const found = await discover(issuer, { ...loopback, fetch: counting })
    await new DcrClient(found, { ...loopback, fetch: counting }).register({
      redirect_uris: ['https://app.example.com/cb'],
    })
    expect(rounds).toEqual([4, 1])
  }
})
