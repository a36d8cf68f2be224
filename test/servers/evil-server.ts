import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { onTestFinished } from 'vitest'
import type { ClientInformation } from '../../src/index.js'

export type Method = 'POST' | 'GET' | 'PUT' | 'DELETE'

/** What the server would answer, when it has done what was asked. */
export interface HonestAnswer {
  readonly method: Method
  readonly status: number
  readonly json: object | undefined
}

/** What it sends in place of that: bytes, and then FIN or RST. */
export interface EvilAnswer {
  readonly bytes: string | Uint8Array
  readonly end?: 'FIN' | 'RST'
}

export interface Behaviour {
  /** The answers that hold a new registration access token, where the old one is void then. Default: none. */
  readonly rotates?: readonly Method[]
  /** Whether the token before the last is good as well. */
  readonly keepsOldTokens?: boolean
  /** Whether an update gives a new secret. */
  readonly renewsSecrets?: boolean
  /** Lets answers go wrong, in their order, when all has been done; one for each request but for the discovery. */
  readonly answers?: readonly (((honest: HonestAnswer) => EvilAnswer) | undefined)[]
  /** What the metadata of the server say beside the truth. */
  readonly metadata?: object
}

/** The ground truth: what a server really has, and really did. */
export interface EvilServer {
  readonly origin: string
  readonly metadata: { issuer: string; registration_endpoint: string; token_endpoint: string }
  /** The clients that exist now, as they were last told. */
  readonly clients: ReadonlyMap<string, ClientInformation>
  /** Every request that was read to its end, but for the discovery. */
  readonly log: readonly Method[]
  /** Whether the server takes this token for this client. */
  accepts(client: ClientInformation): boolean
  /** From now on. */
  behave(behaviour: Behaviour): void
}

/** An authorization server that does what it is asked, and may say something else, on a free loopback port. */
export async function startEvilServer(behaviour: Behaviour = {}): Promise<EvilServer> {
  let now = behaviour
  let answers = [...(behaviour.answers ?? [])]
  const clients = new Map<string, ClientInformation>()
  const tokens = new Map<string, string[]>()
  const log: Method[] = []

  const told = (client: ClientInformation, method: Method) => {
    const { client_id } = client
    const mine = tokens.get(client_id) ?? []
    const isNew = mine.length === 0 || now.rotates?.includes(method)
    if (isNew) tokens.set(client_id, [randomUUID(), ...mine])
    const registration_access_token = tokens.get(client_id)?.[0] ?? ''
    const whole = {
      ...client,
      registration_access_token,
      registration_client_uri: `${origin}/clients/${client_id}`,
    }
    clients.set(client_id, whole)
    return whole
  }
  const good = (client_id: string) => (tokens.get(client_id) ?? []).slice(0, now.keepsOldTokens ? 2 : 1)
  const secret = () => ({ client_secret: randomUUID(), client_secret_expires_at: 0 })

  /** Does what is asked. */
  const honest = (method: Method, url: string, authorization: string, body: string): HonestAnswer => {
    if (method === 'POST') {
      const client = { ...JSON.parse(body), client_id: randomUUID(), ...secret() }
      return { method, status: 201, json: told(client, method) }
    }
    const client = clients.get(url.slice('/clients/'.length))
    const isGood = good(client?.client_id ?? '').some((token) => authorization === `Bearer ${token}`)
    if (!client || !isGood) return { method, status: 401, json: { error: 'invalid_token' } }
    if (method === 'GET') return { method, status: 200, json: told(client, method) }
    if (method === 'DELETE') {
      clients.delete(client.client_id)
      return { method, status: 204, json: undefined }
    }
    const { client_secret, client_secret_expires_at } = client
    const kept = now.renewsSecrets ? secret() : { client_secret, client_secret_expires_at }
    return { method, status: 200, json: told({ ...JSON.parse(body), ...kept }, method) }
  }

  const answer = async (request: IncomingMessage, socket: Socket) => {
    const { method = '', url = '', headers } = request
    const body = await text(request)
    if (url.startsWith('/.well-known/')) return socket.end(bytesOf(200, { ...metadata, ...now.metadata }))
    log.push(method as Method)
    const truth = honest(method as Method, url, headers.authorization ?? '', body)
    const evil: EvilAnswer = answers.shift()?.(truth) ?? { bytes: bytesOf(truth.status, truth.json) }
    if (evil.end === 'RST') socket.write(evil.bytes, () => socket.resetAndDestroy())
    else socket.end(evil.bytes)
  }

  const http = createServer((request) => void answer(request, request.socket).catch(() => {}))
  http.listen(0, '127.0.0.1')
  await once(http, 'listening')
  onTestFinished(async () => {
    http.closeAllConnections()
    http.close()
    await once(http, 'close')
  })
  const origin = `http://127.0.0.1:${(http.address() as AddressInfo).port}`
  const metadata = {
    issuer: origin,
    registration_endpoint: `${origin}/register`,
    token_endpoint: `${origin}/token`,
  }
  return {
    origin,
    metadata,
    clients,
    log,
    accepts: ({ client_id, registration_access_token = '' }) =>
      clients.has(client_id) && good(client_id).includes(registration_access_token),
    behave(next) {
      now = next
      answers = [...(next.answers ?? [])]
    },
  }
}

/** An answer as it should be, with its length. */
export function bytesOf(status: number, json?: object | string, ...headers: string[]): Buffer {
  const body = typeof json === 'string' ? json : json ? JSON.stringify(json) : ''
  const lines = [
    `content-length: ${Buffer.byteLength(body)}`,
    'content-type: application/json',
    'connection: close',
  ]
  return Buffer.from(`HTTP/1.1 ${status} Evil\r\n${[...lines, ...headers].join('\r\n')}\r\n\r\n${body}`)
}
