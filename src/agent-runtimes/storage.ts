import { demand, isObject, storeFailure } from './failure.js'
import { sameRequest } from './requested.js'
import { currentStorage } from './settings.js'
import type { DynamicClient } from './types.js'
import { parse } from './urls.js'

/** Where the original module keeps its clients. */
const STORAGE_KEY = 'agent-runtimes:dcr-clients'

/*
 * One JSON object, as the original has it: under each issuer its current client. Other clients of the issuer are
 * beside it, under the issuer, "#" and their client_id: no issuer has a fragment.
 */
type Clients = Map<string, DynamicClient>

/** The issuer as it is a key. */
function issuerKey(issuer: string): string {
  return `${issuer}`.replace(/\/$/, '')
}

/** The same, of what a caller passed for the issuer. */
export function givenIssuer(issuer: unknown, operation: string): string {
  demand(
    typeof issuer === 'string' || issuer instanceof URL,
    operation,
    'the issuer must be a URL, as a string',
  )
  return issuerKey(`${issuer}`)
}

/** All that is stored, what is no client among it: that is not ours to throw away. */
function readAll(): Clients {
  let value: unknown
  try {
    value = JSON.parse(currentStorage().getItem(STORAGE_KEY) || '{}')
  } catch {
    // Its error may quote what is stored.
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw storeFailure('could not be read')
  return new Map(Object.entries(value))
}

function writeAll(clients: Clients, client?: DynamicClient): void {
  try {
    currentStorage().setItem(STORAGE_KEY, JSON.stringify(Object.fromEntries(clients)))
  } catch {
    throw storeFailure('could not be written', client)
  }
}

function isClient(value: unknown): value is DynamicClient {
  const { clientId, issuer, redirectUris, scopes } = Object(value) as Partial<DynamicClient>
  return (
    [clientId, issuer].every((text) => text && typeof text === 'string') &&
    [redirectUris, scopes].every(isTexts)
  )
}

export function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((text) => typeof text === 'string')
}

/** Refuses what a caller passed for a client and is none. */
export function demandClient(client: unknown, operation: string): asserts client is DynamicClient {
  const what = 'the client must be one that getOrCreateDynamicClient gave, with at least'
  demand(isClient(client), operation, `${what} issuer, clientId, redirectUris and scopes`)
}

/** The same where the metadata of its server is needed too. */
export function demandWholeClient(client: unknown, operation: string): asserts client is DynamicClient {
  demandClient(client, operation)
  const { serverMetadata } = client
  const what = 'the client must have the metadata of its server as serverMetadata'
  demand(isObject(serverMetadata), operation, what)
}

/**
 * All stored clients of an issuer, the current one first.
 *
 * @throws {DcrError} `store_failed`
 */
export function clientsOf(issuer: string): DynamicClient[] {
  const key = issuerKey(issuer)
  const clients = readAll()
  const mine = [...clients.values()].filter((client) => isClient(client) && issuerKey(client.issuer) === key)
  const current = clients.get(key) ?? clients.get(`${key}/`)
  return mine.sort((a, b) => Number(b === current) - Number(a === current))
}

/**
 * The stored client that is managed at a URL with a token. A server may answer with the URL of another server's
 * client: so one whose own server is at the URL goes first, and after that one that has the token.
 */
export function clientAt(registrationClientUri: string, token: string): DynamicClient | undefined {
  const there = parse(registrationClientUri)?.origin
  const rank = ({ issuer, serverMetadata, registrationAccessToken }: DynamicClient) => {
    const home = parse(serverMetadata?.registration_endpoint ?? issuer)?.origin
    return Number(home === there) * 2 + Number(registrationAccessToken === token)
  }
  return getAllDynamicClients()
    .filter((client) => client.registrationClientUri === registrationClientUri)
    .sort((a, b) => rank(b) - rank(a))[0]
}

/** Puts a changed client in the place of its former self, if it has one. */
export function replaceStored(client: DynamicClient): void {
  const clients = readAll()
  const key = placeOf(clients, client)
  if (key !== undefined) writeAll(clients.set(key, client), client)
}

/** Forgets one client. */
export function forget(client: DynamicClient): void {
  const clients = readAll()
  const key = placeOf(clients, client)
  if (key !== undefined && clients.delete(key)) writeAll(clients)
}

function placeOf(clients: Clients, { issuer, clientId }: DynamicClient): string | undefined {
  for (const [key, client] of clients) {
    if (isClient(client) && client.clientId === clientId && issuerKey(client.issuer) === issuerKey(issuer))
      return key
  }
  return undefined
}

/**
 * The current client of an issuer: the one that was registered, saved or returned last. Asks nobody but the storage.
 *
 * @param issuer - With or without a slash at its end.
 * @returns `null` where there is none, or the storage cannot be read.
 * @throws {DcrError} `invalid_argument`
 */
export function loadDynamicClient(issuer: string): DynamicClient | null {
  const key = givenIssuer(issuer, 'loadDynamicClient')
  try {
    const clients = readAll()
    return [clients.get(key), clients.get(`${key}/`)].find(isClient) ?? null
  } catch {
    return null
  }
}

/**
 * Stores a client as the current one of its issuer. It takes the place of one that has its `clientId`, or was asked
 * for with the same redirect URIs, scopes, name and method; others of the issuer stay.
 *
 * @throws {DcrError} `store_failed`, with the client in `error.client`, or `invalid_argument` if it is none.
 */
export function saveDynamicClient(client: DynamicClient): void {
  demandWholeClient(client, 'saveDynamicClient')
  const key = issuerKey(client.issuer)
  let clients: Clients
  try {
    clients = readAll()
  } catch {
    throw storeFailure('could not be read', client)
  }
  for (const [place, other] of clients) {
    if (!isClient(other) || issuerKey(other.issuer) !== key) continue
    if (other.clientId === client.clientId || sameRequest(other, client)) clients.delete(place)
    else if (place === key) {
      clients.delete(place)
      clients.set(`${key}#${other.clientId}`, other)
    }
  }
  writeAll(clients.set(key, client), client)
}

/**
 * Forgets all clients of an issuer. It does not delete them at the server: see {@link deleteClientRegistration}.
 *
 * @throws {DcrError} `store_failed` if they are still there.
 */
export function removeDynamicClient(issuer: string): void {
  const key = givenIssuer(issuer, 'removeDynamicClient')
  const clients = readAll()
  const others = [...clients].filter(([place, client]) => {
    const mine = isClient(client) ? issuerKey(client.issuer) === key : place === key
    return !mine
  })
  if (others.length < clients.size) writeAll(new Map(others))
}

/**
 * All stored clients; an issuer may have several, for different redirect URIs or scopes.
 *
 * @returns An empty list where the storage cannot be read.
 */
export function getAllDynamicClients(): DynamicClient[] {
  try {
    return [...readAll().values()].filter(isClient)
  } catch {
    return []
  }
}

/**
 * Forgets all clients. It does not delete them at their servers.
 *
 * @throws {DcrError} `store_failed` if they are still there.
 */
export function clearAllDynamicClients(): void {
  try {
    currentStorage().removeItem(STORAGE_KEY)
  } catch {
    throw storeFailure('could not be cleared')
  }
}
