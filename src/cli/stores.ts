import type { CredentialStore, Encryption } from '../index.js'
import { postgresPool, redisClient } from './databases.js'
import { UsageError } from './errors.js'
import { pathIn, type StoreAddress, urlIn } from './store-address.js'

/** A store, and what ends its connections. */
export interface OpenStore {
  readonly store: CredentialStore
  close(): Promise<void>
}

/** One way to name a store. */
export interface StoreForm {
  /** As people write it; capitals stand for what is theirs. */
  readonly form: string
  /** What stands before its first colon. */
  readonly schemes: readonly string[]
  /** What it is, for docs/cli.md. */
  readonly what: string
  /** Whether it is gone when the command ends. */
  readonly endsWithCommand?: true
  /** @throws {CommandError} It cannot be reached, or the package that it needs is not there. */
  open(address: StoreAddress, encryption: Encryption | undefined): Promise<OpenStore>
}

/** All of them: parsing, help, completion, docs/cli.md and the message about any other are made of it. */
export const STORE_FORMS: readonly StoreForm[] = [
  {
    form: 'file:PATH',
    schemes: ['file'],
    what: 'A folder; `file:` alone is the default, a folder of this user',
    async open(address, encryption) {
      const { fileStore } = await import('../stores/file/index.js')
      return { store: fileStore({ directory: pathIn(address), encryption }), close: async () => {} }
    },
  },
  {
    form: 'journal:PATH',
    schemes: ['journal'],
    what: 'A folder with one file, for one run with thousands of clients: [Journal](stores.md#journal)',
    async open(address, encryption) {
      const directory = pathIn(address)
      if (directory === undefined) throw new UsageError(`${address.source} must be journal:PATH, with a path`)
      const { journalStore } = await import('../stores/journal/index.js')
      return { store: journalStore({ directory, encryption }), close: async () => {} }
    },
  },
  {
    form: 'redis://HOST',
    schemes: ['redis', 'rediss'],
    what: 'Redis, which needs the package `redis`: `npx -p dcr-client -p redis dcr list`; `rediss:` with TLS',
    async open(address, encryption) {
      const text = urlIn(address, 'redis://HOST:PORT')
      if (!/^\/?\d*$/.test(new URL(text).pathname))
        throw new UsageError(
          `${address.source} must end with the number of a database, such as redis://HOST:PORT/0, or without one`,
        )
      const { redisStore } = await import('../stores/redis/index.js')
      const client = await redisClient(text)
      return { store: redisStore(client, { encryption }), close: () => client.close() }
    },
  },
  {
    form: 'postgres://HOST/DATABASE',
    schemes: ['postgres', 'postgresql'],
    what: 'PostgreSQL, which needs the package `pg`: `npx -p dcr-client -p pg dcr list`',
    async open(address, encryption) {
      const text = urlIn(address, 'postgres://HOST:PORT/DATABASE')
      const { postgresStore, migration } = await import('../stores/postgres/index.js')
      const pool = await postgresPool(text, migration())
      return { store: postgresStore(pool, { encryption }), close: () => pool.end() }
    },
  },
  {
    form: 'memory:',
    schemes: ['memory'],
    what: 'Nothing is kept beyond the command, and nothing is encrypted',
    endsWithCommand: true,
    async open() {
      const { memoryStore } = await import('../stores/memory.js')
      return { store: memoryStore(), close: async () => {} }
    },
  },
]

const FORMS = STORE_FORMS.map(({ form }) => form)

/** The forms as a sentence has them. */
export const STORE_FORMS_TOLD = `${FORMS.slice(0, -1).join(', ')} or ${FORMS.at(-1)}`

/** What the name of a store may begin with, for completion. */
export const STORE_BEGINNINGS: readonly string[] = FORMS.map((form) => form.replace(/[A-Z].*$/, ''))

/**
 * The kind of store that is meant.
 *
 * @throws {UsageError} There is none of that kind.
 */
export function storeForm({ scheme, source }: StoreAddress): StoreForm {
  const found = STORE_FORMS.find(({ schemes }) => schemes.includes(scheme))
  if (found) return found
  throw new UsageError(`${source} must be ${STORE_FORMS_TOLD}, and not of another kind`)
}
