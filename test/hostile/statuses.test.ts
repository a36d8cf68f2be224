import { beforeEach, describe, expect, test, vi } from 'vitest'
import type { OAuthError } from '../../src/index.js'
import { failureOf } from '../failure-of.js'
import { type FaultScript, startFaultServer } from '../servers/fault-server.js'
import { readRequest, send } from '../servers/fault-steps.js'
import { answerOf, CREATED, connect, METADATA } from './calling.js'

/* Group K: registrations that are answered with no. */

beforeEach(() => void vi.spyOn(Math, 'random').mockReturnValue(0))

/** A registration that is refused; a second one would be answered well. */
async function refused(status: number, json: unknown = '', ...headers: string[]): Promise<OAuthError> {
  const answer: FaultScript = [readRequest, send(answerOf(`${status} No`, json, ...headers))]
  const server = await startFaultServer(answer, [readRequest, send(CREATED)])
  const dcr = connect(server, { initialAccessToken: 'token-canary-1' })
  const error = (await failureOf(dcr.register(METADATA))) as OAuthError
  expect(error).toMatchObject({ name: 'OAuthError', status, attempts: 1 })
  expect(server.requests).toBe(1)
  return error
}

describe('the words of RFC 7591', () => {
  test.each([
    'invalid_redirect_uri',
    'invalid_client_metadata',
    'invalid_software_statement',
    'unapproved_software_statement',
  ])('K171: 400 %s', async (error) => {
    const error_description = 'The reason.'
    expect(await refused(400, { error, error_description })).toMatchObject({
      code: 'rejected',
      outcome: 'rejected',
      error,
      error_description,
    })
  })

  test.each(['unheard_of', 'INVALID', 'a b', '42'])('K172: 400 with the unknown word %s', async (error) => {
    expect(await refused(400, { error })).toMatchObject({ code: 'rejected', outcome: 'rejected', error })
  })

  test.each<[string, unknown]>([
    ['a page', '<html><script>alert("canary")</script></html>'],
    ['nothing', ''],
    ['an object for its error', { error: { a: 'canary' } }],
    ['a list for its error', { error: ['canary'] }],
    ['null for its error', { error: null }],
    ['a list', ['canary']],
    ['a number', 42],
    ['JSON that is cut', '{"error":"canary'],
    ['bytes', '\0\x01\x02canary'],
  ])('K173: 400 with %s', async (_, body) => {
    const error = await refused(400, body)
    expect(error).toMatchObject({ code: 'rejected', outcome: 'rejected' })
    expect(error.error).toBeUndefined()
    expect(error.message).not.toContain('canary')
  })
})

describe('statuses', () => {
  const rejected: [number: string, status: number, code: string, headers: string[]][] = [
    ['K174', 401, 'unauthorized', []],
    ['K174', 401, 'unauthorized', ['www-authenticate: Bearer realm="as", error="invalid_token"']],
    ['K174', 401, 'unauthorized', ['www-authenticate: Basic realm="as"']],
    ['K176', 403, 'forbidden', []],
    ['K176', 404, 'not_found', []],
    ['K176', 405, 'not_found', ['allow: GET']],
    ['K177', 413, 'rejected', []],
    ['K177', 415, 'rejected', []],
    ['K177', 402, 'rejected', []],
    ['K177', 406, 'rejected', []],
    ['K177', 409, 'rejected', []],
    ['K177', 410, 'rejected', []],
    ['K177', 411, 'rejected', []],
    ['K177', 414, 'rejected', []],
    ['K177', 418, 'rejected', []],
    ['K177', 422, 'rejected', []],
    ['K177', 426, 'rejected', []],
    ['K177', 431, 'rejected', []],
    ['K177', 451, 'rejected', []],
    ['K177', 499, 'rejected', []],
    ['K179', 429, 'rate_limited', []],
  ]
  test.each(rejected)('%s: %i is a no (%s)', async (_, status, code, headers) => {
    expect(await refused(status, '', ...headers)).toMatchObject({ code, outcome: 'rejected' })
  })

  test.each([408, 500, 502, 503, 504, 505, 507, 508, 511, 520, 522, 524, 530, 599, 600, 999])(
    'K182: after %i nobody knows',
    async (status) => {
      const error = await refused(status, { error: 'invalid_client_metadata' })
      expect(error).toMatchObject({ code: 'server_error', outcome: 'unknown' })
    },
  )
})

describe('what is kept of an explanation', () => {
  test.each([1025, 10_000, 60_000])('K188: no more than 1,024 of %i characters', async (length) => {
    const error_description = 'x'.repeat(length)
    const error = await refused(400, { error: 'e', error_description })
    expect(error.error_description?.match(/x/g)?.length).toBeLessThanOrEqual(1024)
    expect(error.error_description?.length).toBeLessThanOrEqual(1024 + '…'.length)
  })

  test.each<[string, (token: string) => string]>([
    ['as it is', (token) => token],
    ['in a header', (token) => `Authorization: Bearer ${token}`],
    ['twice', (token) => `${token}${token}`],
    ['in percent', (token) => `?access_token=${encodeURIComponent(token)}`],
    ['in JSON', (token) => JSON.stringify({ token })],
  ])('K189: our token is left out of it, %s', async (_, spell) => {
    const said = spell('token-canary-1')
    const error = await refused(400, { error: said, error_description: said, error_uri: said })
    expect(`${error.stack} ${JSON.stringify(error)}`).not.toContain('canary')
    expect(error.error_description).toContain('[redacted]')
  })

  test.each([
    ['a terminal sequence', '\u001b[2J\u001b]0;title\u0007'],
    ['a line break', 'fine\r\nERROR: not fine'],
    ['a C1 sequence', '\u009b31m'],
    ['a right-to-left override', '\u202egnp.exe'],
    ['what has no width', 'a\u200bb'],
    ['tags', '\u{e0041}'],
    ['a lone surrogate', '\ud800'],
    ['NUL', '\0'],
  ])('N242: %s is made visible', async (_, error_description) => {
    const error = await refused(400, { error: 'e', error_description })
    expect(error.message).toMatch(/^\P{C}+$/u)
    expect(error.error_description).toMatch(/^\P{C}+$/u)
  })
})

test('K177: after 421 a runtime may ask once more by itself, on another connection, and no more than that', async () => {
  const misdirected: FaultScript = [readRequest, send(answerOf('421 No', '', 'connection: close'))]
  const server = await startFaultServer(misdirected, misdirected, misdirected)
  const error = await failureOf(connect(server).register(METADATA))
  expect(error).toMatchObject({ code: 'rejected', outcome: 'rejected', attempts: 1 })
  expect(server.requests).toBeLessThanOrEqual(2)
})

test('K191: how often it was sent is told', async () => {
  const busy: FaultScript = [readRequest, send(answerOf('429 No', '', 'retry-after: 0', 'connection: close'))]
  const server = await startFaultServer(busy, busy, busy)
  const error = await failureOf(connect(server).register(METADATA))
  expect(error).toMatchObject({ code: 'rate_limited', outcome: 'rejected', attempts: 3 })
  expect(server.requests).toBe(3)
})
