import type { AuthorizationServerMetadata, ClientInformation, ClientMetadata } from 'dcr-client'
import type { Failure } from './broken-disk.js'
import type { Place } from './places.js'

/** Where a process is to kill itself: before or after the operation of that number. */
export interface KillPoint {
  readonly number: number
  readonly when: 'before' | 'after'
}

interface Anywhere {
  readonly place: Place
}

/** What a process of its own is started for. */
export type Task =
  | (Anywhere & {
      readonly do: 'ensure'
      readonly issuer: AuthorizationServerMetadata
      readonly wanted: ClientMetadata
      readonly kill?: KillPoint
    })
  | (Anywhere & {
      readonly do: 'update'
      readonly server: AuthorizationServerMetadata
      readonly client: ClientInformation
      /** How often, each time to another name. */
      readonly times: number
      readonly kill?: KillPoint
    })
  | (Anywhere & {
      readonly do: 'ensure for ever'
      readonly issuer: AuthorizationServerMetadata
      /** Of the client that it wants, which it wants to have another label each time. */
      readonly name: string
      readonly label: string
    })
  | (Anywhere & { readonly do: 'break'; readonly scenario: string; readonly failure: Failure })
  | (Anywhere & { readonly do: 'write'; readonly key: string; readonly times: number })
  | (Anywhere & { readonly do: 'read'; readonly key: string })

/** What it tells of what it does, as it does it. */
export type Said =
  /** It has loaded all it needs, and waits for a line before it begins. */
  | { readonly said: 'ready' }
  /** It has the lock. */
  | { readonly said: 'turn' }
  /** The store has promised that it keeps this credential. */
  | { readonly said: 'kept'; readonly credential: string }
  | { readonly said: 'result'; readonly client: ClientInformation }
  | { readonly said: 'error'; readonly code: string; readonly message: string }
  /** So many operations of the disk have failed. */
  | { readonly said: 'broken'; readonly times: number }
  /** It is about to kill itself. `isAfterLast`: all operations before this one had ended. */
  | { readonly said: 'killed'; readonly at: string; readonly isAfterLast: boolean }
  | { readonly said: 'read'; readonly times: number }
