import { type Answer, jsonAnswer } from '../../answer.js'
import type { Members, Occasion } from '../../dialect.js'
import type { RegisteredClient } from '../../state.js'
import { LIFESPANS, OMITTED_WHEN_EMPTY } from './members.js'
import { dateNow } from './metadata-rules.js'

/**
 * A registration and an update are answered with the struct the request was decoded into, a read with the one that was
 * stored: hence `null` here and `[]` there for the same unset member, and an update that echoes what it was sent.
 */
export function describeClient(client: RegisteredClient, occasion: Occasion): Answer {
  const { operation } = occasion
  const answer = jsonAnswer(operation === 'register' ? 201 : 200, membersOf(client, occasion))
  if (operation !== 'register') return answer
  // Of the API for administrators, and relative.
  const location = `admin/clients/${encodeURIComponent(client.client_id)}`
  return { ...answer, headers: { ...answer.headers, location } }
}

function membersOf(client: RegisteredClient, occasion: Occasion): Members {
  const { operation, requested } = occasion
  const text = (name: string) => client[name] ?? ''
  const list = (name: string) => (requested ? (requested[name] ?? null) : (client[name] ?? []))
  return {
    client_id: client.client_id,
    client_name: text('client_name'),
    ...(operation === 'register' && client.client_secret && { client_secret: client.client_secret }),
    redirect_uris: list('redirect_uris'),
    grant_types: list('grant_types'),
    response_types: list('response_types'),
    scope: client.scope,
    audience: client.audience ?? [],
    owner: text('owner'),
    policy_uri: text('policy_uri'),
    allowed_cors_origins: client.allowed_cors_origins ?? [],
    tos_uri: text('tos_uri'),
    client_uri: text('client_uri'),
    logo_uri: text('logo_uri'),
    contacts: list('contacts'),
    client_secret_expires_at: client.client_secret_expires_at ?? 0,
    subject_type: client.subject_type,
    jwks: client.jwks ?? {},
    token_endpoint_auth_method: client.token_endpoint_auth_method,
    userinfo_signed_response_alg: client.userinfo_signed_response_alg,
    ...Object.fromEntries(OMITTED_WHEN_EMPTY.flatMap((name) => presentMember(client, name))),
    created_at: operation === 'update' ? createdAt(occasion) : client.created_at,
    updated_at: client.updated_at,
    ...(operation !== 'read' && { metadata: {} }),
    ...managementMembers(client, occasion),
    skip_consent: false,
    skip_logout_consent: client.skip_logout_consent ?? null,
    ...Object.fromEntries(LIFESPANS.map((name) => [name, client[name] ?? null])),
  }
}

function presentMember(client: RegisteredClient, name: string): [string, unknown][] {
  const value = client[name]
  const empty = !value || (Array.isArray(value) && value.length === 0)
  return empty ? [] : [[name, value]]
}

function createdAt({ requested, settings }: Occasion): unknown {
  return requested?.created_at ?? dateNow(settings)
}

function managementMembers(client: RegisteredClient, { operation, requested }: Occasion): Members {
  if (operation === 'read') return {}
  const { registration_access_token: token, registration_client_uri } = client
  const uri = operation === 'update' ? requested?.registration_client_uri : registration_client_uri
  return {
    ...(token !== undefined && { registration_access_token: token }),
    ...(uri ? { registration_client_uri: uri } : {}),
  }
}
