import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { AUTHORITY_FILE, type CertificateName, certificate } from '../test/servers/certificates.js'
import { configuration } from '../test/servers/oidc-provider.js'
import { faults } from './faults.js'

/** What the suite is told of the servers, as JSON. */
export interface Servers {
  /** A real OpenID Provider, a protected resource `/mcp` of it, and the faults beside it. */
  readonly origin: string
  /** Servers by their certificates: what they have to say is `ok`. */
  readonly secure: Readonly<Record<CertificateName, string>>
  /** Who has signed the valid certificate, in PEM. */
  readonly authority: string
}

export interface RunningServers {
  readonly servers: Servers
  close(): Promise<void>
}

/** What a page of another origin may send, and may see of the answer. */
const CROSS_ORIGIN = {
  'access-control-allow-origin': '*',
  'access-control-allow-methods': 'GET, POST, PUT, DELETE',
  'access-control-allow-headers': 'authorization, content-type',
  'access-control-expose-headers': 'retry-after, www-authenticate, date',
}

/** Milliseconds: longer than a run. A connection that ends while a request is on its way is a fault of its own. */
const KEPT = 600_000

/** Starts all of them on free ports of this machine. */
export async function startServers(): Promise<RunningServers> {
  const main = createServer({ keepAliveTimeout: KEPT })
  const origin = `http://127.0.0.1:${await listen(main)}`
  const provide = await providerAt(origin)
  const fail = faults()
  main.on('request', (request, response) => {
    for (const [name, value] of Object.entries(CROSS_ORIGIN)) response.setHeader(name, value)
    if (request.method === 'OPTIONS') response.writeHead(204).end()
    else if (/^\/(faults|uses)\//.test(request.url ?? '')) void fail(request, response)
    else if (request.url === '/.well-known/oauth-protected-resource/mcp')
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(JSON.stringify({ resource: `${origin}/mcp`, authorization_servers: [origin] }))
    else provide(request, response)
  })

  const names: CertificateName[] = ['valid', 'expired', 'wrong-host', 'unknown-authority', 'self-signed']
  const shown = names.map((name) =>
    createTlsServer(certificate(name), (_request, response) => void response.end('ok')),
  )
  const ports = await Promise.all(shown.map(listen))
  const secure = Object.fromEntries(names.map((name, index) => [name, `https://localhost:${ports[index]}`]))
  return {
    servers: {
      origin,
      secure: secure as Servers['secure'],
      authority: readFileSync(AUTHORITY_FILE, 'utf8'),
    },
    async close() {
      await Promise.all([main, ...shown].map(close))
    },
  }
}

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

async function close(server: Server): Promise<void> {
  const closed = once(server, 'close')
  server.close()
  server.closeAllConnections()
  await closed
}

/** It warns of what it is here: a server for development that keeps everything in memory. */
async function providerAt(origin: string) {
  const { warn } = console
  console.warn = () => {}
  try {
    const { default: Provider } = await import('oidc-provider')
    return new Provider(origin, configuration({})).callback()
  } finally {
    console.warn = warn
  }
}
