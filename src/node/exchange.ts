import http from 'node:http'
import https from 'node:https'
import type { TLSSocket } from 'node:tls'
import { DcrError } from '../errors.js'
import { answerOf } from './answer.js'
import { broken, coded } from './broken.js'
import { checkedLookup, MOST_ADDRESSES } from './dialing.js'
import type { Settings } from './options.js'
import type { Target } from './target.js'

/** Interim answers (1xx) to one request at most. An honest server sends one or two, such as early hints. */
const MOST_INTERIM = 32

/** Headers of the connection, which is not the caller's. */
const OF_CONNECTION =
  /^(connection|content-length|expect|host|keep-alive|te|trailer|transfer-encoding|upgrade)$/

/** Sends what has been checked, and gives the answer as soon as its head is there. */
export function exchange(
  request: Request,
  body: Uint8Array | undefined,
  target: Target,
  settings: Settings,
): Promise<Response> {
  const { signal } = request
  return new Promise((resolve, reject) => {
    const outgoing = open(request, target, settings)
    let isConnected = false
    let interim = 0
    const fail = (error: unknown) => {
      const ours = error instanceof DcrError ? error : broken(target, error, isConnected)
      reject(signal.aborted ? signal.reason : ours)
      outgoing.destroy()
    }
    const abort = () => fail(signal.reason)
    const timer = setTimeout(() => fail(coded('CONNECT_TIMEOUT')), settings.connectTimeout)
    const connected = () => {
      isConnected = true
      clearTimeout(timer)
    }
    signal.addEventListener('abort', abort)
    // The lookup runs at once, and is the caller's.
    if (signal.aborted) abort()

    outgoing.on('socket', (socket) => {
      // Deno has what broke off on a connection that was used again sent once more, on another: it may be done by then.
      if (isConnected) fail(coded('ECONNRESET'))
      else if (outgoing.reusedSocket) connected()
      else socket.once((socket as TLSSocket).encrypted ? 'secureConnect' : 'connect', connected)
    })
    outgoing.on('information', () => {
      if (++interim > MOST_INTERIM) fail(coded('TOO_MANY_INTERIM'))
    })
    outgoing.on('upgrade', (_answer, socket) => {
      socket.destroy()
      fail(coded('NOT_HTTP'))
    })
    outgoing.on('response', (message) => {
      // Where the network is a fake, no socket may have told so.
      connected()
      try {
        resolve(answerOf(message, request, target))
      } catch (error) {
        fail(error)
      }
    })
    // Once the answer has begun, its body tells what became of the connection.
    outgoing.on('error', fail)
    outgoing.on('close', () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', abort)
    })
    outgoing.end(body)
  })
}

function open(request: Request, target: Target, settings: Settings): http.ClientRequest {
  const { url, host, isLiteral } = target
  const { identity, connectTimeout, maxHeaderSize } = settings
  const isSecure = url.protocol === 'https:'
  const headers = [...request.headers].filter(([name]) => !OF_CONNECTION.test(name))
  const options = {
    protocol: url.protocol,
    hostname: host,
    port: url.port,
    method: request.method,
    path: `${url.pathname}${url.search}`,
    // Named as fetch names it here: some gateways refuse who gives no name.
    headers: { 'user-agent': 'node', ...Object.fromEntries(headers), 'accept-encoding': 'identity' },
    lookup: checkedLookup(target, settings.lookup),
    // One address after the other, each with its share of the time.
    autoSelectFamily: true,
    autoSelectFamilyAttemptTimeout: Math.ceil(connectTimeout / MOST_ADDRESSES),
    maxHeaderSize,
    // Against what NODE_OPTIONS may say.
    insecureHTTPParser: false,
  }
  if (!isSecure) return http.request({ ...options, agent: settings.plain })
  const { cert, key } = identity?.origin === url.origin ? identity : {}
  return https.request({
    ...options,
    agent: settings.secure,
    ...(!isLiteral && { servername: host.replace(/\.$/, '') }),
    ...(cert && { cert, key }),
  })
}
