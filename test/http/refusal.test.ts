import { afterEach, describe, expect, test, vi } from 'vitest'
import type { ErrorCode, OAuthError, Outcome } from '../../src/errors.js'
import { refusal } from '../../src/http/refusal.js'
import type { Provider } from '../../src/providers/provider.js'

/* What is read out of an answer that is no, and what of it is shown. */

interface Given {
  status?: number
  headers?: Record<string, string>
  json?: unknown
  secrets?: string[]
  operation?: string
  provider?: Provider
}

function refused({ status = 400, headers, json, secrets = [], operation = 'register', provider }: Given) {
  const answer = { status, json, secrets, ...(headers && { headers: new Headers(headers) }) }
  return refusal({ operation, provider }, answer, { attempts: 1 }) as OAuthError
}

describe('the codes of statuses', () => {
  test.each<[status: number, code: ErrorCode, outcome: Outcome]>([
    [400, 'rejected', 'rejected'],
    [401, 'unauthorized', 'rejected'],
    [403, 'forbidden', 'rejected'],
    [404, 'not_found', 'rejected'],
    [405, 'not_found', 'rejected'],
    [408, 'server_error', 'unknown'],
    [429, 'rate_limited', 'rejected'],
    [499, 'rejected', 'rejected'],
    [500, 'server_error', 'unknown'],
    [501, 'not_found', 'rejected'],
    [503, 'server_error', 'unknown'],
    [599, 'server_error', 'unknown'],
  ])('%i', (status, code, outcome) => {
    const error = refused({ status })
    expect(error).toMatchObject({ status, code, outcome, attempts: 1 })
    for (const member of ['error', 'error_description', 'error_uri', 'retryAfter', 'requestId'])
      expect(error).not.toHaveProperty(member)
  })

  test.each<[status: number, retryAfter: string, outcome: Outcome]>([
    [503, '1', 'rejected'],
    [500, '1', 'unknown'],
    [408, '1', 'unknown'],
  ])('%i that says when to come back: %s', (status, after, outcome) => {
    expect(refused({ status, headers: { 'retry-after': after } })).toMatchObject({ outcome, retryAfter: 1 })
  })
})

describe('the sentence', () => {
  test.each<[Given, string]>([
    [{}, 'answered 400'],
    [{ json: { error: 'no' } }, 'answered 400 no'],
    [{ json: { error_description: 'Says why.' } }, 'answered 400 Says why'],
    [{ json: { error: 'no', error_description: 'Says why...' } }, 'answered 400 no: Says why'],
    [{ json: { error: 'a.b', error_description: 'c. d' } }, 'answered 400 a.b: c. d'],
    [{ status: 401 }, 'answered 401; the token or secret is missing, wrong or spent, or the client is gone'],
    [{ status: 403 }, 'answered 403; a policy of the server forbids it'],
    [{ status: 404 }, 'answered 404; the server does not offer it here'],
    [
      { status: 404, operation: 'get' },
      'answered 404; the server does not offer it here, or the client is gone',
    ],
    [{ status: 400, operation: 'get' }, 'answered 400'],
  ])('%j', (given, said) => {
    const { operation = 'register' } = given
    expect(refused(given).message).toBe(`${operation}: ${said}. Nothing was changed.`)
  })
})

describe('the first of what servers say', () => {
  const inObject = { status: 'in status', code: 'in code', reason: 'in reason', message: 'in message' }
  test.each<[json: unknown, error: string | undefined, description?: string]>([
    [{ error: 'a', error_code: 'b', errorCode: 'c', code: 'd' }, 'a'],
    [{ error_code: 'b', errorCode: 'c', code: 'd' }, 'b'],
    [{ errorCode: 'c', code: 'd' }, 'c'],
    [{ code: 'd' }, 'd'],
    [{ code: 0 }, '0'],
    [{ error: 400 }, '400'],
    [{ error: '', error_code: 'b' }, 'b'],
    [{ error: true, error_code: ['b'], errorCode: null }, undefined],
    [{ error: inObject, code: 'd' }, 'in status', 'in reason'],
    [{ error: { code: 'in code', message: 'in message' }, code: 'd' }, 'in code', 'in message'],
    [{ error_description: 'a', error_hint: 'b' }, undefined, 'a b'],
    [{ error_hint: 'b', errorSummary: 'c' }, undefined, 'b'],
    [{ error_description: ['a'], error_hint: 7, errorSummary: 'c' }, undefined, 'c'],
    [{ errorSummary: 'c', description: 'd', msg: 'e' }, undefined, 'c'],
    [{ description: 'd', validationErrors: ['x'], msg: 'e' }, undefined, 'd ["x"]'],
    [{ validationErrors: { a: 1 } }, undefined, '{"a":1}'],
    [{ msg: 'e', message: 'f', detail: 'g', title: 'h' }, undefined, 'e'],
    [{ message: 'f', detail: 'g', title: 'h' }, undefined, 'f'],
    [{ detail: 'g', title: 'h' }, undefined, 'g'],
    [{ title: 'h' }, undefined, 'h'],
    [['a'], undefined],
    ['a', undefined],
    [null, undefined],
  ])('%j', (json, error, description) => {
    const said = refused({ json })
    expect([said.error, said.error_description]).toEqual([error, description])
  })

  test('what is too deep to be written is left out', () => {
    let validationErrors: unknown[] = []
    for (let depth = 0; depth < 20_000; depth++) validationErrors = [validationErrors]
    expect(refused({ json: { description: 'Says why.', validationErrors } }).error_description).toBe(
      'Says why.',
    )
  })

  test('a page about the error', () => {
    expect(refused({ json: { error_uri: 'https://as.example/e' } }).error_uri).toBe('https://as.example/e')
  })

  test.each([
    ['error', 256],
    ['error_uri', 256],
    ['error_description', 1024],
  ] as const)('%s is cut after %i characters', (member, longest) => {
    expect(refused({ json: { [member]: 'x'.repeat(longest) } })[member]).toBe('x'.repeat(longest))
    expect(refused({ json: { [member]: 'x'.repeat(longest + 1) } })[member]).toBe(`${'x'.repeat(longest)}…`)
  })
})

