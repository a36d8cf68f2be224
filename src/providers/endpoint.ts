import type { AuthorizationServerMetadata } from '../types.js'

/** An endpoint that is always at the same place below the issuer. */
export function belowIssuer({ issuer }: AuthorizationServerMetadata, path: string): string {
  return `${issuer.replace(/\/$/, '')}${path}`
}
