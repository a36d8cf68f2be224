import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import { describe, expect, test, vi } from 'vitest'
import { answerOf } from '../../src/node/answer.js'
import { targetOf } from '../../src/node/target.js'
import { failureOf } from '../failure-of.js'

/* An answer of the runtime, as fetch has it. */

interface Given {
  status?: number
  headers?: Record<string, string>
  method?: string
}

/** An answer of one part; `next` is asked for each part. */
function answered({ status = 200, headers = {}, method = 'GET' }: Given = {}) {
  const message = new IncomingMessage(new Socket())
  const rawHeaders = Object.entries(headers).flat()
  const parts = [Buffer.from('here')]
  const next = vi.fn(async () => {
    const value = parts.shift()
    return value ? { done: false, value } : { done: true, value }
  })
  Object.assign(message, { statusCode: status, rawHeaders, headers, iterator: () => ({ next }) })
  const destroy = vi.spyOn(message, 'destroy')
  const request = new Request('https://as.example/r', { method })
  const target = targetOf(request, { allow: new Set(), allowLoopback: false })
  return { answer: answerOf(message, request, target), message, next, destroy }
}

test('the headers are those that came, and no others', () => {
  const headers = { 'x-own': '1', date: 'now' }
  expect(Object.fromEntries(answered({ headers }).answer.headers)).toEqual(headers)
})

test('nothing is read before it is asked for, and no more than that', async () => {
  const { answer, next, destroy } = answered()
  await new Promise(setImmediate)
  expect(next).not.toHaveBeenCalled()
  const reader = answer.body?.getReader()
  expect((await reader?.read())?.value).toEqual(Buffer.from('here'))
  await new Promise(setImmediate)
  expect(next).toHaveBeenCalledTimes(1)
  expect(await reader?.read()).toEqual({ done: true, value: undefined })
  expect(destroy).not.toHaveBeenCalled()
})

test('who reads no more ends the connection', async () => {
  const { answer, destroy } = answered()
  await answer.body?.cancel()
  expect(destroy).toHaveBeenCalledTimes(1)
})

describe('a body that is compressed', () => {
  test.each<[status: number, outcome: string]>([
    [299, 'applied'],
    [300, 'rejected'],
    [400, 'rejected'],
  ])('%i: is not taken, and the request was %s', async (status, outcome) => {
    const { answer, next, destroy } = answered({ status, headers: { 'content-encoding': 'gzip' } })
    const error = await failureOf(answer.text())
    expect(error).toMatchObject({ code: 'invalid_response', outcome })
    expect(next).not.toHaveBeenCalled()
    expect(destroy).toHaveBeenCalledTimes(1)
  })

  test.each(['', 'identity', 'Identity'])('but not one that is called "%s"', async (encoding) => {
    expect(await answered({ headers: { 'content-encoding': encoding } }).answer.text()).toBe('here')
  })
})

test.each<[method: string, status: number]>([
  ['HEAD', 200],
  ['GET', 204],
  ['GET', 205],
  ['GET', 304],
])('%s %i has no body, and what is sent as one ends the connection', async (method, status) => {
  const { answer, message, destroy } = answered({ method, status })
  expect(answer.body).toBeNull()
  expect(destroy).not.toHaveBeenCalled()
  message.emit('data', 'x')
  expect(destroy).toHaveBeenCalledTimes(1)
})
