import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { DcrError, Outcome } from '../../src/errors.js'
import { openCall } from '../../src/http/call.js'
import type { RequestOptions } from '../../src/http/options.js'
import { type Exchange, request } from '../../src/http/request.js'
import type { Provider } from '../../src/providers/provider.js'

/* When a request is sent again, and after how long: by a clock of the test, and a fetch that does what it is told. */

type Step = () => Response

const answers =
  (status: number, headers: Record<string, string> = {}, body?: object): Step =>
  () =>
    new Response(body ? JSON.stringify(body) : null, {
      status,
      headers: { 'content-type': 'application/json', ...headers },
    })
const fails =
  (code: string): Step =>
  () => {
    throw new TypeError('fetch failed', { cause: Object.assign(new Error('no'), { code }) })
  }
const comesBack = (status: number, seconds: number) => answers(status, { 'retry-after': `${seconds}` })
const ok = answers(200, {}, { client_id: 'c1' })
const UNREACHABLE = fails('ECONNREFUSED')
const SILENCE = fails('UND_ERR_SOCKET')

/** Half of the longest wait before each attempt: 150 ms before the second, 300 ms before the third. */
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
  vi.spyOn(Math, 'random').mockReturnValue(0.5)
})
afterEach(() => void vi.useRealTimers())

const url = new URL('https://as.example/register')

interface Given extends Partial<Exchange> {
  options?: RequestOptions
  provider?: Provider
}

/** What a request came to, when it was sent, and with which `Authorization`. */
async function run(steps: readonly Step[], { options, provider, method = 'POST', ...exchange }: Given = {}) {
  const began = performance.now()
  const sent: number[] = []
  const authorizations: (string | null)[] = []
  const fetch = async ({ headers }: Request) => {
    const step = steps[sent.length] ?? expect.fail('it was sent too often')
    sent.push(performance.now() - began)
    authorizations.push(headers.get('authorization'))
    return step()
  }
  const call = { ...openCall('register', { fetch, ...options }), provider }
  const settled = request({ method, url, ...exchange }, call).then(
    (answer) => ({ answer, error: undefined }),
    (error: DcrError) => ({ answer: undefined, error }),
  )
  // No longer than the deadline of a call, and a wait more.
  await vi.advanceTimersByTimeAsync(60_000)
  return { ...(await settled), sent, authorizations }
}

describe('what never reached the server is sent three times', () => {
  test.each(['GET', 'POST', 'PUT', 'DELETE'] as const)('%s', async (method) => {
    const { error, sent } = await run([UNREACHABLE, UNREACHABLE, UNREACHABLE], { method })
    expect(error).toMatchObject({ code: 'network_error', outcome: 'not_sent', attempts: 3 })
    expect(sent).toEqual([0, 150, 450])
  })

  test('until it is done', async () => {
    const { answer, sent } = await run([UNREACHABLE, ok])
    expect(answer).toMatchObject({ status: 200, json: { client_id: 'c1' }, details: { attempts: 2 } })
    expect(sent).toEqual([0, 150])
  })

  test.each(['ENOTFOUND', 'CERT_HAS_EXPIRED'])('but for a reason that stays: %s', async (code) => {
    const { error, sent } = await run([fails(code)])
    expect(error).toMatchObject({ outcome: 'not_sent', attempts: 1 })
    expect(sent).toEqual([0])
  })

  test('and the wait is anything up to 300 ms, and twice that', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0.1)
    expect((await run([UNREACHABLE, UNREACHABLE, ok])).sent).toEqual([0, 30, 90])
    vi.spyOn(Math, 'random').mockReturnValue(1)
    expect((await run([UNREACHABLE, UNREACHABLE, ok])).sent).toEqual([0, 300, 900])
  })
})

