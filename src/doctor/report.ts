import type { ClientInformation } from '../types.js'

/**
 * What a check came to.
 *
 * - `ok`: as it should be, or a fact that is nobody's fault.
 * - `warning`: it works, and may surprise.
 * - `problem`: something that stands in the way, or contradicts a specification.
 * - `unknown`: it cannot be told from here.
 */
export type Level = 'ok' | 'warning' | 'problem' | 'unknown'

/** One thing that a check has found. Its text is printable, bounded, and without secrets. */
export interface Finding {
  /** The check, by a name that stays, such as `pkce`. */
  readonly check: string
  /** How much it matters. */
  readonly level: Level
  /** One sentence. */
  readonly message: string
  /** What to do about it. */
  readonly next?: string
}

/** What was at one of the places where metadata may be. */
export interface Place {
  /** Without its query. */
  readonly url: string
  /** HTTP status. Absent where no answer came. */
  readonly status?: number
  /** What it was, in words. */
  readonly told: string
}

/** What is known of one authorization server. */
export interface ServerReport {
  /** The issuer, as it was asked for. */
  readonly issuer: string
  /** Each place where metadata may be, in the order of precedence. */
  readonly places: readonly Place[]
  /** What the checks found, in their order. */
  readonly findings: readonly Finding[]
}

/** What is known of a protected resource, such as an MCP server. */
export interface ResourceReport {
  /** Each place that was asked for the metadata of the resource. */
  readonly places: readonly Place[]
  /** What the checks found, in their order. */
  readonly findings: readonly Finding[]
}

/** A throw-away client of the probe that is still at the server, or may be. */
export interface LeftOver {
  /** The issuer of the server that it is at. */
  readonly issuer: string
  /** The name it was registered by, which is this one's alone. */
  readonly client_name: string
  readonly client_id?: string
  /** In a report without its query; in {@link Report.leftOver} as the server gave it. */
  readonly registration_client_uri?: string
  /** Whether it is in the store that was given, as an orphan. */
  readonly isKept: boolean
}

/** The same, with what is needed to delete it, where the server gave that. It holds credentials in clear. */
export interface LeftOverClient extends LeftOver {
  /** All that the server gave, in clear. Absent where no answer told. */
  readonly client?: ClientInformation
}

/** What {@link diagnose} has found. All of it that is written as JSON is free of secrets. */
export interface Report {
  /** The URL that was asked for, without its query. */
  readonly url: string
  /** What it is; `nothing` where neither was found. */
  readonly kind: 'authorization_server' | 'protected_resource' | 'nothing'
  /** The worst of all findings; of no consequence is `unknown`. */
  readonly level: Exclude<Level, 'unknown'>
  /** Of a protected resource, what was found of itself; its servers stand in `servers`. */
  readonly resource?: ResourceReport
  /** The server, or those that the resource names. */
  readonly servers: readonly ServerReport[]
  /** What to do, in the order of urgency. */
  readonly next: readonly string[]
  /** What the probe could not delete. */
  readonly left: readonly LeftOver[]
  /** The same with credentials. Neither JSON nor `inspect` show it. */
  readonly leftOver: readonly LeftOverClient[]
}
