import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { readBody } from '../../src/http/body.js'
import { openCall } from '../../src/http/call.js'

/* How a body is read: what it is when it is whole, and what is kept of it when it is not. */

const ENDPOINT = 'POST https://as.example/register'

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }))
afterEach(() => void vi.useRealTimers())

/** What a server does next: it sends this, is silent for so many milliseconds, fails, or is silent for ever. */
type Part = string | Uint8Array | number | Error | 'for ever'

function streamOf(parts: readonly Part[], taken: unknown[], cancel = () => {}) {
  const left = [...parts]
  const pull = async (controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> => {
    const part = left.shift()
    if (part === undefined) return controller.close()
    if (part === 'for ever') return new Promise(() => {})
    if (part instanceof Error) throw part
    if (typeof part === 'number') {
      await new Promise((resolve) => setTimeout(resolve, part))
      return pull(controller)
    }
    taken.push(part)
    controller.enqueue(typeof part === 'string' ? new TextEncoder().encode(part) : part)
  }
  return new ReadableStream<Uint8Array>({ pull, cancel }, { highWaterMark: 0 })
}

interface Given {
  bodyBytes?: number
  length?: string
  timeout?: number
  signal?: AbortSignal
  cancel?: () => void
}

async function read(
  parts: readonly Part[] | null,
  { bodyBytes = 100, length, cancel, ...options }: Given = {},
) {
  const taken: unknown[] = []
  const connection = new AbortController()
  const headers: Record<string, string> = length === undefined ? {} : { 'content-length': length }
  const response = new Response(parts && streamOf(parts, taken, cancel), { headers })
  const call = openCall('register', { limits: { bodyBytes, idle: 50 }, ...options })
  const reading = readBody(response, ENDPOINT, connection, call)
  await vi.advanceTimersByTimeAsync(1000)
  const { text, flaw } = await reading
  return { text, flaw, taken, isEnded: connection.signal.aborted }
}

describe('a body that is whole', () => {
  const é = new TextEncoder().encode('é')
  test.each<[name: string, parts: Part[] | null, text: string]>([
    ['none', null, ''],
    ['one of nothing', [], ''],
    ['one of a single part', ['abc'], 'abc'],
    ['one of many parts, in their order', ['a', 'bc', 'def', 'g'], 'abcdefg'],
    ['characters that come in two parts', ['a', é.subarray(0, 1), é.subarray(1), 'b'], 'aéb'],
    ['as much as is allowed', ['x'.repeat(60), 'y'.repeat(40)], 'x'.repeat(60) + 'y'.repeat(40)],
    ['a silence that is shorter than allowed, again and again', ['a', 49, 'b', 49, 'c', 49], 'abc'],
  ])('%s', async (_, parts, text) => {
    expect(await read(parts)).toMatchObject({ text, flaw: undefined, isEnded: false })
    expect(vi.getTimerCount()).toBe(0)
  })

  test.each(['3', '100', 'no number', ''])('whatever it announces that is allowed: "%s"', async (length) => {
    expect(await read(['abc'], { length })).toMatchObject({ text: 'abc', flaw: undefined, isEnded: false })
  })
})

describe('a body that is too large', () => {
  const flaw = {
    code: 'response_too_large',
    what: 'with a body of more than 100 bytes; the option limits.bodyBytes sets that',
    outcome: 'applied',
  }

  test.each<[name: string, parts: Part[], text: string, taken: number]>([
    ['in one part', ['x'.repeat(101), 'y'], 'x'.repeat(100), 1],
    ['in many parts', ['x'.repeat(60), 'y'.repeat(40), 'zz', 'a'], `${'x'.repeat(60)}${'y'.repeat(40)}`, 3],
    ['by far', ['x'.repeat(60), 'y'.repeat(1000), 'z'], `${'x'.repeat(60)}${'y'.repeat(40)}`, 2],
    ['and is cut within a character', [`${'x'.repeat(99)}é`], `${'x'.repeat(99)}\ufffd`, 1],
  ])('%s: what is allowed of it is kept, and no more is read', async (_, parts, text, count) => {
    const cancel = vi.fn()
    const body = await read([...parts, 'for ever'], { cancel })
    expect(body).toMatchObject({ text, flaw, isEnded: true })
    expect(body.taken).toHaveLength(count)
    expect(cancel).toHaveBeenCalledTimes(1)
  })

  test('by what it announces: the first part of it is kept', async () => {
    const body = await read(['abc', 'def', 'for ever'], { length: '101' })
    expect(body).toMatchObject({ text: 'abc', flaw, isEnded: true, taken: ['abc'] })
  })

  test('by what it announces, and it has none', async () => {
    expect(await read([], { length: '101' })).toMatchObject({ text: '', flaw, isEnded: true })
    expect(await read(null, { length: '101' })).toMatchObject({ text: '', flaw, isEnded: true })
    // Before any of it has come, there is a silence.
    expect(await read(['for ever'], { length: '101' })).toMatchObject({ text: '', flaw, isEnded: true })
  })

  test('and does not let itself be ended', async () => {
    const cancel = () => Promise.reject(new Error('no')) as never
    expect(await read(['x'.repeat(101)], { cancel })).toMatchObject({ flaw, isEnded: true })
  })
})

describe('a body that breaks', () => {
  test('by silence: what came before is kept', async () => {
    expect(await read(['ab', 'c', 60, 'd'])).toMatchObject({
      text: 'abc',
      isEnded: true,
      flaw: {
        code: 'timeout',
        what: 'and had nothing more to say for 50 ms; the option limits.idle sets that',
        outcome: 'unknown',
      },
    })
  })

  test('by the deadline', async () => {
    expect(await read(['ab', 30, 'c', 30, 'd'], { timeout: 40 })).toMatchObject({
      text: 'abc',
      isEnded: true,
      flaw: { code: 'timeout', what: 'and had not ended after 40 ms', outcome: 'unknown' },
    })
  })

  test('by an abort', async () => {
    const controller = new AbortController()
    const reason = new Error('enough')
    setTimeout(() => controller.abort(reason), 10)
    const flaw = { code: 'aborted', what: 'and was aborted', outcome: 'unknown', cause: reason }
    expect(await read(['ab', 'for ever'], { signal: controller.signal })).toMatchObject({
      ...{ text: 'ab', isEnded: true, flaw },
    })
  })

  test.each(['ECONNRESET', 'ECONNREFUSED'])('by an error of the connection: %s', async (code) => {
    const error = new TypeError('terminated', { cause: Object.assign(new Error('no'), { code }) })
    expect(await read(['ab', error])).toMatchObject({
      text: 'ab',
      isEnded: true,
      flaw: {
        code: 'network_error',
        what: `and closed or lost the connection (${code})`,
        outcome: 'unknown',
        cause: { code },
      },
    })
  })

  test('by an error that says nothing', async () => {
    const { flaw } = await read([new Error('hunter22')])
    expect(flaw).toMatchObject({ what: 'and closed or lost the connection (no code)', outcome: 'unknown' })
  })

  test('as it is no UTF-8: what is read of it is kept', async () => {
    const body = await read(['{"a":"', Uint8Array.of(0xff), '"}'])
    expect(body).toMatchObject({
      text: '{"a":"\ufffd"}',
      isEnded: false,
      flaw: { code: 'invalid_response', what: 'with a body that is not UTF-8', outcome: 'applied' },
    })
  })
})
