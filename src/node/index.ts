export type { ClientCertificate, Pem } from './connections.js'
export type { Lookup } from './dialing.js'
export { guardedFetch } from './guarded-fetch.js'
export type { GuardedFetchOptions } from './options.js'
