export type { TransportFetch } from './challenge-noting.js'
export {
  type CheckedDocument,
  checkClientIdMetadataDocument,
} from './checking-document.js'
export {
  type ClientIdMetadataDocument,
  clientIdMetadataDocument,
  lintClientIdMetadataDocument,
} from './client-id-metadata-document.js'
export type { DocumentFinding } from './document-finding.js'
export type {
  CredentialScope,
  DiscoveryState,
  HiddenMembers,
  HostProvider,
  PassedMembers,
  PresentedClient,
  RegistrarMembers,
  WithRegistrar,
} from './host-provider.js'
export type { EnsuredForResource } from './identification.js'
export type { IdentificationMethod } from './ladder.js'
export { McpRegistrar } from './mcp-registrar.js'
export { type WithRegistrarOptions, withRegistrar } from './oauth-client-provider.js'
export type { ResourceOptions } from './options.js'
export * from './serving-document.js'
