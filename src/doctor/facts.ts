import type { JsonObject } from '../json.js'
import type { Provider } from '../providers/provider.js'
import type { AuthorizationServerMetadata } from '../types.js'
import type { Warning } from '../warnings.js'
import type { Said } from './finding.js'
import type { Place } from './report.js'

/** What a browser was told about calling the registration endpoint. */
export interface Preflight {
  readonly status: number
  readonly allowsOrigin: string
  readonly allowsHeaders: string
}

/** A place, and the metadata that were there. */
export interface AskedPlace extends Place {
  /** The JSON object that was there, if it names an issuer. */
  readonly document?: JsonObject
  readonly warnings: readonly Warning[]
  /** Whether there were metadata that do not say whose they are. */
  readonly isNameless?: boolean
  /** Whether nobody answered. */
  readonly isSilent: boolean
}

/** All that was asked of a server: checks look at nothing else. */
export interface ServerFacts {
  /** The issuer that was asked for. */
  readonly issuer: string
  readonly places: readonly AskedPlace[]
  /** The place whose metadata count. */
  readonly taken: AskedPlace
  /** Those metadata as they came: any member may be of any type. */
  readonly metadata: JsonObject
  /** And as this library reads them. */
  readonly server: AuthorizationServerMetadata
  readonly provider: Provider | undefined
  /** The registration endpoint, as the provider has it if one was given; absent where none can be called. */
  readonly endpoint: string | undefined
  /** Why the one that is named cannot be called. */
  readonly endpointFlaw: string | undefined
  /** Whether a client is registered after the checks, which then need not say what they cannot tell. */
  readonly isProbed: boolean
  /** What the registration endpoint told a browser, or why it told nothing; absent where there is none. */
  readonly preflight?: Preflight | string | undefined
}

/** Looks at what was asked, and sends nothing. */
export type Check = (facts: ServerFacts) => Said[]
