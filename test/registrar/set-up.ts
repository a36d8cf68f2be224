import { onTestFinished, vi } from 'vitest'
import {
  type ClientInformation,
  type CredentialStore,
  memoryStore,
  Registrar,
  type RegistrarOptions,
  type StoredRegistration,
  type WarningCode,
} from '../../src/index.js'
import { registrationKey } from '../../src/stores/store.js'
import { type ServerOptions, startAuthorizationServer } from './authorization-server.js'

export const METADATA = {
  redirect_uris: ['https://app.example.com/cb', 'https://app.example.com/other'],
  client_name: 'App',
  grant_types: ['authorization_code', 'refresh_token'],
  scope: 'openid offline_access',
}

/** The same, but for one member. */
export const CHANGED = { ...METADATA, client_name: 'App 2' }

export interface Opened {
  readonly registrar: Registrar
  readonly store: CredentialStore
  /** The codes of all warnings, in their order. */
  readonly warnings: WarningCode[]
}

/** A Registrar that may ask servers on this machine. */
export function open(options: Partial<RegistrarOptions> = {}): Opened {
  const warnings: WarningCode[] = []
  const { store = memoryStore() } = options
  const onWarning: RegistrarOptions['onWarning'] = ({ code }) => void warnings.push(code)
  const registrar = new Registrar({ allowInsecureRequests: true, onWarning, ...options, store })
  return { registrar, store, warnings }
}

/** A client that is registered, at a server. */
export async function registered(options?: ServerOptions) {
  const as = await startAuthorizationServer(options)
  const opened = open()
  const { client } = await opened.registrar.ensure(as.origin, METADATA)
  return { as, client, ...opened }
}

/** A store whose lock is given to nobody before it was read that often: by then, so many calls are under way. */
export function gathering(size: number): CredentialStore {
  const store = memoryStore()
  let come = () => {}
  const all = new Promise<void>((resolve) => {
    come = () => void (--size === 0 && resolve())
  })
  return {
    ...store,
    get(key) {
      come()
      return store.get(key)
    },
    async lock(key, task, signal) {
      await all
      // The last one has read by then.
      await new Promise(setImmediate)
      return store.lock(key, task, signal)
    },
  }
}

/** What is stored of the client that an application has no other name for. */
export async function storedAt(store: CredentialStore, issuer: string): Promise<StoredRegistration> {
  return (await store.get(registrationKey(issuer, 'default'))) ?? { issuer }
}

/** Changes what is stored, as another process may have done that was killed then. */
export async function rewrite(
  store: CredentialStore,
  issuer: string,
  change: (stored: StoredRegistration) => StoredRegistration,
): Promise<void> {
  await store.set(registrationKey(issuer, 'default'), change(await storedAt(store, issuer)))
}

/** The clock of this machine stands still from now on, and is set by what this returns: seconds from the start. */
export function stopClock(): (seconds: number) => void {
  const start = Math.floor(Date.now() / 1000) * 1000
  vi.useFakeTimers({ toFake: ['Date'], now: start })
  onTestFinished(() => void vi.useRealTimers())
  return (seconds) => void vi.setSystemTime(start + seconds * 1000)
}

/** What of a client may not be printed. */
export function secretsOf(clients: Iterable<ClientInformation>): string[] {
  return [...clients].flatMap(({ client_secret = '', registration_access_token = '' }) => [
    client_secret,
    registration_access_token,
  ])
}
