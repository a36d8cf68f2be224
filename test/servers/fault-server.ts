import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { createSecureContext, TLSSocket } from 'node:tls'
import { onTestFinished } from 'vitest'
import { type CertificateName, certificate } from './certificates.js'
import { FaultConnection } from './fault-connection.js'
import { type FaultStep, readAnything, reset } from './fault-steps.js'

/** What is done on one connection, in this order; then it is left open. */
export type FaultScript = readonly FaultStep[]

export interface FaultServer {
  /** Metadata of an authorization server that is all on this server. */
  readonly metadata: { issuer: string; registration_endpoint: string; token_endpoint: string }
  readonly origin: string
  /** Every connection that was opened, with all that came through it. */
  readonly connections: readonly FaultConnection[]
  /** How many requests came, over all connections; some runtimes open one more than they need. */
  readonly requests: number
}

const UNEXPECTED: FaultScript = [readAnything, reset]

/**
 * A TCP server on a free loopback port that does to each connection what the script of its turn says, byte for byte.
 * A connection for which there is no script is reset when something has come through it.
 */
export function startFaultServer(...scripts: FaultScript[]): Promise<FaultServer> {
  return start('http', scripts, (socket) => socket)
}

/** The same within TLS: what the scripts send and record is what is inside. */
export function startTlsFaultServer(name: CertificateName, ...scripts: FaultScript[]): Promise<FaultServer> {
  const secureContext = createSecureContext(certificate(name))
  return start('https', scripts, (socket) => new TLSSocket(socket, { isServer: true, secureContext }))
}

/** TCP alone where TLS is expected: the scripts see the handshake. */
export function startBareFaultServer(...scripts: FaultScript[]): Promise<FaultServer> {
  return start('https', scripts, (socket) => socket)
}

async function start(
  scheme: 'http' | 'https',
  scripts: FaultScript[],
  within: (socket: Socket) => Socket,
): Promise<FaultServer> {
  const connections: FaultConnection[] = []
  const server = createServer({ noDelay: true }, (socket) => {
    const connection = new FaultConnection(within(socket), socket)
    void connection.run(scripts[connections.push(connection) - 1] ?? UNEXPECTED)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => close(server, connections))

  const origin = `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    origin,
    metadata: {
      issuer: origin,
      registration_endpoint: `${origin}/register`,
      token_endpoint: `${origin}/token`,
    },
    connections,
    get requests() {
      return connections.reduce((sum, { requests }) => sum + requests, 0)
    },
  }
}

async function close(server: Server, connections: readonly FaultConnection[]): Promise<void> {
  const closed = once(server, 'close')
  server.close()
  for (const { transport } of connections) transport.destroy()
  await closed
}
