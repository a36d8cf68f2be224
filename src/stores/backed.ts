import { DcrError } from '../errors.js'
import type { Backend, Found, Hold } from './backend.js'
import type { Encryption } from './encryption.js'
import { decode, encode, type Kept, keyNamedIn } from './envelope.js'
import { storeFailure } from './failure.js'
import { type CredentialStore, issuerOf, type StoredRegistration } from './store.js'
import { turns } from './turns.js'

/** Options of every store that keeps its registrations outside the process. */
export interface StoreOptions {
  /** Encrypts what is kept: see `aesGcm` of `dcr-client`. Default: it is kept in clear. */
  encryption?: Encryption | undefined
}

/** Milliseconds that a save waits for its key: longer than any save, shorter than a patient caller. */
export const LONGEST_WAIT = 10_000

/** A key that a task of this process has. Without a hold once it was lost to another, until it is held anew. */
interface Holding {
  hold?: Hold | undefined
  /** What is there, as long as the key is held: nobody else can change it, so it is read once. */
  found?: { readonly revision: string | undefined } | undefined
}

type Change = 'made' | 'unexpected' | 'lost'

type Take = (key: string, signal: AbortSignal, isOurs?: boolean) => Promise<Hold>

/** A store of registrations made of a keeper of texts: what all of them check and promise is here. */
export function backedStore(backend: Backend, { encryption }: StoreOptions = {}): CredentialStore {
  const tasks = turns()
  const uses = turns()
  const held = new Map<string, Holding>()

  const open = async (text: string, place: string): Promise<Kept> => {
    const kept = await decode(text, place, encryption)
    if (backend.place(kept.key) === place) return kept
    const what = `${place} belongs to another client, of ${backend.place(kept.key)}, and is left as it is`
    throw storeFailure('store_unreadable', `${what}: move it back, or away`)
  }

  const read = async (key: string, hold?: Hold): Promise<StoredRegistration | undefined> => {
    const text = await (hold ? hold.read() : backend.read(key))
    return text === undefined ? undefined : (await open(text, backend.place(key))).stored
  }

  /** Reads what is there of a key that a task has, and remembers its revision while it is held. */
  const find = async (
    key: string,
    holding: Holding,
  ): Promise<{ revision: string | undefined; stored?: StoredRegistration | undefined }> => {
    const { hold } = holding
    const stored = await read(key, hold)
    const found = { revision: stored?.revision }
    if (hold) holding.found = found
    return { ...found, stored }
  }

  /** Who gave up is told their own reason; who had no time left, what the backend has waited for. */
  const take: Take = (key, signal, isOurs = false) =>
    backend.hold(key, signal).catch((error) => {
      if (!isOurs || !(error instanceof DcrError)) signal.throwIfAborted()
      throw error
    })
  const takeSoon: Take = (key, signal) => take(key, signal, true)

  const lock = <T>(
    key: string,
    task: () => Promise<T>,
    signal = new AbortController().signal,
    taken = take,
  ): Promise<T> => {
    const run = async () => {
      const holding: Holding = { hold: await taken(key, signal) }
      held.set(key, holding)
      try {
        signal.throwIfAborted()
        return await task()
      } finally {
        held.delete(key)
        // After what the task has not waited for. It is done and kept, whatever becomes of the hold.
        await uses(key, async () => holding.hold?.release()).catch(() => {})
      }
    }
    return tasks(key, run, signal)
  }

  const soon = <T>(key: string, wait: (signal: AbortSignal) => Promise<T>): Promise<T> => {
    const signal = AbortSignal.timeout(LONGEST_WAIT)
    return wait(signal).catch((error) => {
      if (!signal.aborted || error !== signal.reason) throw error
      const what = `${backend.place(key)} was not free for ${LONGEST_WAIT / 1000} seconds, and is left as it is`
      throw storeFailure('store_failed', `${what}: another process holds it, or the store gave no connection`)
    })
  }

  /** Compares and sets. Nobody can come between the two: the key is held, and all who use a hold take turns. */
  const replace = (
    key: string,
    isExpected: (revision?: string) => boolean,
    change: (hold: Hold) => Promise<boolean>,
    next?: string,
  ): Promise<Change> => {
    const holding = held.get(key)
    // Nobody waits for the key in a turn that its task needs: that would be for ever.
    if (!holding)
      return soon(key, (signal) => lock(key, () => replace(key, isExpected, change, next), signal, takeSoon))
    return uses(key, async () => {
      holding.hold ??= await soon(key, (signal) => takeSoon(key, signal))
      const { hold } = holding
      const { revision } = holding.found ?? (await find(key, holding))
      if (!isExpected(revision)) return 'unexpected'
      // Until it is known how that ends.
      holding.found = undefined
      if (await change(hold)) {
        holding.found = { revision: next }
        return 'made'
      }
      holding.hold = undefined
      await hold.release()
      return 'lost'
    })
  }

  return {
    async get(key) {
      const holding = held.get(key)
      return holding ? uses(key, async () => (await find(key, holding)).stored) : read(key)
    },
    async set(key, stored) {
      const { revision: expected } = stored
      const revision = crypto.randomUUID()
      const text = await encode(key, stored, revision, encryption)
      const change = await replace(
        key,
        (found) => found === expected,
        (hold) => hold.write(text),
        revision,
      )
      return change === 'made' ? revision : undefined
    },
    async delete(key, revision) {
      const change = await replace(
        key,
        (found) => found !== undefined && (revision === undefined || found === revision),
        (hold) => hold.remove(),
      )
      if (change !== 'lost') return change === 'made'
      // It may well be there: "no" would be taken for "gone".
      const what = `${backend.place(key)} was taken over by another process, and is left as it is; read it again`
      throw storeFailure('store_conflict', what)
    },
    async list(issuer) {
      const found = await backend.list()
      const wanted = issuer === undefined ? found : found.filter((one) => mayBeOf(issuer, one))
      return Promise.all(
        wanted.map(async ({ place, text }): Promise<[string, StoredRegistration]> => {
          const { key, stored } = await open(text, place)
          return [key, stored]
        }),
      )
    },
    lock: (key, task, signal) => lock(key, task, signal),
    ...(backend.compact && { compact: backend.compact }),
  }
}

/** Whether it is of the issuer, or might be: what says of itself that it is of another is not read. */
function mayBeOf(issuer: string, { text, key = keyNamedIn(text) }: Found): boolean {
  const of = key === undefined ? undefined : issuerOf(key)
  return of === undefined || of.replace(/\/$/, '') === issuer.replace(/\/$/, '')
}
