import { DcrClient, type DcrClientOptions } from '../client/client.js'
import type { DcrError } from '../errors.js'
import type { CredentialStore } from '../stores/store.js'
import type { ClientInformation, ClientMetadata, ClientMetadataChanges } from '../types.js'
import { demand, failed, isObject } from './failure.js'
import { credentialsOf, custodyOf, serverOf, withoutCredentials, withToken } from './keeping.js'
import { requestOptions } from './settings.js'
import { clientAt } from './storage.js'
import type { ClientRegistrationRequest, ClientRegistrationResponse } from './types.js'
import { parse } from './urls.js'

/**
 * Registers a new client each time it is called, and stores nothing. After silence it is not sent again, as the client
 * may exist.
 *
 * @param registrationEndpoint - `https:`, or `http:` on this machine.
 * @param accessToken - What a protected endpoint wants: a token, or where to get it, such as `registrationToken(…)`.
 * @returns What the server registered, which may differ from what was asked.
 * @throws {DcrError} `DCR registration failed: …`; an `OAuthError` with `status` and `error` where the server refused.
 *   What the server gave all the same is in `error.client`.
 * @see RFC 7591 §3
 */
export async function registerClient(
  registrationEndpoint: string,
  request: ClientRegistrationRequest,
  accessToken?: DcrClientOptions['initialAccessToken'],
): Promise<ClientRegistrationResponse> {
  const me = 'registerClient'
  demand(isText(registrationEndpoint), me, 'the registrationEndpoint must be a URL, as a string')
  demand(hasMembers(request), me, 'the request must be an object of client metadata')
  demand(isTokenSource(accessToken), me, 'the accessToken must be a string, or a function that gives one')
  const server = { issuer: registrationEndpoint, registration_endpoint: registrationEndpoint }
  return answered(await register(server, request, accessToken), request)
}

/** As {@link registerClient}, with no more than the server answered. */
export async function register(
  server: { issuer: string; registration_endpoint?: string },
  request: ClientRegistrationRequest,
  accessToken: DcrClientOptions['initialAccessToken'],
): Promise<ClientInformation> {
  try {
    const options = { ...requestOptions(server.issuer), initialAccessToken: accessToken || undefined }
    return await new DcrClient(server, options).register(request as ClientMetadata)
  } catch (error) {
    throw failed('registration', error)
  }
}

/**
 * Reads the current registration. If the client is stored, what is new in the answer is stored too.
 *
 * @returns What the server answered, with the credentials it left out.
 * @throws {DcrError} `DCR read failed: …`; with the code `unauthorized` the token is wrong, or the client is gone.
 * @see RFC 7592 §2.1
 */
export async function readClientRegistration(
  registrationClientUri: string,
  registrationAccessToken: string,
): Promise<ClientRegistrationResponse> {
  const read = (dcr: DcrClient, client: ClientInformation) => dcr.get(client)
  return answered(await managed('read', registrationClientUri, registrationAccessToken, read))
}

/**
 * Changes some members of a registration and keeps the others: reads it, lays the changes over it, and replaces it by
 * that. If the client is stored, so is the answer, with the new registration access token that may be in it.
 *
 * @param updates - Members to change. One that is `null` is removed; one that is `undefined` stays. Credentials among
 *   them are left out: they are the server's to give.
 * @returns The new registration. From here on its `registration_access_token` counts.
 * @throws {DcrError} `DCR update failed: …`
 * @see RFC 7592 §2.2
 */
export async function updateClientRegistration(
  registrationClientUri: string,
  registrationAccessToken: string,
  updates: Partial<ClientRegistrationRequest>,
): Promise<ClientRegistrationResponse> {
  const what = 'the updates must be an object of client metadata'
  demand(hasMembers(updates), 'updateClientRegistration', what)
  // The original sends just what it is given, so that its callers pass a whole answer, credentials and all.
  const changes = withoutCredentials(updates)
  const update = (dcr: DcrClient, client: ClientInformation) =>
    dcr.update(client, changes as ClientMetadataChanges)
  return answered(
    await managed('update', registrationClientUri, registrationAccessToken, update, changes),
    updates,
  )
}

