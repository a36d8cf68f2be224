/** The stable, closed set of {@link Warning.code} values. */
export type WarningCode =
  /** A member of what you send contradicts another, or is likely to be refused. */
  | 'questionable_metadata'
  /** The answer's status or content type is not the one the specification asks for. */
  | 'unexpected_status'
  | 'unexpected_content_type'
  /** A member arrived in another type or unit than specified and was converted. */
  | 'converted_member'
  /** A member was beyond use, and reads as absent. One that is null or empty is told nobody. */
  | 'ignored_member'
  /** A member stood in the answer more than once, and the last one counts. */
  | 'duplicate_member'
  /** A member was not sent, as the provider does not have it. */
  | 'left_out_member'
  /** The answer is not of the shape the provider expects, and was read without it. */
  | 'unlike_provider'
  /** A client with a secret-based method was given no secret, or a secret came without its expiry. */
  | 'missing_member'
  /** The server granted something other than what was asked; `differences()` tells what. */
  | 'granted_differs'
  /** The answer's issuer differs from the one asked for by a trailing slash. */
  | 'issuer_trailing_slash'
  /** The metadata are about a resource above the one asked for. */
  | 'resource_differs'
  /** The resource has no metadata, and its origin is taken for its issuer. */
  | 'no_resource_metadata'
  /** What is known of a resource could not be stored: it is asked again. */
  | 'resource_not_kept'
  /** An authorization server of the resource could not be used, and another was. */
  | 'server_passed_over'
  /** The registration endpoint is at another origin than the issuer, which is usual at some servers. */
  | 'cross_origin_endpoint'
  /** The client was gone when a lost deletion was sent again: it is taken as deleted. */
  | 'delete_unconfirmed'
  /** A lost update was found done when the client was read. */
  | 'update_reconciled'
  /** A client is not in use any more, and could not be deleted: `orphans()` lists it. */
  | 'orphan_left'
  /** A secret that is about to expire could not be renewed yet. */
  | 'renewal_failed'
  /** A secret had expired when it came: the clocks disagree. */
  | 'expired_on_arrival'

/**
 * A deviation that was tolerated. It never holds a value, only names, so it can be logged.
 */
export interface Warning {
  /** What to tell it by in code. */
  readonly code: WarningCode
  /** The member of the metadata or of the answer it is about. */
  readonly member?: string
  /** One sentence for people. */
  readonly message: string
}
