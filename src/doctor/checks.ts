import { clientAuthentication } from './checks/client-authentication.js'
import { clientIdMetadataDocuments } from './checks/client-id-metadata-documents.js'
import { contradictions } from './checks/contradictions.js'
import { cors } from './checks/cors.js'
import { endpoints } from './checks/endpoints.js'
import { issuer } from './checks/issuer.js'
import { management } from './checks/management.js'
import { pkce } from './checks/pkce.js'
import { provider } from './checks/provider.js'
import { registration } from './checks/registration.js'
import { required } from './checks/required.js'
import { responseIssuer } from './checks/response-issuer.js'
import { scopes } from './checks/scopes.js'
import { softwareStatements } from './checks/software-statements.js'
import type { Check } from './facts.js'

/** All checks of the metadata of a server, in the order of the report, by the names that it has for them. */
export const CHECKS: Readonly<Record<string, Check>> = {
  issuer,
  required,
  endpoints,
  contradictions,
  registration,
  provider,
  client_authentication: clientAuthentication,
  cors,
  pkce,
  cimd: clientIdMetadataDocuments,
  response_issuer: responseIssuer,
  scopes,
  software_statement: softwareStatements,
  management,
}