/**
 * Deletes a client, at the server and, if it is there, in the storage.
 *
 * @throws {DcrError} `DCR delete failed: …`, beginning with the status where the server refused.
 * @see RFC 7592 §2.3
 */
export async function deleteClientRegistration(
  registrationClientUri: string,
  registrationAccessToken: string,
): Promise<void> {
  const remove = (dcr: DcrClient, client: ClientInformation) => dcr.delete(client)
  await managed('delete', registrationClientUri, registrationAccessToken, remove)
}

/**
 * Manages the client at a URL. A stored client is managed by the rules of the server it came from, with its newest
 * token; of any other the URL is taken at the caller's word, and the token stays at its origin.
 */
async function managed<T>(
  operation: 'read' | 'update' | 'delete',
  uri: string,
  token: string,
  task: (dcr: DcrClient, client: ClientInformation) => Promise<T>,
  updates: Partial<ClientRegistrationRequest> = {},
): Promise<T> {
  const me = `${operation}ClientRegistration`
  demand(isText(uri), me, 'the registrationClientUri must be a URL, as a string')
  demand(isText(token), me, 'the registrationAccessToken must be a string')
  try {
    const stored = clientAt(uri, token)
    if (!stored) return await managedUnknown(uri, token, task)
    const known = withToken(stored, token)
    const manage = (store: CredentialStore) =>
      task(new DcrClient(serverOf(known), { ...requestOptions(known.issuer), store }), credentialsOf(known))
    return await manage(custodyOf(known, updates)).catch((error: DcrError) => {
      // Some servers offer an update and no read; there the last answer has to do.
      if (operation !== 'update' || !known.granted || !isRefusedRead(error)) throw error
      return manage(custodyOf(known, updates, known.granted))
    })
  } catch (error) {
    throw failed(operation, error)
  }
}

function isRefusedRead({ code, endpoint = '' }: DcrError): boolean {
  return code === 'not_found' && endpoint.startsWith('GET')
}

async function managedUnknown<T>(
  uri: string,
  token: string,
  task: (dcr: DcrClient, client: ClientInformation) => Promise<T>,
): Promise<T> {
  const dcr = new DcrClient({ issuer: uri, registration_endpoint: uri }, requestOptions(uri))
  const client = {
    client_id: probableId(uri),
    registration_client_uri: uri,
    registration_access_token: token,
  }
  try {
    return await task(dcr, client)
  } catch (thrown) {
    const { code, endpoint = '', client: answer = {} } = thrown as DcrError
    const { client_id, registration_access_token: newest = token } = answer
    const told = typeof client_id === 'string' && client_id !== client.client_id && typeof newest === 'string'
    if (code !== 'invalid_response' || !endpoint.startsWith('GET') || !told) throw thrown
    // The URL does not tell the client_id. The read, which comes first, has done so.
    return task(dcr, { ...client, client_id, registration_access_token: newest })
  }
}

/** Most servers put it last in the path, or into the query. */
function probableId(uri: string): string {
  const url = parse(uri)
  const last = url?.pathname.replace(/\/+$/, '').replace(/^.*\//, '') ?? ''
  const id = url?.searchParams.get('client_id') || decoded(last)
  return /^[\x20-\x7e]+$/.test(id) ? id : 'unknown'
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

function answered(
  client: ClientInformation,
  { redirect_uris = [] }: Partial<ClientRegistrationRequest> = {},
): ClientRegistrationResponse {
  return { redirect_uris, ...client } as ClientRegistrationResponse
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}

/** A Map or a Promise has no members of its own: it would change nothing, or ask for nothing. */
function hasMembers(value: unknown): boolean {
  if (!isObject(value)) return false
  return Object.keys(value).length > 0 || [Object.prototype, null].includes(Object.getPrototypeOf(value))
}

/** Whether it may be an initial access token, or none at all. */
export function isTokenSource(value: unknown): boolean {
  return ['string', 'function'].includes(typeof (value ?? ''))
}
