export {
  type ClientAssertionOptions,
  type ClientAuthentication,
  type ClientCredentials,
  type ClientSecretBasicOptions,
  clientSecretBasic,
  clientSecretJwt,
  clientSecretPost,
  none,
  privateKeyJwt,
} from './authentication/client-authentication.js'
export {
  type RegistrationTokenOptions,
  registrationToken,
  requestToken,
  type TokenRequestOptions,
} from './authentication/token.js'
export { DcrClient, type DcrClientOptions } from './client/client.js'
export type { ManagementOptions } from './client/management.js'
export { discover } from './discovery.js'
export { DcrError, type ErrorCode, OAuthError, type Outcome } from './errors.js'
export type { Limits } from './http/limits.js'
export type { RequestOptions } from './http/options.js'
export type { TokenSource } from './http/request.js'
export { type Difference, differences } from './metadata/differences.js'
export { metadataOf } from './metadata/replacement.js'
export type { Provider } from './providers/provider.js'
export type { Issuer } from './registrar/entry.js'
export type { Ensured } from './registrar/making.js'
export type {
  CollectOptions,
  EnsureOptions,
  EntryOptions,
  RegistrarOptions,
} from './registrar/options.js'
export type { Collected, Orphan } from './registrar/orphans.js'
export type { Plan, PlanAction, PlanReason } from './registrar/plan.js'
export { Registrar } from './registrar/registrar.js'
export type { Removed } from './registrar/removing.js'
export type { StoreOptions } from './stores/backed.js'
export { aesGcm, type Encryption, type EncryptionKey, type Sealed } from './stores/encryption.js'
export { memoryStore } from './stores/memory.js'
export type {
  CredentialStore,
  Intent,
  Operation,
  OrphanReason,
  StoredOrphan,
  StoredRegistration,
  StoredResource,
} from './stores/store.js'
export { storeKey } from './stores/store.js'
export { type WebStorage, type WebStorageStoreOptions, webStorageStore } from './stores/web-storage.js'
export type {
  AuthorizationServerMetadata,
  ClientInformation,
  ClientMetadata,
  ClientMetadataChanges,
  ErrorResponse,
  JsonWebKey,
  JsonWebKeySet,
  LocalizedMember,
  LocalizedMembers,
  ManageWith,
  TokenResponse,
} from './types.js'
export type { Warning, WarningCode } from './warnings.js'
