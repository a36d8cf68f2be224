import { once } from 'node:events'
import {
  createServer as createHttpServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'

/** What the server does with one request. */
export type Step =
  /** An answer; a `body` that is neither text nor bytes is sent as JSON. Default: 200, `application/json`, nothing. */
  | { status?: number; headers?: Record<string, string>; body?: unknown }
  /** Bytes as they are, and then the end of the connection, unless it stays open. */
  | { raw: string | Uint8Array; staysOpen?: boolean }
  /** The connection ends, or is reset, when the request has been read. */
  | 'close'
  | 'reset'
  | 'never answer'
  /** 200, and then one byte at a time, for ever. */
  | 'drip'
  /** The connection ends as soon as it is open; nothing of the request is read. */
  | 'hang up'
  /** What is done depends on the request. */
  | ((request: Received) => Step)

export interface Received {
  readonly method: string
  /** The request target as it stood in the request line. */
  readonly url: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

export interface ScriptedServer {
  readonly origin: string
  /** Metadata of an authorization server that is all on this server. */
  readonly metadata: { issuer: string; registration_endpoint: string; token_endpoint: string }
  /** What is still to be done: one step for each request. */
  readonly script: Step[]
  /** Every request that was read to its end. */
  readonly requests: readonly Received[]
  /** How many connections were opened, whether or not a request came through them. */
  readonly connections: number
}

/**
 * A real HTTP server on a free loopback port, which does one step of its script with each request, and answers 599
 * when there is none left. It is closed when the test that started it is finished.
 */
export async function startScripted(...script: Step[]): Promise<ScriptedServer> {
  const requests: Received[] = []
  const sockets = new Set<Socket>()
  let connections = 0

  const http = createHttpServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk) => chunks.push(chunk))
    request.on('end', () => {
      const { method = '', url = '', headers } = request
      const received = { method, url, headers, body: Buffer.concat(chunks).toString() }
      requests.push(received)
      let step = script.shift() ?? { status: 599, body: 'the script is at its end' }
      while (typeof step === 'function') step = step(received)
      perform(step, request, response)
    })
  })
  const server = createServer((socket) => {
    connections++
    sockets.add(socket)
    socket.on('error', () => {}).on('close', () => sockets.delete(socket))
    if (script[0] !== 'hang up') return http.emit('connection', socket)
    script.shift()
    return socket.resume().end()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(async () => {
    const closed = once(server, 'close')
    server.close()
    for (const socket of sockets) socket.destroy()
    await closed
  })

  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    origin,
    metadata: {
      issuer: origin,
      registration_endpoint: `${origin}/register`,
      token_endpoint: `${origin}/token`,
    },
    script,
    requests,
    get connections() {
      return connections
    },
  }
}

function perform(
  step: Exclude<Step, (request: Received) => Step>,
  request: IncomingMessage,
  response: ServerResponse,
) {
  const { socket } = request
  if (step === 'never answer') return
  if (step === 'reset') socket.resetAndDestroy()
  else if (step === 'close' || step === 'hang up') socket.end()
  else if (step === 'drip') {
    response.writeHead(200, { 'content-type': 'application/json' })
    const timer = setInterval(() => response.write(' '), 10)
    response.on('close', () => clearInterval(timer))
  } else if ('raw' in step) step.staysOpen ? socket.write(step.raw) : socket.end(step.raw)
  else {
    const { status = 200, headers = {}, body = '' } = step
    // A connection for each request: none of them depends on what became of the last one.
    response.shouldKeepAlive = false
    response.writeHead(status, { 'content-type': 'application/json', ...headers })
    response.end(typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body))
  }
}
