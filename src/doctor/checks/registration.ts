import type { Check } from '../facts.js'
import { ok, problem, unknown, warning } from '../finding.js'
import { isThere } from '../members.js'

/** Whether clients can be registered at all (RFC 7591 §3), and where. */
export const registration: Check = ({ metadata, server, provider, endpoint, endpointFlaw, isProbed }) => {
  if (endpoint !== undefined) {
    const by = endpoint === server.registration_endpoint ? '' : `, as the provider ${provider?.name} has it`
    const open = unknown(
      'whether it takes anybody, or wants an initial access token, shows when it is tried',
      'try it: --probe registers a client and deletes it',
    )
    return [ok(`clients are registered at ${endpoint}${by}`), ...(isProbed ? [] : [open])]
  }
  const flaw = endpointFlaw === undefined ? '' : `: ${endpointFlaw}`
  if (flaw || isThere(metadata, 'registration_endpoint'))
    return [problem(`the registration_endpoint cannot be used${flaw}`)]
  const what = 'the metadata name no registration_endpoint'
  const next =
    'have the operator switch dynamic registration on, name the provider if its servers have one that they do not name (--provider), or register by hand'
  if (metadata.client_id_metadata_document_supported === true)
    return [
      warning(
        `${what}; clients are taken by their client ID metadata document`,
        'publish such a document: see docs/cimd.md',
      ),
    ]
  return [problem(what, next)]
}
