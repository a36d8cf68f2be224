import { constants, X509Certificate } from 'node:crypto'
import { Agent } from 'node:http'
import { Agent as TlsAgent } from 'node:https'
import { createSecureContext } from 'node:tls'

/** Text in PEM, of one certificate or key, or of several certificates. */
export type Pem = string | Uint8Array

/** What proves to one origin who is calling (RFC 8705). */
export interface ClientCertificate {
  /** Such as `https://as.example.com`. */
  origin: string
  /** PEM: the certificate, with those that lead to its authority behind it. */
  cert: Pem
  /** PEM: its private key, without a passphrase. */
  key: Pem
}

/** What makes connections and keeps them for the next request, and what one origin is shown on its own. */
export interface Connections {
  readonly plain: Agent
  readonly secure: TlsAgent
  readonly identity: { readonly origin: string; readonly cert: Buffer; readonly key: Buffer } | undefined
}

/**
 * Milliseconds that a connection is kept for another request: as long as fetch keeps one in Node. The longer it is
 * kept, the likelier it is that the server ends it just when a request is on its way.
 */
const KEPT = 4000

/** @throws The error of the runtime, if what is given is not in PEM. */
export function connectionsOf(
  ca: Pem | readonly Pem[] | undefined,
  certificate: ClientCertificate | undefined,
): Connections {
  const trusted: { ca?: Buffer[] } = ca === undefined ? {} : { ca: [ca].flat().map(asBuffer) }
  const identity = certificate && {
    origin: certificate.origin,
    cert: asBuffer(certificate.cert),
    key: asBuffer(certificate.key),
  }
  // To find out now what would fail each connection, or be passed over: of authorities, what is no certificate.
  for (const each of trusted.ca ?? []) new X509Certificate(each)
  createSecureContext({ ...trusted, ...(identity && { cert: identity.cert, key: identity.key }) })
  const secure = {
    ...trusted,
    // Against what the environment or NODE_OPTIONS may say.
    rejectUnauthorized: true,
    minVersion: 'TLSv1.2',
    secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
  } as const
  const kept = { keepAlive: true, timeout: KEPT }
  return { plain: new Agent(kept), secure: new TlsAgent({ ...kept, ...secure }), identity }
}

function asBuffer(pem: Pem): Buffer {
  return Buffer.from(pem as Uint8Array)
}
