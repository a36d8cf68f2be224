import { DcrClient } from '../client/client.js'
import { DcrError, OAuthError } from '../errors.js'
import { type Difference, differences } from '../metadata/differences.js'
import type { ClientInformation } from '../types.js'
import { locate, supportsDCR } from './discovery.js'
import { demand, failed, isObject } from './failure.js'
import { credentialsOf, custodyOf, dynamicClient, inOrderOf, newestOf, serverOf } from './keeping.js'
import { isTokenSource, register } from './registration.js'
import { fits, registrationRequest } from './requested.js'
import { requestOptions } from './settings.js'
import {
  clientsOf,
  demandClient,
  givenIssuer,
  isTexts,
  loadDynamicClient,
  saveDynamicClient,
} from './storage.js'
import { alone } from './turns.js'
import type { DynamicClient, DynamicClientOptions } from './types.js'
import { checkEndpoints } from './urls.js'

interface Flight {
  readonly forceNew: boolean
  readonly client: Promise<DynamicClient>
}

const flights = /* @__PURE__ */ new Map<string, Flight>()

/**
 * The client for an issuer: the stored one that was asked for with the same redirect URIs, scopes, name and method,
 * or else a new one, which is stored. Calls for the same at the same time register once, and share what comes of it.
 * It does not ask the server whether it still knows a stored client: see {@link readDynamicClient}.
 *
 * If the secret of the stored client has expired, a new one is registered, and the old registration is deleted where
 * the server lets that be done within five seconds; whether it was, nobody is told.
 *
 * @param issuerUrl - The issuer, with or without a slash at its end; `https:`, or `http:` on this machine.
 * @throws {DcrError} `Could not discover authorization server at …`, `… does not support Dynamic Client Registration`
 *   (code `registration_not_supported`), or as {@link registerClient}. With the code `store_failed` and the outcome
 *   `applied` the client was registered and not stored: it is in `error.client`, for {@link saveDynamicClient}.
 * @example
 * const client = await getOrCreateDynamicClient('https://as.example.com', {
 *   redirectUris: ['http://localhost:3000/callback'],
 *   scopes: ['openid'],
 * })
 */
export async function getOrCreateDynamicClient(
  issuerUrl: string,
  options: DynamicClientOptions,
): Promise<DynamicClient> {
  const issuer = givenIssuer(issuerUrl, 'getOrCreateDynamicClient')
  checkOptions(options)
  const { clientName, redirectUris, scopes = [], tokenEndpointAuthMethod, forceNew = false } = options
  const key = JSON.stringify([issuer, redirectUris, scopes, clientName, tokenEndpointAuthMethod])
  const asked = { ...options, redirectUris: [...redirectUris], scopes: [...scopes] }
  const client = await once(key, forceNew, () => alone(issuer, () => obtain(issuer, asked)))
  return structuredClone(client)
}

function checkOptions(options: DynamicClientOptions): void {
  const wants = (holds: unknown, what: string) => demand(holds, 'getOrCreateDynamicClient', what)
  wants(isObject(options), 'the options must be an object with redirectUris')
  const { clientName, redirectUris, scopes = [], tokenEndpointAuthMethod, forceNew } = options
  wants(isTexts(redirectUris), 'the redirectUris must be a list of strings')
  wants(isTexts(scopes), 'the scopes must be a list of strings')
  wants(typeof (clientName ?? '') === 'string', 'the clientName must be a string')
  wants(typeof (forceNew ?? false) === 'boolean', 'forceNew must be true or false')
  const method = tokenEndpointAuthMethod ?? 'none'
  wants(method && typeof method === 'string', 'the tokenEndpointAuthMethod must be a method such as none')
  const what = 'the initialAccessToken must be a string, or a function that gives one'
  wants(isTokenSource(options.initialAccessToken), what)
}

/** Joins a call that is under way, if it comes to the same. */
async function once(
  key: string,
  forceNew: boolean,
  task: () => Promise<DynamicClient>,
): Promise<DynamicClient> {
  for (let flight = flights.get(key); flight; flight = flights.get(key)) {
    if (flight.forceNew || !forceNew) return flight.client
    await flight.client.catch(() => {})
  }
  const client = task().finally(() => flights.delete(key))
  flights.set(key, { forceNew, client })
  return client
}

