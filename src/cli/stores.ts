import { fileURLToPath } from 'node:url'
import type { CredentialStore, Encryption } from '../index.js'
import { postgresAt, redisAt } from './databases.js'
import { UsageError } from './errors.js'

/** A store, and what ends its connections. */
export interface OpenStore {
  readonly store: CredentialStore
  close(): Promise<void>
}

/** What a person wrote to name a store. */
export interface StoreAddress {
  /** All of it, as it was written. */
  readonly text: string
  /** Where it was written, for messages. */
  readonly source: string
  /** What the store is encrypted with. */
  readonly encryption: Encryption | undefined
}

type Environment = Readonly<Record<string, string | undefined>>

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
  open(address: StoreAddress): Promise<OpenStore>
}

/** All of them: parsing, help, completion, docs/cli.md and the message about any other are made of it. */
export const STORE_FORMS: readonly StoreForm[] = [
  {
    form: 'file:PATH',
    schemes: ['file'],
    what: 'A folder; `file:` alone is the default, a folder of this user',
    open: fileStoreAt,
  },
  {
    form: 'redis://HOST',
    schemes: ['redis', 'rediss'],
    what: 'Redis, which needs the package `redis`: `npx -p dcr-client -p redis dcr list`; `rediss:` with TLS',
    open: redisAt,
  },
  {
    form: 'postgres://HOST/DATABASE',
    schemes: ['postgres', 'postgresql'],
    what: 'PostgreSQL, which needs the package `pg`: `npx -p dcr-client -p pg dcr list`',
    open: postgresAt,
  },
  {
    form: 'memory:',
    schemes: ['memory'],
    what: 'Nothing is kept beyond the command, and nothing is encrypted',
    endsWithCommand: true,
    open: memoryStoreAt,
  },
]

const FORMS = STORE_FORMS.map(({ form }) => form)

/** The forms as a sentence has them. */
export const STORE_FORMS_TOLD = `${FORMS.slice(0, -1).join(', ')} or ${FORMS.at(-1)}`

/** What a store may begin with, for completion. */
export const STORE_BEGINNINGS: readonly string[] = FORMS.map((form) => form.replace(/[A-Z].*$/, ''))

/** The variable that names the store where `--store` does not. */
export const STORE_VARIABLE = 'DCR_STORE'

/** Before the host, with what a careless hand leaves unescaped in it, or in the query, where PostgreSQL takes it too. */
const PASSWORD = /^\w+:\/\/[^@]*:[^@]+@|[?&](ssl)?password=/i

/**
 * Opens the store that `--store` names, or else the environment, or else the default.
 *
 * @param option - The value of `--store`; it may have no password, as an argument can be read by everybody.
 * @throws {UsageError} It is of no form that is known.
 * @throws {CommandError} The database cannot be reached, or its package is not there.
 */
export async function openStore(
  option: string | undefined,
  environment: Environment,
  encryption: Encryption | undefined,
): Promise<OpenStore> {
  const { form, ...named } = namedStore(option, environment)
  return form.open({ ...named, encryption })
}

/** The same, named and not opened. */
export function namedStore(
  option: string | undefined,
  environment: Environment,
): Omit<StoreAddress, 'encryption'> & { form: StoreForm } {
  const text = option ?? (environment[STORE_VARIABLE] || 'file:')
  const source = option === undefined ? STORE_VARIABLE : '--store'
  if (option !== undefined && PASSWORD.test(option)) {
    throw new UsageError(
      `--store is not taken with a password in it: an argument can be read by everybody on this machine; put the URL into ${STORE_VARIABLE}`,
    )
  }
  const form = STORE_FORMS.find(({ schemes }) => schemes.includes(parts(text).scheme))
  if (form) return { form, text, source }
  throw new UsageError(`${source} must be ${STORE_FORMS_TOLD}, and not of another kind`)
}

function parts(text: string): { scheme: string; rest: string } {
  const colon = text.indexOf(':')
  return colon < 0
    ? { scheme: '', rest: text }
    : { scheme: text.slice(0, colon), rest: text.slice(colon + 1) }
}

async function memoryStoreAt(): Promise<OpenStore> {
  const { memoryStore } = await import('../stores/memory.js')
  return { store: memoryStore(), close: async () => {} }
}

async function fileStoreAt(address: StoreAddress): Promise<OpenStore> {
  const { fileStore } = await import('../stores/file/index.js')
  const { encryption } = address
  return { store: fileStore({ directory: pathIn(address), encryption }), close: async () => {} }
}

/** The path behind the scheme. Without slashes it is a path as the shell has it, with two of them a URL. */
function pathIn({ text, source }: StoreAddress): string | undefined {
  const { scheme, rest: path } = parts(text)
  if (path === '') return undefined
  if (!path.startsWith('//')) return path
  try {
    return fileURLToPath(`file:${path}`)
  } catch {
    throw new UsageError(`${source} must be ${scheme}:PATH, or ${scheme}:///PATH with three slashes`)
  }
}
