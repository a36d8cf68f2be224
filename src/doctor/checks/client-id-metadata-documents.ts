import type { Check } from '../facts.js'
import { ok, warning } from '../finding.js'

/** Whether a client may be the URL of its own document, without registering. */
export const clientIdMetadataDocuments: Check = ({ metadata }) => {
  const value = metadata.client_id_metadata_document_supported
  if (value === undefined || value === false) return [ok('client ID metadata documents are not offered')]
  if (value === true) return [ok('client ID metadata documents are taken: no registration is needed')]
  return [warning('client_id_metadata_document_supported is neither true nor false')]
}
