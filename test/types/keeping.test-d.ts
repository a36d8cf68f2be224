/* What compiles, and what must not: a Registrar and its stores, where a slip loses or doubles a client. */
import { createClient } from 'redis'
import {
  aesGcm,
  type ClientInformation,
  type ClientMetadata,
  type CredentialStore,
  type Ensured,
  memoryStore,
  type Orphan,
  type Plan,
  Registrar,
  webStorageStore,
} from '../../src/index.js'
import { fileStore } from '../../src/stores/file/index.js'
import { postgresStore } from '../../src/stores/postgres/index.js'
import { redisStore } from '../../src/stores/redis/index.js'

declare function is<T>(value: T): void
declare const metadata: ClientMetadata
declare const client: ClientInformation

const ISSUER = 'https://as.example.com'
const registrar = new Registrar({ store: memoryStore(), expirySkew: 60, whenInDoubt: 'hold' })

// @ts-expect-error a client that is kept nowhere would be registered with each start
new Registrar({})
// @ts-expect-error a promise of a store, whose `await` was forgotten
new Registrar({ store: Promise.resolve(memoryStore()) })
// @ts-expect-error no such way
new Registrar({ store: memoryStore(), whenInDoubt: 'ignore' })
// @ts-expect-error the name of a client is for each call: all would be one
new Registrar({ store: memoryStore(), name: 'app' })

is<Promise<Ensured>>(registrar.ensure(ISSUER, metadata, { name: 'app', mayReplace: false }))
is<Promise<Ensured>>(registrar.ensure(new URL(ISSUER), metadata))
// @ts-expect-error what is to be registered
void registrar.ensure(ISSUER)
// @ts-expect-error null is for updates
void registrar.ensure(ISSUER, { client_name: null })
// @ts-expect-error the identifier is the server's to give
void registrar.ensure(ISSUER, { client_id: 'c' })
// @ts-expect-error a slip in the name of an option
void registrar.ensure(ISSUER, metadata, { nmae: 'app' })
// @ts-expect-error a plan replaces nothing
void registrar.plan(ISSUER, metadata, { mayReplace: true })
is<Promise<Plan>>(registrar.plan(ISSUER, metadata))
void registrar.update(ISSUER, { client_name: null })
// @ts-expect-error the secret is the server's to give
void registrar.update(ISSUER, { client_secret: 's' })
// @ts-expect-error which client was refused
void registrar.invalidate(ISSUER)
void registrar.invalidate(ISSUER, client)
// @ts-expect-error an orphan, not its identifier: names are unique per store alone
void registrar.forget('c')
is<Promise<Orphan[]>>(registrar.orphans(ISSUER))

// A switch over what a plan would do can be exhaustive.
declare const plan: Plan
// @ts-expect-error no such action
plan.action === 'create'
// @ts-expect-error a plan is not for writing
plan.action = 'none'

// A store of one's own has all of it: what is not locked registers twice.
declare const whole: CredentialStore
is<CredentialStore>(whole)
// @ts-expect-error without turns
is<CredentialStore>({ get: whole.get, set: whole.set, delete: whole.delete, list: whole.list })
// @ts-expect-error a save that does not say its revision
is<CredentialStore>({ ...whole, set: async () => {} })
// @ts-expect-error what is not there is undefined
is<CredentialStore>({ ...whole, get: async () => null })

// What each store is made with.
fileStore({ directory: '/var/lib/app' })
// @ts-expect-error its directory has a name
fileStore('/var/lib/app')
// @ts-expect-error encryption is made by aesGcm
fileStore({ encryption: { id: '1', key: new Uint8Array(32) } })
fileStore({ encryption: aesGcm([{ id: '1', key: new Uint8Array(32) }]) })
// @ts-expect-error a password is no key
aesGcm([{ id: '1', key: 'password' }])
// @ts-expect-error a URL is no client
redisStore('redis://localhost')
redisStore(createClient())
// @ts-expect-error seconds with their unit
redisStore(createClient(), { lockTimeout: '6s' })
// @ts-expect-error a URL is no pool
postgresStore('postgres://localhost/app')
// @ts-expect-error a storage, and not its name
webStorageStore('localStorage')
// @ts-expect-error memory has no options
memoryStore({ encryption: undefined })