describe('a challenge', () => {
  test.each<[challenge: string, error: string | undefined, description?: string]>([
    ['Bearer error="a", error_description="b"', 'a', 'b'],
    ['Bearer realm="r",error="a",error_description="b c"', 'a', 'b c'],
    ['Bearer error=""', undefined],
    ['Bearer error=a', undefined],
    ['Bearer my_error="a"', undefined],
    ['Bearer x-error="a"', undefined],
    ['Bearer error="a\\"b"', undefined],
    ['Bearer', undefined],
  ])('%s', (challenge, error, description) => {
    const said = refused({ status: 401, headers: { 'www-authenticate': challenge } })
    expect([said.error, said.error_description]).toEqual([error, description])
  })

  test('what the body says goes before it', () => {
    const headers = { 'www-authenticate': 'Bearer error="a", error_description="b"' }
    const said = refused({ status: 401, headers, json: { code: 'c', title: 'd' } })
    expect(said).toMatchObject({ error: 'c', error_description: 'd' })
  })
})

describe('what was sent is not shown', () => {
  const hidden = (text: string, ...secrets: string[]) =>
    refused({ json: { error_description: text }, secrets }).error_description

  test.each([
    ['as it is', 'is a+b/c=é "x" known?', 'is [redacted] known?'],
    ['as in a form', 'is a%2Bb%2Fc%3D%C3%A9+%22x%22 known?', 'is [redacted] known?'],
    ['as in a URL', 'is a%2Bb%2Fc%3D%C3%A9%20%22x%22 known?', 'is [redacted] known?'],
    ['as in JSON', 'is a+b/c=é \\"x\\" known?', 'is [redacted] known?'],
    ['wherever it is', 'a+b/c=é "x"a+b/c=é "x"', '[redacted][redacted]'],
  ])('%s', (_, text, shown) => {
    expect(hidden(text, 'a+b/c=é "x"')).toBe(shown)
  })

  test('nor the end of one that another begins', () => {
    expect(hidden('abcd abcdefgh', 'abcd', 'abcdefgh')).toBe('[redacted] [redacted]')
    expect(hidden('abcd abcdefgh', 'abcdefgh', 'abcd')).toBe('[redacted] [redacted]')
  })

  test('but what is shorter than four characters, which is in every word', () => {
    expect(hidden('abc abcd', 'abc', 'abcd')).toBe('abc [redacted]')
    expect(hidden('anything', '')).toBe('anything')
  })

  test('in an error code either, unless it is one of the specifications', () => {
    const codeOf = (text: string) => refused({ json: { error: text }, secrets: ['invalid_client'] }).error
    expect(codeOf('invalid_client')).toBe('invalid_client')
    expect(codeOf('not_invalid_client')).toBe('not_[redacted]')
    expect(codeOf('invalid_clients')).toBe('[redacted]s')
  })

  test.each([
    ...['invalid_request', 'invalid_client', 'invalid_grant', 'invalid_scope', 'invalid_token'],
    ...['invalid_redirect_uri', 'invalid_client_metadata', 'invalid_software_statement', 'server_error'],
    ...['unauthorized_client', 'unsupported_grant_type', 'insufficient_scope', 'access_denied'],
    'unapproved_software_statement',
  ])('%s is a word of the specifications', (word) => {
    expect(refused({ json: { error: word }, secrets: [word] }).error).toBe(word)
  })

  test('before it is cut, so that no part of it is left', () => {
    const text = `${'x'.repeat(1020)}secret-canary`
    expect(hidden(text, 'secret-canary')).toBe(`${'x'.repeat(1020)}[red…`)
  })
})

