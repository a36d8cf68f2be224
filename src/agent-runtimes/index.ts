export { discoverAuthorizationServer, supportsDCR } from './discovery.js'
export {
  dynamicClientDifferences,
  getOrCreateDynamicClient,
  readDynamicClient,
} from './dynamic-client.js'
export { dynamicClientToProviderConfig } from './provider-config.js'
export {
  deleteClientRegistration,
  readClientRegistration,
  registerClient,
  updateClientRegistration,
} from './registration.js'
export { configureDynamicClients, type DynamicClientSettings } from './settings.js'
export {
  clearAllDynamicClients,
  getAllDynamicClients,
  loadDynamicClient,
  removeDynamicClient,
  saveDynamicClient,
} from './storage.js'
export type {
  AuthorizationServerMetadata,
  ClientRegistrationError,
  ClientRegistrationRequest,
  ClientRegistrationResponse,
  DynamicClient,
  DynamicClientOptions,
  DynamicClientStorage,
} from './types.js'
