import { type Custody, seconds, storeError } from '../custody/custody.js'
import type { Kept, Records } from '../custody/stored.js'
import type { DcrError } from '../errors.js'
import { within } from '../http/call.js'
import { failure } from '../http/failure.js'
import type { StoredRegistration } from '../stores/store.js'
import type { ClientInformation } from '../types.js'
import { type Entry, read } from './entry.js'
import { gone, orphan, withDoubtListed } from './records.js'

/** How an answer is recorded, and what of it is not in the client. */
interface Answer {
  readonly record: Kept
  readonly clock: number | undefined
  /** Seconds since the epoch, by the clock of this machine. */
  readonly at: number
}

interface Unkept extends Answer {
  readonly id: string | undefined
  readonly client: ClientInformation
  /** The client in force, as it was stored before, and what was asked about it. */
  readonly before: Pick<StoredRegistration, 'client' | 'intent'>
}

/**
 * What servers have given and the store failed to keep. This process is the only place where it is, so it is saved as
 * soon as the store works again: a client is neither lost nor registered twice.
 */
export class Unsaved {
  readonly #answers = new Map<string, Unkept>()

  /** Whether something is remembered of what is stored under a key. */
  has(key: string): boolean {
    return this.#answers.has(key)
  }

  /** Runs a task with a custody, and remembers what that could not save. */
  async guard<T>(
    entry: Entry,
    records: Records,
    custodyWith: (records: Records) => Custody,
    task: (custody: Custody) => Promise<T>,
  ): Promise<T> {
    let answer: Answer | undefined
    const note = (record: Kept, clock?: number) => {
      answer = { record, clock, at: seconds() }
    }
    const noted =
      (record: Kept): Kept =>
      (stored, client, clock) => {
        note(record, clock)
        return record(stored, client, clock)
      }
    const { kept, rescued = kept, forgotten } = records
    const custody = custodyWith({
      kept: noted(kept),
      rescued: noted(rescued),
      forgotten(stored) {
        note(gone)
        return forgotten?.(stored)
      },
    })
    try {
      return await task(custody)
    } catch (error) {
      const { code, outcome, client } = error as DcrError
      if (answer && outcome === 'applied' && client && /^store_(?!conflict)/.test(code)) {
        const { id, stored: before = {} } = custody
        this.#answers.set(entry.key, { ...answer, id, client: client as ClientInformation, before })
      }
      throw error
    }
  }

  /** What will be stored when what is remembered is saved. */
  expected(key: string, found: StoredRegistration): StoredRegistration {
    const answer = this.#answers.get(key)
    return (answer && settled(found, answer)) ?? found
  }

  /** Saves what is remembered of an entry, and gives what is stored then. */
  async settle(entry: Entry, found: StoredRegistration): Promise<StoredRegistration> {
    const answer = this.#answers.get(entry.key)
    if (!answer) return found
    const next = settled(found, answer)
    if (next) {
      const { store, key, call } = entry
      const details = { outcome: 'not_sent', client: answer.client } as const
      const saved = await within(call, () => store.set(key, next)).catch((error) => {
        throw storeError(error, call, 'what a server has given still cannot be saved', details)
      })
      if (saved === undefined) {
        const what = 'what a server has given is still not saved: try again'
        throw failure(call, 'store_conflict', what, details)
      }
    }
    this.#answers.delete(entry.key)
    return read(entry)
  }
}

/** What is stored, with an answer that was not; undefined where others know better. */
function settled(
  found: StoredRegistration,
  { id, client, before, record, clock, at }: Unkept,
): StoredRegistration | undefined {
  const { intent, orphans = [] } = found
  const others = orphans.filter((listed) => listed.id !== id)
  const isUnderWay = intent?.id === id
  const now = withDoubtListed({ ...found, intent: isUnderWay ? undefined : intent, orphans: others })
  const isKnown = found.client?.client_id === client.client_id
  const isUntouched = isKnown && isSame(found.client, before.client) && !isSame(found.client, client)
  // Another process may have listed it as one in doubt, and come to nothing itself.
  const isOurs = isUnderWay || isUntouched || (!found.client && others.length < orphans.length)
  const asked = { ...now, intent: before.intent }
  if (isOurs) return record(asked, client, clock === undefined ? undefined : clock + seconds() - at)
  // Another process that has gone on with the same client knows better.
  return isKnown || record === gone
    ? undefined
    : { ...now, orphans: [...(now.orphans ?? []), orphan('lost_race', client, id)] }
}

function isSame(one?: ClientInformation, other?: ClientInformation): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}