describe('when to come back', () => {
  afterEach(() => vi.useRealTimers())
  const secondsOf = (header: string, status = 429) =>
    refused({ status, headers: { 'retry-after': header } }).retryAfter

  test.each<[string, number | undefined]>([
    ['0', 0],
    ['120', 120],
    ['9999999999', 9_999_999_999],
    ['99999999999', undefined],
    ['1.5', undefined],
    ['-1', undefined],
    ['1s', undefined],
    ['x1', undefined],
    ['', undefined],
    ['Sun, 06 Nov 1994 08:49:37 GMT', 0],
    ['Sun, 06 Nov 1994 08:49:37 GMT+1', undefined],
    ['on Sun, 06 Nov 1994 08:49:37 GMT', undefined],
    ['SUN, 06 Nov 1994 08:49:37 GMT', undefined],
    ['Sun, 06 NOV 1994 08:49:37 GMT', undefined],
    ['Sun, 6 Nov 1994 08:49:37 GMT', undefined],
    ['Sun, 06 Xyz 1994 08:49:37 GMT', undefined],
    ['1994-11-06T08:49:37Z', undefined],
  ])('Retry-After: %s', (header, seconds) => {
    expect(secondsOf(header)).toBe(seconds)
  })

  test('a date is told in whole seconds, and never too early', () => {
    vi.useFakeTimers({ now: Date.parse('2026-01-01T00:00:00.500Z') })
    expect(secondsOf('Thu, 01 Jan 2026 00:01:00 GMT')).toBe(60)
    expect(secondsOf('Thu, 01 Jan 2026 00:00:01 GMT')).toBe(1)
    expect(secondsOf('Thu, 01 Jan 2026 00:00:00 GMT')).toBe(0)
  })

  test('of every refusal', () => {
    expect(secondsOf('7', 400)).toBe(7)
  })

  test.each<[headers: Record<string, string>, status: number, seconds: number | undefined]>([
    [{ 'x-retry-after': '7' }, 429, 7],
    [{ 'ratelimit-reset': '7' }, 429, 7],
    [{ 'x-retry-after': '7', 'ratelimit-reset': '8' }, 429, 7],
    [{ 'retry-after': '6', 'x-retry-after': '7', 'ratelimit-reset': '8' }, 429, 6],
    [{ 'retry-after': 'soon', 'ratelimit-reset': '8' }, 429, 8],
    [{ 'ratelimit-reset': '99999' }, 429, 99_999],
    [{ 'ratelimit-reset': '100000' }, 429, undefined],
    [{ 'ratelimit-reset': '1s' }, 429, undefined],
    [{ 'ratelimit-reset': 'x1' }, 429, undefined],
    [{}, 429, undefined],
    [{ 'ratelimit-reset': '7' }, 503, undefined],
  ])('%j, %i', (headers, status, seconds) => {
    expect(refused({ status, headers }).retryAfter).toBe(seconds)
  })

  test('an answer whose headers are not known', () => {
    expect(refused({ status: 429 })).not.toHaveProperty('retryAfter')
  })
})

describe('the words of a provider', () => {
  const provider: Provider = { name: 'own', errors: { E1: 'forbidden', E2: 'server_error' } }

  test.each<[status: number, error: string, code: ErrorCode, outcome: Outcome]>([
    [400, 'E1', 'forbidden', 'rejected'],
    [499, 'E1', 'forbidden', 'rejected'],
    [500, 'E1', 'server_error', 'unknown'],
    [400, 'E2', 'server_error', 'rejected'],
    [400, 'E3', 'rejected', 'rejected'],
    [400, 'toString', 'rejected', 'rejected'],
  ])('%i %s is %s', (status, error, code, outcome) => {
    expect(refused({ status, json: { error }, provider })).toMatchObject({ code, outcome, error })
  })

  test('of a provider that has none, and of an answer that says nothing', () => {
    expect(refused({ json: { error: 'E1' }, provider: { name: 'own' } }).code).toBe('rejected')
    expect(refused({ provider }).code).toBe('rejected')
  })
})

describe('the number of the request', () => {
  test.each([
    'x-request-id',
    'x-correlation-id',
    'x-okta-request-id',
    'x-amzn-requestid',
    'x-ms-request-id',
    'x-trace-id',
    'cf-ray',
  ])('is taken from %s', (name) => {
    expect(refused({ headers: { [name]: 'b7e3-1' } }).requestId).toBe('b7e3-1')
  })

  test('is that of the server before that of what stands before it', () => {
    expect(refused({ headers: { 'cf-ray': 'edge', 'x-request-id': 'server' } }).requestId).toBe('server')
  })

  test('is cut, and shows nothing that was sent', () => {
    expect(refused({ headers: { 'x-request-id': 'a'.repeat(300) } }).requestId).toMatch(/^a{256}…?$/)
    const repeated = refused({ headers: { 'x-request-id': 'id of the-token' }, secrets: ['the-token'] })
    expect(repeated.requestId).not.toContain('the-token')
  })
})
