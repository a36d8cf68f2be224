import type { Check } from '../facts.js'
import { ok, unknown, warning } from '../finding.js'
import { isThere, listIn } from '../members.js'

/** Whether a registration has to be vouched for (RFC 7591 §2.3). The metadata have no member for it, but its relatives do. */
export const softwareStatements: Check = ({ metadata }) => {
  const next = 'get a statement from the federation, and pass it as software_statement'
  if (isThere(metadata, 'udap_versions_supported'))
    return [warning('it speaks UDAP, whose registrations need a signed software statement', next)]
  if (listIn(metadata, 'client_registration_types_supported')) {
    const what = 'it is in an OpenID Federation, where clients may be registered by their trust chain'
    return [ok(what)]
  }
  return [unknown('whether a software statement is wanted, metadata do not say (RFC 7591 §2.3)')]
}
