import type { JsonObject } from '../../json.js'
import type { Check } from '../facts.js'
import { ok, warning } from '../finding.js'
import { isThere, listIn } from '../members.js'

/** What cannot both be true. */
const CONTRADICTIONS: readonly [says: (metadata: JsonObject) => boolean, what: string][] = [
  [
    (metadata) =>
      has(metadata, 'grant_types_supported', /^authorization_code$/) &&
      lacks(metadata, 'response_types_supported', /\bcode\b/),
    'grant_types_supported has authorization_code, and no response type has code (RFC 7591 §2.1)',
  ],
  [
    (metadata) =>
      has(metadata, 'response_types_supported', /^code$/) &&
      lacks(metadata, 'grant_types_supported', /^authorization_code$/),
    'response_types_supported has code, and grant_types_supported lacks authorization_code (RFC 7591 §2.1)',
  ],
  [
    (metadata) =>
      has(metadata, 'token_endpoint_auth_methods_supported', /_jwt$/) &&
      !isThere(metadata, 'token_endpoint_auth_signing_alg_values_supported'),
    'clients may authenticate by a JWT, and no algorithm is named for it (RFC 8414 §2)',
  ],
  [
    (metadata) => has(metadata, 'token_endpoint_auth_signing_alg_values_supported', /^none$/),
    'token_endpoint_auth_signing_alg_values_supported has none, which it must not (RFC 8414 §2)',
  ],
  [
    (metadata) =>
      metadata.require_pushed_authorization_requests === true &&
      !isThere(metadata, 'pushed_authorization_request_endpoint'),
    'authorization requests have to be pushed, and there is no pushed_authorization_request_endpoint (RFC 9126 §5)',
  ],
  [
    (metadata) =>
      has(metadata, 'grant_types_supported', /device_code$/) &&
      !isThere(metadata, 'device_authorization_endpoint'),
    'grant_types_supported has the device grant, and there is no device_authorization_endpoint (RFC 8628 §4)',
  ],
]

/** Whether the metadata are at one with themselves. */
export const contradictions: Check = ({ metadata }) => {
  const found = CONTRADICTIONS.filter(([says]) => says(metadata))
  if (found.length === 0) return [ok('the metadata do not contradict themselves')]
  return found.map(([, what]) => warning(what, 'have the server say what it really does'))
}

function has(metadata: JsonObject, member: string, word: RegExp): boolean {
  return listIn(metadata, member)?.some((item) => word.test(item)) === true
}

/** A member that is absent says nothing. */
function lacks(metadata: JsonObject, member: string, word: RegExp): boolean {
  return isThere(metadata, member) && !has(metadata, member, word)
}
