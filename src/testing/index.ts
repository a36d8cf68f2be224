export type { Fault } from './faults.js'
export type {
  DiscoveryLayout,
  GeneratedValue,
  KeySet,
  LikeSystem,
  ManagementCredential,
  ReferenceServerOptions,
  TokenClient,
} from './options.js'
export { type ReferenceServer, referenceServer } from './reference-server.js'
export type { Operation, RecordedRequest } from './request-log.js'
export type { RegisteredClient } from './state.js'
