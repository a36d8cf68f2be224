import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { AuthorizationServerMetadata, ClientInformation } from 'dcr-client'
import { credentialOf } from './credential.js'

/** Marks the requests of the process that the server runs in. */
export const CHECKER = { 'x-checker': 'yes' }

/**
 * What the server offers for a client that exists: `rotating` is all of RFC 7592, with a new registration access
 * token after each update; `delete` can read and delete; `none` can nothing.
 */
export type Management = 'rotating' | 'delete' | 'none'

/** What the server has done, in its order. */
export interface Done {
  readonly method: string
  readonly status: number
  readonly client_id: string | undefined
}

/** The ground truth: what a server really has, and really did. */
export interface Server {
  readonly metadata: AuthorizationServerMetadata & { readonly issuer: string }
  /** The clients that exist now, as they were last told. */
  readonly clients: Map<string, ClientInformation>
  /** Every credential that was ever handed out, as `<client_id> <token>`. */
  readonly issued: Set<string>
  /** Every request that was read to its end. Nothing is done for others. */
  readonly log: Done[]
  count(method: string): number
  /** Waits until nothing is under way that processes have sent which are dead by now. */
  quiet(): Promise<void>
  /** Remembers what there is; what it gives brings that back. */
  snapshot(): () => void
  close(): Promise<void>
}

export async function startServer(management: Management): Promise<Server> {
  const clients = new Map<string, ClientInformation>()
  const issued = new Set<string>()
  const log: Done[] = []
  const strangers = new Set<Socket>()

  const told = (client_id: string, metadata: object): ClientInformation => {
    const registration_access_token = randomUUID()
    const managed = management !== 'none' && {
      registration_access_token,
      registration_client_uri: `${issuer}/clients/${client_id}`,
    }
    const client = { ...metadata, client_id, ...managed } as ClientInformation
    clients.set(client_id, client)
    issued.add(credentialOf(client))
    return client
  }

  /** A status, and what is told with it. */
  const answer = (request: IncomingMessage, body: string): [number, object | undefined, string?] => {
    const { method, url = '' } = request
    if (method === 'GET' && url === '/.well-known/oauth-authorization-server') return [200, metadata]
    if (method === 'POST' && url === '/register') {
      const client_id = randomUUID()
      const secret = { client_secret: randomUUID(), client_secret_expires_at: 0 }
      return [201, told(client_id, { ...JSON.parse(body), ...secret }), client_id]
    }
    const [, client_id = ''] = /^\/clients\/(.+)$/.exec(url) ?? []
    if (management === 'none' || client_id === '') return [404, undefined]
    const client = clients.get(client_id)
    const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1]
    if (!client || token !== client.registration_access_token) return [401, undefined, client_id]
    if (method === 'GET') return [200, client, client_id]
    if (method === 'DELETE') {
      clients.delete(client_id)
      return [204, undefined, client_id]
    }
    if (method !== 'PUT' || management !== 'rotating') return [405, undefined, client_id]
    const { client_secret, client_secret_expires_at } = client
    const renewed = { ...JSON.parse(body), client_secret, client_secret_expires_at }
    return [200, told(client_id, renewed), client_id]
  }

  const respond = async (request: IncomingMessage, response: ServerResponse) => {
    if (request.headers['x-checker']) strangers.delete(request.socket)
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const [status, json, client_id] = answer(request, Buffer.concat(chunks).toString())
    log.push({ method: request.method ?? '', status, client_id })
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(json && JSON.stringify(json))
  }

  // A request that breaks off has asked for nothing: its process was killed.
  const http = createServer((request, response) => void respond(request, response).catch(() => {}))
  http.on('connection', (socket) => {
    strangers.add(socket)
    socket.on('close', () => strangers.delete(socket))
  })
  http.listen(0, '127.0.0.1')
  await once(http, 'listening')
  const issuer = `http://127.0.0.1:${(http.address() as AddressInfo).port}`
  const metadata = {
    issuer,
    registration_endpoint: `${issuer}/register`,
    token_endpoint: `${issuer}/token`,
  }
  return {
    metadata,
    clients,
    issued,
    log,
    count: (wanted) => log.filter(({ method }) => method === wanted).length,
    async quiet() {
      // Connections are accepted in the order they came: those of the dead before this one.
      await fetch(`${issuer}/quiet`, { headers: { ...CHECKER, connection: 'close' } })
      await Promise.all([...strangers].map((socket) => socket.closed || once(socket, 'close')))
    },
    snapshot() {
      const then = { clients: [...clients], issued: [...issued] }
      return () => {
        clients.clear()
        issued.clear()
        log.length = 0
        for (const [client_id, client] of then.clients) clients.set(client_id, client)
        for (const credential of then.issued) issued.add(credential)
      }
    },
    async close() {
      http.closeAllConnections()
      http.close()
      await once(http, 'close')
    },
  }
}
