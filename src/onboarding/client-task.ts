import type { EntryOptions } from '../registrar/options.js'
import type { AuthorizationServerMetadata } from '../types.js'
import type { RetryBudget } from './budget.js'
import type { OnboardingEvent } from './events.js'
import type { ManifestClient } from './manifest.js'
import type { Passage } from './passage.js'

/** What was done for a client. */
export type Done = Omit<OnboardingEvent, 'server' | 'issuer' | 'name' | 'seconds'>

/** The server of a client, as a task has it. */
export interface TaskServer {
  readonly credentials: EntryOptions
  /** Is called before anything is sent: rejects where the server is given up. */
  begin(): void
  metadata(): Promise<AuthorizationServerMetadata>
}

/** Does what is wanted for one client. */
export type ClientTask = (
  client: ManifestClient,
  server: TaskServer,
  passage: Passage['options'],
) => Promise<Done>

/** What the work at a server needs of the run it belongs to. */
export interface Surroundings {
  /** That of the server's origin. */
  readonly budget: RetryBudget
  readonly task: ClientTask
  tell(event: OnboardingEvent): Promise<void>
}