describe('after silence, or of a failing server', () => {
  const rows: [name: string, step: Step][] = [
    ['silence', SILENCE],
    ['500', answers(500)],
    ['503', answers(503)],
    ['500 that says when to come back', comesBack(500, 1)],
    ['408', answers(408)],
  ]
  test.each(rows)('%s: what is harmless twice is sent twice', async (_, step) => {
    for (const method of ['GET', 'DELETE'] as const) {
      const { error, sent } = await run([step, step], { method })
      expect(error).toMatchObject({ outcome: 'unknown', attempts: 2 })
      expect(sent).toEqual([0, 150])
    }
  })

  test.each(rows)('%s: what is not is sent once', async (_, step) => {
    for (const method of ['POST', 'PUT'] as const) {
      const { error, sent } = await run([step], { method })
      expect(error).toMatchObject({ outcome: 'unknown', attempts: 1 })
      expect(sent).toEqual([0])
    }
  })

  test('where reading rotates the token, a read is sent once, and a deletion twice', async () => {
    const provider = { name: 'own', rotatesOnRead: true }
    expect((await run([SILENCE], { method: 'GET', provider })).error).toMatchObject({ attempts: 1 })
    const deleted = await run([SILENCE, SILENCE], { method: 'DELETE', provider })
    expect(deleted.error).toMatchObject({ attempts: 2 })
    const other = await run([SILENCE, SILENCE], { method: 'GET', provider: { name: 'own' } })
    expect(other.error).toMatchObject({ attempts: 2 })
  })

  test('what was silent once is not sent a third time, though it could not be reached the second time', async () => {
    const { error, sent } = await run([SILENCE, UNREACHABLE], { method: 'GET' })
    expect(error).toMatchObject({ code: 'network_error', outcome: 'unknown', attempts: 2 })
    expect(sent).toEqual([0, 150])
  })

  test('what an earlier request may have done counts', async () => {
    const { error } = await run([UNREACHABLE], { earlier: 'unknown' })
    expect(error).toMatchObject({ code: 'network_error', outcome: 'unknown', attempts: 1 })
    const harmless = await run([UNREACHABLE, UNREACHABLE], { method: 'DELETE', earlier: 'unknown' })
    expect(harmless.error).toMatchObject({ outcome: 'unknown', attempts: 2 })
  })
})

describe('a server that says when to come back', () => {
  test.each([429, 503])('%i: three times, whatever it is', async (status) => {
    for (const method of ['GET', 'POST', 'PUT', 'DELETE'] as const) {
      const step = comesBack(status, 2)
      const { error, sent } = await run([step, step, step], { method })
      expect(error).toMatchObject({ status, outcome: 'rejected', attempts: 3, retryAfter: 2 })
      expect(sent).toEqual([0, 2000, 4000])
    }
  })

  test('is believed after silence too', async () => {
    const { answer, sent } = await run([SILENCE, comesBack(429, 1), ok], { method: 'GET' })
    expect(answer).toMatchObject({ status: 200 })
    expect(sent).toEqual([0, 150, 1150])
  })

  test.each([400, 401, 403, 404])('%i: is not asked again', async (status) => {
    const { error, sent } = await run([comesBack(status, 0)], { method: 'GET' })
    expect(error).toMatchObject({ status, retryAfter: 0, attempts: 1 })
    expect(sent).toEqual([0])
  })

  test('429 that does not say when is not asked again', async () => {
    expect((await run([answers(429)], { method: 'GET' })).sent).toEqual([0])
  })
})

describe('the deadline', () => {
  test('a wait that ends with it, or after it, is not begun', async () => {
    const options = { timeout: 2000 }
    const { error, sent } = await run([comesBack(429, 2)], { options })
    expect(error).toMatchObject({ code: 'rate_limited', outcome: 'rejected', attempts: 1 })
    expect(sent).toEqual([0])
    expect((await run([comesBack(429, 3)], { options })).sent).toEqual([0])
  })

  test('one that ends before is', async () => {
    const { answer, sent } = await run([comesBack(429, 2), ok], { options: { timeout: 2001 } })
    expect(answer).toMatchObject({ status: 200 })
    expect(sent).toEqual([0, 2000])
  })
})

describe.each<[name: string, step: Step, code: string, outcome: Outcome]>([
  ['a redirect', answers(307, { location: '/elsewhere' }), 'redirect_refused', 'rejected'],
  ['400', answers(400), 'rejected', 'rejected'],
  ['403', answers(403), 'forbidden', 'rejected'],
  ['501', answers(501), 'not_found', 'rejected'],
])('%s', (_, step, code, outcome) => {
  test.each(['GET', 'POST', 'PUT', 'DELETE'] as const)('%s is sent once', async (method) => {
    const { error, sent } = await run([step], { method })
    expect(error).toMatchObject({ code, outcome, attempts: 1 })
    expect(sent).toEqual([0])
  })
})

describe('an abort while it is waited', () => {
  test.each<[outcome: Outcome, step: Step]>([
    ['not_sent', UNREACHABLE],
    ['unknown', SILENCE],
    ['rejected', comesBack(429, 5)],
  ])('what became of the request is %s', async (outcome, step) => {
    const controller = new AbortController()
    const reason = new Error('enough')
    setTimeout(() => controller.abort(reason), 100)
    const { error, sent } = await run([step], { method: 'GET', options: { signal: controller.signal } })
    expect(error).toMatchObject({ code: 'aborted', outcome, attempts: 1, cause: reason })
    expect(error?.endpoint).toBe('GET https://as.example/register')
    expect(sent).toEqual([0])
    // No timer is left behind.
    expect(vi.getTimerCount()).toBe(0)
  })
})
