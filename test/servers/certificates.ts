import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const folder = new URL('../fixtures/certificates/', import.meta.url)
const read = (name: string) => readFileSync(new URL(`${name}.pem`, folder), 'utf8')

/** What is wrong with a certificate, if anything is. */
export type CertificateName = 'valid' | 'expired' | 'wrong-host' | 'unknown-authority' | 'self-signed'

/** What a TLS server shows, with the key to it. */
export const certificate = (name: CertificateName) => ({ cert: read(name), key: read('server.test-key') })

/** The authority that has signed the valid one, for `NODE_EXTRA_CA_CERTS`. */
export const AUTHORITY_FILE = fileURLToPath(new URL('authority.pem', folder))
