import type { IncomingMessage, ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { gzipSync } from 'node:zlib'

/** One use of a fault, by the name that its caller has made up for it. */
interface Use {
  /** The methods of the requests that came. */
  readonly requests: string[]
  /** Settles when the first answer is over, or its connection. */
  readonly ended: Promise<void>
  readonly end: () => void
  /** Settles when the caller wants the connection to end. */
  readonly isCut: Promise<void>
  readonly cut: () => void
}

interface Asked {
  readonly use: Use
  readonly body: string
  readonly authorization: string
}

/** What is done with one request that has been read. */
type Fault = (response: ServerResponse, asked: Asked) => void

const JSON_TYPE = { 'content-type': 'application/json' }
/** As much of the answer to a registration as comes: what is complete in it is a client. */
const HALF = '{"client_id":"c1","client_secret":"secret-canary-of-the-answer","client_name":"ha'
/** Bytes that the whole answer would have. */
const ANNOUNCED = { ...JSON_TYPE, 'content-length': '1000' }
/** 64 MiB of spaces: 256 times what the library takes. */
const BOMB = gzipSync(`${HALF}${' '.repeat(64 * 1024 * 1024)}`)

const FAULTS: Record<string, Fault> = {
  endless(response) {
    response.writeHead(201, JSON_TYPE).write(HALF)
    const more = () => {
      while (!response.destroyed && response.write(' '.repeat(16 * 1024)));
    }
    response.on('drain', more)
    more()
  },
  bomb: (response) => response.writeHead(201, { ...JSON_TYPE, 'content-encoding': 'gzip' }).end(BOMB),
  redirect: (response) => response.writeHead(307, { location: '/faults/followed/1' }).end(),
  followed: (response) => json(response, 201, { client_id: 'followed' }),
  silent() {},
  stalls: (response) => response.writeHead(201, ANNOUNCED).write(HALF),
  cut(response, { use }) {
    response.writeHead(201, ANNOUNCED).write(HALF)
    void use.isCut.then(() => response.socket?.end())
  },
  lost: (response) => response.socket?.destroy(),
  html: (response) =>
    response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><h1>Log in</h1>'),
  unauthorized: (response) =>
    json(response, 401, { error: 'invalid_token' }, { 'www-authenticate': 'Bearer error="invalid_token"' }),
  'busy for a second': (response, { use }) =>
    use.requests.length > 1
      ? json(response, 201, { client_id: 'c1' })
      : json(response, 429, { error: 'slow_down' }, { 'retry-after': '1' }),
  'busy for an hour': (response) => json(response, 429, { error: 'slow_down' }, { 'retry-after': '3600' }),
  prototype: (response) => json(response, 201, '{"client_id":"c1","__proto__":{"polluted":true}}'),
  deep: (response) => json(response, 201, `{"client_id":"c1","x":${'['.repeat(1e5)}${']'.repeat(1e5)}}`),
  repeats: (response, { body, authorization }) =>
    json(response, 400, {
      error: 'invalid_client_metadata',
      error_description: `no: ${authorization} ${body}`,
    }),
}

/**
 * Fails at `/faults/<fault>/<use>`. `/uses/<use>/requests` tells the methods that came there, `/uses/<use>/ended`
 * answers when the first of them is over, and `/uses/<use>/cut` ends the connection of what waits for that.
 */
export function faults(): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  const uses = new Map<string, Use>()
  const useOf = (name: string) => {
    const use = uses.get(name) ?? newUse()
    uses.set(name, use)
    return use
  }
  return async (request, response) => {
    const [, kind, first = '', second = ''] = decodeURIComponent(request.url ?? '').split('/')
    if (kind === 'uses') {
      const { requests, ended, cut } = useOf(first)
      if (second === 'cut') cut()
      if (second === 'ended') await ended
      json(response, 200, requests)
      return
    }
    const use = useOf(second)
    use.requests.push(request.method ?? '')
    response.on('close', use.end)
    const { authorization = '' } = request.headers
    FAULTS[first]?.(response, { use, body: await text(request), authorization })
  }
}

function newUse(): Use {
  const [ended, end] = signal()
  const [isCut, cut] = signal()
  return { requests: [], ended, end, isCut, cut }
}

function signal(): [promise: Promise<void>, give: () => void] {
  let give = () => {}
  const promise = new Promise<void>((resolve) => {
    give = resolve
  })
  return [promise, give]
}

function json(response: ServerResponse, status: number, body: unknown, headers = {}): void {
  const sent = typeof body === 'string' ? body : JSON.stringify(body)
  response.writeHead(status, { ...JSON_TYPE, ...headers }).end(sent)
}
