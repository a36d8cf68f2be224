import type { AuthorizationServerMetadata } from '../types.js'

/** The registration endpoint that the metadata names, or else this path below the issuer. */
export function belowIssuer(path: string): (server: AuthorizationServerMetadata) => string {
  return ({ registration_endpoint, issuer }) => registration_endpoint ?? `${issuer.replace(/\/$/, '')}${path}`
}
