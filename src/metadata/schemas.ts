import * as z from 'zod/mini'
import { isRecord } from '../json.js'
import type { JsonWebKeySet } from '../types.js'

/*
 * What is needed to trust an answer, member by member: no formats and no closed sets of values, which servers
 * extend. Held equal to the types of openapi/dcr.yaml by test/types/agreement.test-d.ts.
 */

const text = z.string()
const list = z.array(z.string())
const flag = z.boolean()
const number = z.number()
const record = z.custom<Record<string, unknown>>(isRecord)
const keySet = z.custom<JsonWebKeySet>(
  (value) => isRecord(value) && Array.isArray(value.keys) && value.keys.every(isRecord),
)

function each<Name extends string, Guard>(guard: Guard, names: readonly Name[]): Record<Name, Guard> {
  return Object.fromEntries(names.map((name) => [name, guard])) as Record<Name, Guard>
}

export const clientInformationGuards = {
  ...each(text, [
    'client_id',
    'client_secret',
    'registration_access_token',
    'registration_client_uri',
    'token_endpoint_auth_method',
    'client_name',
    'client_uri',
    'logo_uri',
    'scope',
    'tos_uri',
    'policy_uri',
    'jwks_uri',
    'software_id',
    'software_version',
    'software_statement',
    'application_type',
    'sector_identifier_uri',
    'subject_type',
    'id_token_signed_response_alg',
    'id_token_encrypted_response_alg',
    'id_token_encrypted_response_enc',
    'userinfo_signed_response_alg',
    'userinfo_encrypted_response_alg',
    'userinfo_encrypted_response_enc',
    'request_object_signing_alg',
    'request_object_encryption_alg',
    'request_object_encryption_enc',
    'token_endpoint_auth_signing_alg',
    'initiate_login_uri',
    'tls_client_auth_subject_dn',
    'tls_client_auth_san_dns',
    'tls_client_auth_san_uri',
    'tls_client_auth_san_ip',
    'tls_client_auth_san_email',
    'introspection_signed_response_alg',
    'introspection_encrypted_response_alg',
    'introspection_encrypted_response_enc',
    'frontchannel_logout_uri',
    'backchannel_logout_uri',
    'backchannel_token_delivery_mode',
    'backchannel_client_notification_endpoint',
    'backchannel_authentication_request_signing_alg',
    'authorization_signed_response_alg',
    'authorization_encrypted_response_alg',
    'authorization_encrypted_response_enc',
    'signed_jwks_uri',
    'organization_name',
    'description',
    'information_uri',
    'organization_uri',
    'nfv_token_signed_response_alg',
    'nfv_token_encrypted_response_alg',
    'nfv_token_encrypted_response_enc',
  ]),
  ...each(list, [
    'redirect_uris',
    'grant_types',
    'response_types',
    'contacts',
    'default_acr_values',
    'request_uris',
    'authorization_details_types',
    'post_logout_redirect_uris',
    'response_modes',
    'client_registration_types',
    'keywords',
    'claims_redirect_uris',
    'encrypted_response_enc_values_supported',
  ]),
  ...each(number, ['client_id_issued_at', 'client_secret_expires_at', 'default_max_age']),
  ...each(flag, [
    'require_auth_time',
    'tls_client_certificate_bound_access_tokens',
    'require_signed_request_object',
    'require_pushed_authorization_requests',
    'dpop_bound_access_tokens',
    'frontchannel_logout_session_required',
    'backchannel_logout_session_required',
    'backchannel_user_code_parameter',
    'use_mtls_endpoint_aliases',
  ]),
  jwks: keySet,
  vp_formats_supported: record,
}

/** Of the server's metadata only what this library reads: the other members are as the server sent them. */
export const authorizationServerMetadataGuards = each(text, [
  'issuer',
  'registration_endpoint',
  'token_endpoint',
])

export const tokenResponseGuards = {
  ...each(text, ['access_token', 'token_type', 'scope', 'refresh_token']),
  expires_in: number,
}

export type Guards = Readonly<Record<string, z.ZodMiniType>>

/** What an object may hold after each of its members has passed its guard. */
export type Guarded<Shape extends Guards> = { [member in keyof Shape]?: z.infer<Shape[member]> }

export function passes(guard: z.ZodMiniType, value: unknown): boolean {
  return z.safeParse(guard, value).success
}

/** What a guard wants, in words. */
export function expectation(guard: z.ZodMiniType): string {
  if (guard === list) return 'an array of strings'
  return guard === text
    ? 'a string'
    : guard === flag
      ? 'a boolean'
      : guard === number
        ? 'a number'
        : 'an object'
}
