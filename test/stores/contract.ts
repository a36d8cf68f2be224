import { onTestFinished } from 'vitest'
import type { CredentialStore } from '../../src/stores/store.js'
import { keepingContract } from './contract-keeping.js'
import { lockContract } from './contract-lock.js'
import { severalContract } from './contract-several.js'
import { taskContract } from './contract-task.js'

/** A store on a place of its own, with nothing in it. */
export interface OpenStore {
  readonly store: CredentialStore
  /** One more on the same place, as another process would have it. Where a place cannot be shared: `store` itself. */
  another(): CredentialStore | Promise<CredentialStore>
  /** Ends what was opened, with all stores of the place, and removes the place. Called at the end of each test. */
  close(): Promise<void>
  /** Whether processes take turns whatever they are about. A task that waits for another process waits for itself then. */
  readonly hasOneTurn?: boolean
}

/** All that a `CredentialStore` promises, as tests of the store that `open` opens: a new one for each test. */
export function storeContract(name: string, open: () => Promise<OpenStore>): void {
  const opened = async () => {
    const { store, another, close, hasOneTurn = false } = await open()
    onTestFinished(close)
    return { store, other: await another(), hasOneTurn }
  }
  keepingContract(name, opened)
  severalContract(name, opened)
  lockContract(name, opened)
  taskContract(name, opened)
}
