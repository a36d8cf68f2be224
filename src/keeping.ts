import { type Custody, custodyOf, inTurn, type Records, unhurried } from './custody.js'
import type { DcrError } from './errors.js'
import { type Call, within } from './http/call.js'
import { failure } from './http/failure.js'
import { hasControlCharacter } from './http/printable.js'
import { carriedOver } from './information.js'
import { type CredentialStore, storeKey } from './stores/store.js'
import type { ClientInformation } from './types.js'

/** How a `DcrClient` keeps its clients: each under its own `client_id`. */
const RECORDS: Records = {
  kept: (stored, client) => ({ ...stored, client, intent: undefined }),
  rescued: (stored, client) => ({ ...stored, client, intent: undefined }),
  forgotten: () => undefined,
}

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
  return inTurn(store, key, call, async (stored = { issuer, client }) => {
    const newest = stored.client ?? client
    try {
      return await task(newest, custodyOf(store, key, stored, RECORDS))
    } catch (error) {
      // A turn can be lost to another process, and with it the token that was in force.
      const refused = (error as DcrError).code === 'unauthorized'
      const now = refused ? await within(call, () => store.get(key)).catch(() => undefined) : undefined
      const token = now?.client?.registration_access_token
      if (!now?.client || token === newest.registration_access_token) throw error
      return task(now.client, custodyOf(store, key, now, RECORDS))
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
  return inTurn(store, key, call, (stored = { issuer }) => {
    const intent = custodyOf(store, key, stored, RECORDS)
    const keep: Custody['keep'] = async (client, ...rest) => {
      const place = storeKey(issuer, client.client_id)
      // A server may know the application again, and leave out what it has given before.
      const before = await within(unhurried(call), () => store.get(place)).catch(() => undefined)
      const custody = custodyOf(store, place, before ?? { issuer }, RECORDS)
      await custody.keep(carriedOver(client, before?.client), ...rest)
      await intent.forget(rest[0], rest[1]).catch(() => {})
    }
    return task({ ...intent, keep, rescue: keep })
  })
}
