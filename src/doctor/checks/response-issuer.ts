import type { Check } from '../facts.js'
import { ok } from '../finding.js'

/** Whether a client can tell which of its servers an answer is from (RFC 9207). */
export const responseIssuer: Check = ({ metadata }) =>
  metadata.authorization_response_iss_parameter_supported === true
    ? [ok('authorization responses name their issuer (RFC 9207)')]
    : [
        ok(
          'authorization responses do not say who they are from (RFC 9207): of use to clients of several servers',
        ),
      ]
