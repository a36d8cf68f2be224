import type { Call } from './http/call.js'
import { failure } from './http/failure.js'
import { hasControlCharacter } from './http/printable.js'
import { isRecord } from './http/refusal.js'
import { isLoopback, parse } from './http/url.js'
import { clientInformationGuards, expectation, type Guards, passes } from './schemas.js'

/** Members that are the server's to give (RFC 7591 §3.2.1, RFC 7592 §3). */
export const SERVER_MEMBERS: ReadonlySet<string> = new Set([
  'client_id',
  'client_secret',
  'client_id_issued_at',
  'client_secret_expires_at',
  'registration_access_token',
  'registration_client_uri',
])

/** Far more than any real registration; servers refuse bodies from 56 KiB on. */
const LARGEST_REQUEST = 64 * 1024

/** Schemes that would run or hold content where a user agent follows them. */
const HARMFUL_SCHEME = /^(javascript|data|vbscript|blob|file|about):$/

type Metadata = Record<string, unknown>

const guards: Guards = clientInformationGuards

/** A plain copy of what the caller passed, read once: what is checked is what is sent. */
export function snapshot(metadata: unknown, call: Call): Metadata {
  if (!isRecord(metadata)) throw failure(call, 'invalid_argument', 'the metadata must be an object')
  const copy: unknown = JSON.parse(serialize(metadata, call))
  if (!isRecord(copy)) throw failure(call, 'invalid_argument', 'the metadata must be an object')
  return copy
}

export function serialize(metadata: Metadata, call: Call): string {
  let text: string
  try {
    text = JSON.stringify(metadata)
  } catch {
    throw failure(
      call,
      'invalid_argument',
      'the metadata must be JSON: no cycles, no BigInt, no getter that throws',
    )
  }
  if (text?.length > LARGEST_REQUEST) {
    throw failure(
      call,
      'invalid_argument',
      `the metadata must be at most ${LARGEST_REQUEST} characters of JSON`,
    )
  }
  return text ?? 'null'
}

/** `null` and `''` mean "not set" in what a server answers, and in what it is sent (RFC 7592 §2.2). */
export function withoutUnset(metadata: Metadata): Metadata {
  return Object.fromEntries(Object.entries(metadata).filter(([, value]) => value !== null && value !== ''))
}

/** Refuses what contradicts itself or could harm; what is for the server to judge gets a warning. */
export function checkMetadata(metadata: Metadata, call: Call): void {
  const refuse = (what: string) => failure(call, 'invalid_argument', what)
  for (const [member, value] of Object.entries(metadata)) {
    const name = member.slice(0, 64)
    if (hasControlCharacter(member)) throw refuse('a member has control characters in its name')
    const guard = Object.hasOwn(guards, member) && guards[member]
    if (guard && !passes(guard, value)) throw refuse(`${name} must be ${expectation(guard)}`)
    if (/_(uri|endpoint)(#.*)?$/.test(member)) checkUri(value, name, refuse)
    if (/_uris$/.test(member) && Array.isArray(value)) {
      for (const [index, uri] of value.entries()) checkUri(uri, `${name}[${index}]`, refuse)
    }
  }
  checkKeys(metadata, refuse)
  for (const [index, uri] of strings(metadata.redirect_uris).entries()) {
    if (uri.includes('#')) throw refuse(`redirect_uris[${index}] must not have a fragment (RFC 6749 §3.1.2)`)
  }
  const { software_statement: statement } = metadata
  if (statement !== undefined && !/^[\w-]+\.[\w-]+\.[\w-]*$/.test(String(statement))) {
    throw refuse('software_statement must be a JWT in its compact form (RFC 7591 §2.3)')
  }
  warnOfDoubts(metadata, call)
}

function checkUri(value: unknown, name: string, refuse: (what: string) => Error): void {
  if (typeof value !== 'string') throw refuse(`${name} must be a string`)
  const url = parse(value)
  if (/\s/.test(value) || hasControlCharacter(value))
    throw refuse(`${name} must not have spaces or control characters`)
  if (!url) throw refuse(`${name} must be an absolute URI`)
  if (HARMFUL_SCHEME.test(url.protocol)) throw refuse(`${name} must not be a ${url.protocol} URI`)
  if (url.username || url.password) throw refuse(`${name} must not have a user name or password in it`)
}

function checkKeys(metadata: Metadata, refuse: (what: string) => Error): void {
  const { jwks, jwks_uri, software_statement, token_endpoint_auth_method: method } = metadata
  if (jwks !== undefined && jwks_uri !== undefined) {
    throw refuse(
      'jwks and jwks_uri must not be used together: leave one out, or set it to null in an update (RFC 7591 §2)',
    )
  }
  if (
    method === 'private_key_jwt' &&
    jwks === undefined &&
    jwks_uri === undefined &&
    software_statement === undefined
  ) {
    throw refuse('token_endpoint_auth_method private_key_jwt needs the public key in jwks, or jwks_uri')
  }
  const { keys } = (jwks ?? {}) as { keys?: Metadata[] }
  if (keys?.some((key) => 'd' in key || 'k' in key)) {
    throw refuse('jwks must hold public keys only: a key in it has its private or secret part ("d" or "k")')
  }
}

/** What looks wrong and yet is the server's to judge. */
function warnOfDoubts(metadata: Metadata, { warn }: Call): void {
  const doubt = (member: string, message: string) => warn('questionable_metadata', message, member)
  const grants = metadata.grant_types === undefined ? ['authorization_code'] : strings(metadata.grant_types)
  const responses = metadata.response_types === undefined ? ['code'] : strings(metadata.response_types)
  const redirects = strings(metadata.redirect_uris)
  const redirecting = grants.includes('authorization_code') || grants.includes('implicit')

  if (redirecting && redirects.length === 0)
    doubt('redirect_uris', 'A grant that redirects needs redirect_uris.')
  if (!redirecting && redirects.length > 0) doubt('redirect_uris', 'No grant of this client redirects.')
  if (
    metadata.response_types !== undefined &&
    responses.some((type) => type.includes('code')) &&
    !grants.includes('authorization_code')
  ) {
    doubt('response_types', 'The response type code goes with the grant type authorization_code.')
  }
  if (
    strings(`${metadata.scope ?? ''}`.split(' ')).includes('offline_access') &&
    !grants.includes('refresh_token')
  ) {
    doubt('grant_types', 'The scope offline_access goes with the grant type refresh_token.')
  }
  for (const url of redirects.map((uri) => parse(uri))) {
    if (url?.protocol === 'https:') continue
    if (url?.protocol === 'http:' && !isLoopback(url))
      doubt('redirect_uris', 'A redirect URI is http, and not to this machine.')
    else if (metadata.application_type !== 'native')
      doubt('application_type', 'Redirects to an app or to this machine want the application_type native.')
  }
  if (parse(`${metadata.jwks_uri ?? 'https:'}`)?.protocol === 'http:')
    doubt('jwks_uri', 'Keys that travel by http can be replaced on the way.')
}

function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : []
}
