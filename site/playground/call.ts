import type { ClientInformation, DcrError, Difference, OAuthError, Warning } from 'dcr-client'
import type { Exchange } from './exchange.js'

export type CallName = 'register' | 'get' | 'update' | 'rotate' | 'delete'

/** One call of the library, with everything that can be seen of it. */
export interface Call {
  readonly number: number
  readonly name: CallName
  /** The lines an application would have for it. */
  readonly code: string
  readonly exchanges: Exchange[]
  readonly warnings: Warning[]
  result?: Result
}

export type Result =
  | {
      readonly kind: 'client'
      readonly client: ClientInformation
      readonly differences: Difference[]
      /** The credentials that the server replaced. */
      readonly renewed: string[]
    }
  | { readonly kind: 'deleted' }
  | { readonly kind: 'error'; readonly error: DcrError | OAuthError }

/** What became of a call, in a few words. */
export function summaryOf({ result }: Call): string {
  if (!result) return 'under way'
  if (result.kind === 'error') return `${result.error.code} · ${result.error.outcome}`
  return result.kind === 'deleted' ? 'deleted' : result.client.client_id
}
