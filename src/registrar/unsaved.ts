import { type Custody, seconds, storeError } from '../custody.js'
import type { DcrError } from '../errors.js'
import { within } from '../http/call.js'
import { failure } from '../http/failure.js'
import type { Records } from '../stored-custody.js'
import type { StoredRegistration } from '../stores/store.js'
import type { ClientInformation } from '../types.js'
import { type Entry, read } from './entry.js'
import { orphan, withDoubtListed } from './records.js'

interface Answered {
  readonly id: string | undefined
  readonly client: ClientInformation
  readonly records: Records
  /** Seconds since the epoch, by the clock of this machine. */
  readonly at: number
}

/**
 * What servers have given and the store failed to keep. This process is the only place where it is, so it is saved as
 * soon as the store works again: a client is neither lost nor registered twice.
 */
export class Unsaved {
  readonly #answers = new Map<string, Answered>()

  /** Remembers what a task could not save. */
  async guard<T>(entry: Entry, custody: Custody, records: Records, task: () => Promise<T>): Promise<T> {
    try {
      return await task()
    } catch (error) {
      const { code, outcome, client } = error as DcrError
      if (outcome === 'applied' && client && /^store_(?!conflict)/.test(code)) {
        this.#answers.set(entry.key, {
          id: custody.id,
          client: client as ClientInformation,
          records,
          at: seconds(),
        })
      }
      throw error
    }
  }

  /** Saves what is remembered of an entry, and gives what is stored then. */
  async settle(entry: Entry, found: StoredRegistration): Promise<StoredRegistration> {
    const answered = this.#answers.get(entry.key)
    if (!answered) return found
    const { id, client, records, at } = answered
    const { store, key, call } = entry
    const { intent, orphans = [] } = found
    const others = orphans.filter((listed) => listed.id !== id)
    const isUnderWay = intent?.id === id
    const now = withDoubtListed({ ...found, intent: isUnderWay ? undefined : intent, orphans: others })
    // Another process may have listed it as one in doubt, and come to nothing itself.
    const isOurs = isUnderWay || (!found.client && others.length < orphans.length)
    const isKnown = found.client?.client_id === client.client_id
    // Another process that has gone on with the same client knows better.
    if (isOurs || !isKnown) {
      const issued = isKnown ? undefined : client.client_id_issued_at
      const clock = issued === undefined ? undefined : issued + seconds() - at
      const next = isOurs
        ? records.kept(now, client, clock)
        : { ...now, orphans: [...(now.orphans ?? []), orphan('lost_race', client, id)] }
      const details = { outcome: 'not_sent', client } as const
      const saved = await within(call, () => store.set(key, next)).catch((error) => {
        throw storeError(error, call, 'what a server has given still cannot be saved', details)
      })
      if (saved === undefined)
        throw failure(
          call,
          'store_conflict',
          'what a server has given is still not saved: try again',
          details,
        )
    }
    this.#answers.delete(key)
    return read(entry)
  }
}
