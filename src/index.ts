export { DcrClient, type DcrClientOptions } from './client.js'
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
} from './client-auth.js'
export { type Difference, differences } from './differences.js'
export { discover } from './discovery.js'
export { DcrError, type ErrorCode, OAuthError, type Outcome } from './errors.js'
export type { RequestOptions } from './http/call.js'
export type { TokenSource } from './http/request.js'
export type { Provider } from './providers/provider.js'
export { metadataOf } from './replacement.js'
export { memoryStore } from './stores/memory.js'
export { type CredentialStore, type StoredClient, storeKey } from './stores/store.js'
export {
  type RegistrationTokenOptions,
  registrationToken,
  requestToken,
  type TokenRequestOptions,
} from './token.js'
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
