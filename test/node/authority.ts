import { readFileSync } from 'node:fs'
import { AUTHORITY_FILE } from '../servers/certificates.js'

/** The certificate of the authority that tests trust. */
export const authority = readFileSync(AUTHORITY_FILE, 'utf8')
