import type { Custody } from '../custody/custody.js'
import type { Call } from '../http/call.js'
import { failure } from '../http/failure.js'
import { isRecord } from '../json.js'
import type { AuthorizationServerMetadata } from '../types.js'
import { fitted } from './fitting.js'
import { checkManageWith, type ManagementOptions, type Site } from './management.js'

/** A site, and what keeps one client of it. */
export interface KeptSite extends Site {
  readonly custody: Custody
}

/** The server as the provider of the call has it; refused if it is none. */
export function siteOf(
  server: AuthorizationServerMetadata,
  credentials: ManagementOptions,
  call: Call,
): Site {
  if (!isRecord(server) || typeof server.issuer !== 'string' || server.issuer === '') {
    throw failure(
      call,
      'invalid_argument',
      'the server must be its metadata, an object with an issuer: await discover()',
    )
  }
  checkManageWith(credentials, call)
  return { server: fitted(server, call.provider, call), credentials }
}
