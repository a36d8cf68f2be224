import { setImmediate } from 'node:timers/promises'
import { setupServer } from 'msw/node'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { type ReferenceServerOptions, referenceServer } from '../../src/testing/index.js'
import { eventually } from '../eventually.js'

const network = setupServer()
beforeAll(() => network.listen({ onUnhandledRequest: 'error' }))
afterEach(() => {
  network.resetHandlers()
  vi.useRealTimers()
})
afterAll(() => network.close())

function start(options?: ReferenceServerOptions) {
  const as = referenceServer(options)
  network.use(...as.handlers)
  return as
}

const WEB = { redirect_uris: ['https://app.example/cb'] }

function register(init?: RequestInit) {
  return fetch('https://as.example.com/register', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(WEB),
    ...init,
  })
}

function bearer(token: string) {
  return { headers: { authorization: `Bearer ${token}` } }
}

describe('answering instead of doing the work', () => {
  test('a status and headers, once', async () => {
    const as = start()
    as.fault('register', { status: 503, headers: { 'Retry-After': '1' } })
    const refused = await register()
    expect([refused.status, refused.headers.get('retry-after'), await refused.text()]).toEqual([503, '1', ''])
    expect(as.clients.size).toBe(0)
    expect((await register()).status).toBe(201)
    expect(as.clients.size).toBe(1)
  })

  test('a string as it is', async () => {
    const as = start()
    const html = '<html>Bad gateway'
    as.fault('register', { status: 502, headers: { 'content-type': 'text/html' }, body: html })
    const response = await register()
    expect([response.status, response.headers.get('content-type')]).toEqual([502, 'text/html'])
    expect(await response.text()).toBe(html)
  })

  test('an object as JSON, with status 200', async () => {
    const as = start()
    as.fault('register', { body: { client_id: null } })
    const response = await register()
    expect([response.status, response.headers.get('content-type')]).toEqual([
      200,
      'application/json; charset=utf-8',
    ])
    expect(await response.json()).toEqual({ client_id: null })
    expect(as.clients.size).toBe(0)
  })

  test.each([204, 205, 304])('a status %i, which never has a body', async (status) => {
    const as = start()
    as.fault('register', { status, body: { client_id: 'x' } })
    const response = await register()
    expect([response.status, await response.text()]).toEqual([status, ''])
  })

  test('a broken connection', async () => {
    const as = start()
    as.fault('register', { network: 'error' })
    await expect(register()).rejects.toThrow(TypeError)
    expect(as.clients.size).toBe(0)
    expect((await register()).status).toBe(201)
  })
})

