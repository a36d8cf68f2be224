import type { DcrError } from '../errors.js'
import { type Call, within } from '../http/call.js'
import { failure } from '../http/failure.js'
import { carriedOver } from '../metadata/information.js'
import { hasControlCharacter } from '../printable.js'
import { type CredentialStore, storeKey } from '../stores/store.js'
import type { ClientInformation } from '../types.js'
import { type Custody, unhurried } from './custody.js'
import { custodyOf, type Records } from './stored.js'
import { inTurn } from './turn.js'

/** How a `DcrClient` keeps its clients: each under its own `client_id`. */
const RECORDS: Records = { kept: (stored, client) => ({ ...stored, client, intent: undefined }) }

export function checkClient(client: ClientInformation, call: Call): void {
  const { client_id } = Object(client)
  if (typeof client_id !== 'string' || client_id === '' || hasControlCharacter(client_id)) {
    throw failure(call, 'invalid_argument', 'the client must be a client information with its client_id')
  }
}

/** Runs a task with the newest that is stored of a client; what was passed serves where nothing is. */
export function kept<T>(
  store: CredentialStore,
  issuer: string,
  client: ClientInformation,
  call: Call,
  task: (newest: ClientInformation, custody: Custody) => Promise<T>,
): Promise<T> {
  const key = storeKey(issuer, client.client_id)
  return inTurn(store, key, call, async (stored = { issuer, client }, custodyInTurn) => {
    const { client: newest = client } = stored
    const custody = custodyInTurn(stored, RECORDS)
    try {
      return await task(newest, custody)
    } catch (error) {
      // A turn can be lost to another process, and with it the token that was in force.
      const refused = (error as DcrError).code === 'unauthorized'
      const now = refused ? await within(call, () => store.get(key)).catch(() => undefined) : undefined
      const token = now?.client?.registration_access_token
      if (!now?.client || token === custody.stored?.client?.registration_access_token) throw error
      return task(now.client, custodyInTurn(now, RECORDS))
    }
  })
}

/**
 * Runs the registration of a client whose identifier nobody knows yet: its intent has a key of its own, which stays
 * if the process ends before the answer is kept.
 */
export function newlyKept<T>(
  store: CredentialStore,
  issuer: string,
  call: Call,
  task: (custody: Custody) => Promise<T>,
): Promise<T> {
  const key = JSON.stringify([issuer, 'registering', crypto.randomUUID()])
  return inTurn(store, key, call, (stored = { issuer }, custodyInTurn, endTurn) => {
    const intent = custodyInTurn(stored, RECORDS)
    const keep: Custody['keep'] = async (client, during, details, clock) => {
      // A turn may hold a connection, and to save the client takes another: the intent alone keeps it safe meanwhile.
      endTurn()
      const place = storeKey(issuer, client.client_id)
      // A server may know the application again, and leave out what it has given before.
      const before = await within(unhurried(during), () => store.get(place)).catch(() => undefined)
      const custody = custodyOf(store, place, before ?? { issuer }, RECORDS)
      const whole = await custody.keep(carriedOver(client, before?.client), during, details, clock)
      await intent.forget(during, details).catch(() => {})
      return whole
    }
    const rescue: Custody['rescue'] = async (...given) => void (await keep(...given))
    return task({ ...intent, keep, rescue })
  })
}