async function obtain(issuer: string, options: DynamicClientOptions): Promise<DynamicClient> {
  // A storage that cannot be read is told before anything is registered.
  const stored = clientsOf(issuer).filter((client) => fits(client, options))
  const valid = stored.find((client) => !hasExpired(client))
  if (valid && !options.forceNew) return current(valid, options)

  const server = await locate(issuer)
  if (!supportsDCR(server)) {
    const what = `Authorization server at ${issuer} does not support Dynamic Client Registration`
    throw new DcrError(
      'registration_not_supported',
      `${what}: its metadata names no registration_endpoint.`,
      {
        outcome: 'not_sent',
      },
    )
  }
  checkEndpoints(server, issuer)
  const requested = registrationRequest(options, server)
  const answer = await register({ ...server, issuer }, requested, options.initialAccessToken)
  const client = dynamicClient(answer, {
    issuer,
    registeredAt: Date.now(),
    redirectUris: options.redirectUris,
    scopes: options.scopes ?? [],
    serverMetadata: server,
    requested,
  })
  saveDynamicClient(client)
  await Promise.all(stored.filter(hasExpired).map(discard))
  return client
}

/** Makes a stored client the one that {@link loadDynamicClient} finds. */
function current(client: DynamicClient, { redirectUris }: DynamicClientOptions): DynamicClient {
  const ordered = { ...client, redirectUris: inOrderOf(redirectUris, client.redirectUris) }
  const loaded = loadDynamicClient(client.issuer)
  const same = loaded?.clientId === client.clientId && loaded.redirectUris[0] === ordered.redirectUris[0]
  if (!same) saveDynamicClient(ordered)
  return ordered
}

/** `0` is never. */
function hasExpired({ clientSecretExpiresAt = 0 }: DynamicClient): boolean {
  return clientSecretExpiresAt > 0 && clientSecretExpiresAt * 1000 < Date.now()
}

/** Milliseconds that a caller who has a new client waits for the old one to be deleted. */
const LONGEST_FAREWELL = 5000

async function discard(client: DynamicClient): Promise<void> {
  const options = { ...requestOptions(client.issuer), timeout: LONGEST_FAREWELL }
  await new DcrClient(serverOf(client), options).delete(credentialsOf(client)).catch(() => {})
}

/**
 * Reads what the server has registered for a client now. If the client is stored, what is new is stored too: another
 * registration access token, another secret, other scopes.
 *
 * @returns The client as it is now, or `null` where the server no longer knows it or its token: 401, 410, and 404 if
 *   the URL has worked before. The storage then still has it: `getOrCreateDynamicClient` with `forceNew` replaces it.
 * @throws {DcrError} `DCR read failed: …`; with the code `management_not_supported` the server gave no URL to read at,
 *   with `not_found` it gave one that never worked.
 * @see RFC 7592 §2.1
 */
export async function readDynamicClient(client: DynamicClient): Promise<DynamicClient | null> {
  demandClient(client, 'readDynamicClient')
  try {
    const options = { ...requestOptions(client.issuer), store: custodyOf(client) }
    const answer = await new DcrClient(serverOf(client), options).get(credentialsOf(client))
    return newestOf(client) ?? dynamicClient(answer, { ...client, readAt: Date.now() })
  } catch (error) {
    if (error instanceof OAuthError && isGone(error.status, newestOf(client) ?? client)) return null
    throw failed('read', error)
  }
}

/** At a URL that never worked, 404 says nothing of the client: who then registered anew would do so for ever. */
function isGone(status: number, { readAt }: DynamicClient): boolean {
  return status === 401 || status === 410 || (status === 404 && readAt !== undefined)
}

/**
 * What the server registered other than it was asked to: scopes it left out, another authentication method, redirect
 * URIs it changed. Asks nobody; {@link readDynamicClient} brings a client up to date.
 *
 * @returns Nothing for a client that the original module stored, which did not keep the answer.
 * @see RFC 7591 §3.2.1
 */
export function dynamicClientDifferences(client: DynamicClient): Difference[] {
  demandClient(client, 'dynamicClientDifferences')
  const { requested, granted } = client
  return requested && granted ? differences(requested, granted as ClientInformation) : []
}