describe('with apply, after the work', () => {
  test('a status: the client is made, and lost', async () => {
    const as = start()
    as.fault('register', { apply: true, status: 504 })
    expect((await register()).status).toBe(504)
    expect(as.clients.size).toBe(1)
  })

  test('a broken connection: the token has rotated', async () => {
    const as = start()
    const client = await (await register()).json()
    const put = {
      method: 'PUT',
      headers: {
        authorization: `Bearer ${client.registration_access_token}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify({ client_id: client.client_id, ...WEB, client_name: 'New' }),
    }
    as.fault('update', { apply: true, network: 'error' })
    await expect(fetch(client.registration_client_uri, put)).rejects.toThrow(TypeError)
    const truth = as.clients.get(client.client_id)
    expect(truth?.client_name).toBe('New')
    expect(truth?.registration_access_token).not.toBe(client.registration_access_token)
    expect((await fetch(client.registration_client_uri, put)).status).toBe(401)
  })

  test('work that is refused is refused', async () => {
    const as = start({ registration: 'protected' })
    as.fault('register', { apply: true, status: 500 })
    expect((await register()).status).toBe(500)
    expect(as.clients.size).toBe(0)
  })

  test('a delete that is lost', async () => {
    const as = start()
    const { registration_client_uri, registration_access_token } = await (await register()).json()
    as.fault('delete', { apply: true, network: 'error' })
    const request = { method: 'DELETE', ...bearer(registration_access_token) }
    await expect(fetch(registration_client_uri, request)).rejects.toThrow(TypeError)
    expect(as.clients.size).toBe(0)
  })
})

describe('a bent answer', () => {
  test('alter: the caller sees another one, the truth stays', async () => {
    const as = start()
    as.fault('register', {
      alter: (body) => {
        ;(body.redirect_uris as string[]).push('https://evil.example')
        const { client_secret, ...rest } = body
        return { ...rest, scope: null, had: typeof client_secret }
      },
    })
    const response = await register()
    const body = await response.json()
    expect(response.status).toBe(201)
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(body).toMatchObject({ scope: null, had: 'string' })
    expect(body).not.toHaveProperty('client_secret')
    expect(as.clients.get(body.client_id)?.client_secret).toEqual(expect.any(String))
    expect(as.clients.get(body.client_id)?.redirect_uris).toEqual(WEB.redirect_uris)
  })

  test.each<[string, unknown, string]>([
    ['nothing', undefined, ''],
    ['null', null, 'null'],
    ['an array', [1], '[1]'],
    ['text', '{"client_id":', '{"client_id":'],
  ])('alter into %s', async (_, value, text) => {
    const as = start()
    as.fault('register', { alter: () => value })
    const response = await register()
    expect([response.status, await response.text()]).toEqual([201, text])
    expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8')
    expect(as.clients.size).toBe(1)
  })

  test('alter with a status and headers', async () => {
    const as = start()
    as.fault('register', {
      alter: (body) => body,
      status: 200,
      headers: { 'Cache-Control': 'public', location: '/x' },
    })
    const response = await register()
    expect(response.status).toBe(200)
    expect(response.headers.get('cache-control')).toBe('public')
    expect(response.headers.get('location')).toBe('/x')
    expect(as.clients.has((await response.json()).client_id)).toBe(true)
  })

  test('alter of an answer without a body, and of a refusal', async () => {
    const as = start()
    const { registration_client_uri, registration_access_token } = await (await register()).json()
    as.fault('read', { alter: (body) => ({ ...body, hint: 'x' }) })
    expect(await (await fetch(registration_client_uri)).json()).toMatchObject({
      error: 'invalid_token',
      hint: 'x',
    })
    as.fault('delete', { alter: (body) => ({ ...body, deleted: true }), status: 200 })
    const deleted = await fetch(registration_client_uri, {
      method: 'DELETE',
      ...bearer(registration_access_token),
    })
    expect(await deleted.json()).toEqual({ deleted: true })
  })

  test('headers alone are added to the real answer', async () => {
    const as = start()
    as.fault('register', { headers: { 'x-request-id': '7' } })
    const response = await register()
    expect([response.status, response.headers.get('x-request-id')]).toEqual([201, '7'])
    expect(as.clients.has((await response.json()).client_id)).toBe(true)
  })

  test('a body that breaks off: status and headers arrive, the work is done', async () => {
    const as = start()
    as.fault('register', { network: 'truncate' })
    const response = await register()
    expect([response.status, response.headers.get('content-type')]).toEqual([
      201,
      'application/json; charset=utf-8',
    ])
    await expect(response.text()).rejects.toThrow(TypeError)
    expect(as.clients.size).toBe(1)
  })

  test('what breaks off is half of it', async () => {
    const as = start()
    as.fault('register', { status: 500, body: 'abcdef', network: 'truncate' })
    const reader = (await register()).body?.getReader()
    expect(new TextDecoder().decode((await reader?.read())?.value)).toBe('abc')
    await expect(reader?.read()).rejects.toThrow('terminated')
    expect(as.clients.size).toBe(0)
  })

  test('without a body to break off, the connection breaks', async () => {
    const as = start()
    as.fault('register', { status: 500, network: 'truncate' })
    await expect(register()).rejects.toThrow(TypeError)
  })
})

describe('delay', () => {
  async function pending(promise: Promise<unknown>): Promise<boolean> {
    const marker = {}
    return (await Promise.race([promise, Promise.resolve(marker)])) === marker
  }

  async function delayed(fault: Parameters<ReturnType<typeof referenceServer>['fault']>[1]) {
    const as = start()
    vi.useFakeTimers({ toFake: ['setTimeout'] })
    as.fault('register', fault)
    const answer = register()
    while (vi.getTimerCount() === 0) await setImmediate()
    expect(await pending(answer)).toBe(true)
    const before = as.clients.size
    await vi.advanceTimersByTimeAsync(4999)
    expect(await pending(answer)).toBe(true)
    await vi.advanceTimersByTimeAsync(1)
    return { status: (await answer).status, before, after: as.clients.size }
  }

  test('the work waits too', async () => {
    expect(await delayed({ delay: 5000 })).toEqual({ status: 201, before: 0, after: 1 })
  })

  test('with apply it does not', async () => {
    expect(await delayed({ delay: 5000, apply: true })).toEqual({ status: 201, before: 1, after: 1 })
  })

  test('before a refusal', async () => {
    expect(await delayed({ delay: 5000, status: 503 })).toEqual({ status: 503, before: 0, after: 0 })
  })

  test('infinite: no answer, until the caller gives up', async () => {
    const as = start()
    as.fault('register', { delay: 'infinite', apply: true })
    const controller = new AbortController()
    const answer = register({ signal: controller.signal })
    await eventually(() => expect(as.clients.size).toBe(1))
    expect(await pending(answer)).toBe(true)
    controller.abort(new Error('enough'))
    await expect(answer).rejects.toThrow('enough')
    expect(as.requests[0]?.status).toBeUndefined()
  })
})

describe('which request', () => {
  test('one fault for each, in order, over several calls', async () => {
    const as = start()
    as.fault('register', { status: 500 }, { status: 502 })
    as.fault('register', { status: 504 })
    const statuses = []
    for (let index = 0; index < 4; index++) statuses.push((await register()).status)
    expect(statuses).toEqual([500, 502, 504, 201])
  })

  test('an empty fault lets one pass', async () => {
    const as = start()
    as.fault('register', {}, { status: 500 })
    expect([(await register()).status, (await register()).status]).toEqual([201, 500])
  })

  test('each operation has its own', async () => {
    const as = start()
    for (const [index, operation] of (
      ['discovery', 'token', 'read', 'update', 'delete'] as const
    ).entries()) {
      as.fault(operation, { status: 510 + index })
    }
    const client = await (await register()).json()
    const status = async (method: string, url: string) => (await fetch(url, { method })).status
    const uri = client.registration_client_uri
    expect([
      await status('GET', 'https://as.example.com/.well-known/openid-configuration'),
      await status('POST', 'https://as.example.com/token'),
      await status('GET', uri),
      await status('PUT', uri),
      await status('DELETE', uri),
      await status('PATCH', uri),
    ]).toEqual([510, 511, 512, 513, 514, 404])
    expect(as.clients.size).toBe(1)
  })

  test('of several at once, those that arrived first', async () => {
    const as = start()
    as.fault('register', { status: 500 }, { status: 502 })
    await Promise.all([register(), register(), register()])
    expect(as.requests.map(({ status }) => status)).toEqual([500, 502, 201])
  })
})
