import type { CredentialStore } from '../stores/store.js'
import type { ClientInformation } from '../types.js'
import { requestOf } from './requested.js'
import { clientsOf, forget, replaceStored } from './storage.js'
import { alone } from './turns.js'
import type { ClientRegistrationRequest, DynamicClient } from './types.js'

/** The server of a stored client, as the library wants it. */
export function serverOf({ issuer, serverMetadata }: DynamicClient) {
  return { ...serverMetadata, issuer }
}

/** The credentials of a stored client: an update of those alone reads the rest first. */
export function credentialsOf(client: DynamicClient): ClientInformation {
  return defined({
    client_id: client.clientId,
    client_secret: client.clientSecret,
    client_secret_expires_at: client.clientSecretExpiresAt,
    registration_access_token: client.registrationAccessToken,
    registration_client_uri: client.registrationClientUri,
  })
}

/**
 * A stored client as the library's store: what it saves becomes part of the stored client, and one that has been
 * removed meanwhile does not come back.
 *
 * @param updates - What is being asked for on top of what was.
 * @param metadata - What to take for the current registration. Without it, the library reads.
 */
export function custodyOf(
  client: DynamicClient,
  updates: Partial<ClientRegistrationRequest> = {},
  metadata: object = {},
): CredentialStore {
  return {
    async get() {
      const newest = newestOf(client)
      if (!newest) return undefined
      const current = withToken(newest, client.registrationAccessToken)
      return { issuer: newest.issuer, client: { ...metadata, ...credentialsOf(current) } }
    },
    async set(_key, { client: answer, intent }) {
      const base = newestOf(client)
      // Its storage has no place for what is only intended.
      if (!base || !answer || intent) return ''
      const requested =
        Object.keys(updates).length > 0 ? withUpdates(requestOf(base), updates) : base.requested
      replaceStored(dynamicClient(answer, defined({ ...base, requested, readAt: Date.now() })))
      return ''
    },
    async delete() {
      forget(client)
      return true
    },
    list: async () => [],
    lock: alone,
  }
}

/**
 * A client with the token to manage it by: the stored one, as each answer is stored. But the original module stored the
 * first one only, and so does who stores clients by hand: there the caller's token counts.
 */
export function withToken(client: DynamicClient, token?: string): DynamicClient {
  const tracked = client.granted && client.registrationAccessToken
  return tracked || !token ? client : { ...client, registrationAccessToken: token }
}

/** A client as it is stored now, if it is. */
export function newestOf({ issuer, clientId }: DynamicClient): DynamicClient | undefined {
  return clientsOf(issuer).find((stored) => stored.clientId === clientId)
}

/** What a stored client has that the server does not answer. */
export type Background = Omit<DynamicClient, 'clientId'>

const CREDENTIALS: ReadonlySet<string> = /* @__PURE__ */ new Set([
  'client_id',
  'client_secret',
  'client_secret_expires_at',
  'client_id_issued_at',
  'registration_access_token',
  'registration_client_uri',
])

/** Makes a client to be stored of what a server answered. */
export function dynamicClient(answer: ClientInformation, base: Background): DynamicClient {
  const granted = withoutCredentials(answer)
  const asked = base.requested?.redirect_uris ?? base.redirectUris
  const method = answer.token_endpoint_auth_method ?? base.tokenEndpointAuthMethod
  return defined({
    ...base,
    clientId: answer.client_id,
    clientSecret: answer.client_secret,
    clientSecretExpiresAt: answer.client_secret_expires_at,
    registrationAccessToken: answer.registration_access_token,
    registrationClientUri: answer.registration_client_uri,
    redirectUris: inOrderOf(asked, answer.redirect_uris ?? base.redirectUris),
    scopes: answer.scope?.split(' ').filter(Boolean) ?? base.scopes,
    tokenEndpointAuthMethod: method ?? base.requested?.token_endpoint_auth_method,
    granted: Object.keys(granted).length > 0 ? granted : base.granted,
  })
}

/** What is not a credential, or another thing that is the server's to give. */
export function withoutCredentials(members: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(members).filter(([member]) => !CREDENTIALS.has(member)))
}

/** The first redirect URI is the one that is used: a server that sorts them does not choose it. */
export function inOrderOf(asked: readonly string[], granted: readonly string[]): string[] {
  return [...asked.filter((uri) => granted.includes(uri)), ...granted.filter((uri) => !asked.includes(uri))]
}

function withUpdates(
  requested: Partial<ClientRegistrationRequest>,
  updates: Partial<ClientRegistrationRequest>,
): Partial<ClientRegistrationRequest> {
  return Object.fromEntries(
    Object.entries({ ...requested, ...defined(updates) }).filter(([, value]) => value !== null),
  )
}

type Defined<T> = { [member in keyof T]: Exclude<T[member], undefined> }

/** JSON has no `undefined`, and what is returned is what is stored. */
function defined<T extends object, R extends object = Defined<T>>(members: T): R {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as R
}
