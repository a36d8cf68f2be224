import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { afterAll, describe, expect, test } from 'vitest'
import {
  aesGcm,
  type ClientInformation,
  type CredentialStore,
  clientSecretBasic,
  clientSecretJwt,
  clientSecretPost,
  DcrClient,
  discover,
  memoryStore,
  none,
  Registrar,
  registrationToken,
  webStorageStore,
} from '../src/index.js'
import { fileStore } from '../src/stores/file/index.js'
import { type ScriptedServer, startScripted } from './servers/scripted.js'
import { fakeStorage } from './stores/fake-storage.js'

const INITIAL_ACCESS_TOKEN = 'iat-canary-7d0c'
const REGISTRATION_ACCESS_TOKEN = 'rat-canary-41e9'
const CLIENT_SECRET = 'secret-canary-90b2'
const METADATA = { redirect_uris: ['https://app.example.com/cb'] }

/** Looks for the word "canary", in clear and in base64, in all that can be seen of a value by printing it. */
function expectNoSecretIn(value: unknown) {
  const shown = [inspect(value, { depth: 10, showHidden: true }), `${JSON.stringify(value)}`, String(value)]
  for (let error = value; error instanceof Error; error = error.cause)
    shown.push(`${error.stack}`, error.message, JSON.stringify({ ...error }))
  expect(shown.join('\n')).not.toMatch(/canary|Y2FuYXJ5|NhbmFyeS|jYW5hcn/)
}

const credentials = { client_id: 'c1', client_secret: CLIENT_SECRET }

const known = (server: ScriptedServer): ClientInformation => ({
  ...credentials,
  registration_access_token: REGISTRATION_ACCESS_TOKEN,
  registration_client_uri: `${server.origin}/register/c1`,
  ...METADATA,
})

describe('no secret is shown of what is refused before it is sent', () => {
  const as = 'https://as.example.com'
  const server = { issuer: as, registration_endpoint: `${as}/register`, token_endpoint: `${as}/token` }
  const client = {
    client_id: 'c1',
    client_secret: CLIENT_SECRET,
    registration_access_token: REGISTRATION_ACCESS_TOKEN,
  }
  const refused: Record<string, () => unknown> = {
    'a bad token': () =>
      new DcrClient(server, { initialAccessToken: `${INITIAL_ACCESS_TOKEN}\nx` }).register(METADATA),
    'a bad header': () => new DcrClient(server, { headers: { 'x-api-key': `${CLIENT_SECRET}\n` } }),
    'a bad secret': () => clientSecretPost({ client_id: 'c1', client_secret: `${CLIENT_SECRET}\n` }),
    'an issuer with a password': () =>
      discover(`https://c1:${encodeURIComponent(CLIENT_SECRET)}@as.example.com`),
    'an issuer with a query': () => discover(`${as}?token=${INITIAL_ACCESS_TOKEN}`),
    'an http URI with a query': () =>
      new DcrClient(server).get({
        ...client,
        registration_client_uri: `http://as.example.com/?t=${REGISTRATION_ACCESS_TOKEN}`,
      }),
    'a URI elsewhere': () =>
      new DcrClient(server).get({
        ...client,
        registration_client_uri: `https://b.example/${encodeURIComponent(REGISTRATION_ACCESS_TOKEN)}`,
      }),
    'a URI that is none': () =>
      new DcrClient(server).get({ ...client, registration_client_uri: `:${REGISTRATION_ACCESS_TOKEN}` }),
    'a secret among the changes': () =>
      new DcrClient(server).update({ ...client, ...METADATA, registration_client_uri: `${as}/c1` }, {
        client_secret: CLIENT_SECRET,
      } as object),
    'a private key': () =>
      new DcrClient(server).register({
        ...METADATA,
        jwks: { keys: [{ kty: 'EC', d: CLIENT_SECRET } as object] },
      }),
    'a store that fails': () => {
      const get = () => Promise.reject(new Error(`cannot decrypt ${CLIENT_SECRET}`))
      return new DcrClient(server, { store: { ...memoryStore(), get } }).get(client)
    },
    'a store that keeps no intent': () => {
      const set = () => Promise.reject(new Error(`disk full: ${CLIENT_SECRET}`))
      return new DcrClient(server, { store: { ...memoryStore(), set } }).register(METADATA)
    },
  }
  for (const [name, attempt] of Object.entries(refused)) {
    test(name, async () => {
      const error = await (async () => attempt())().then(
        () => expect.fail('it did not fail'),
        (thrown) => thrown,
      )
      expect(error).toMatchObject({ name: 'DcrError', outcome: 'not_sent' })
      expectNoSecretIn(error)
    })
  }
})

describe('no secret is shown of what holds one', () => {
  test('the error with a client, but by its name', async () => {
    const server = await startScripted()
    server.script.push({ status: 201, body: known(server) })
    const store = memoryStore()
    const set: CredentialStore['set'] = (key, stored) =>
      stored.intent ? store.set(key, stored) : Promise.reject(new Error(`disk full: ${CLIENT_SECRET}`))
    const dcr = new DcrClient(server.metadata, { allowInsecureRequests: true, store: { ...store, set } })
    const error = await dcr.register(METADATA).then(
      () => expect.fail('it did not fail'),
      (thrown) => thrown,
    )
    expect(error.client).toEqual(known(server))
    expectNoSecretIn(error)
  })

  test('a DcrClient', () => {
    const options = { initialAccessToken: INITIAL_ACCESS_TOKEN, headers: { 'x-api-key': 'key-canary-5f' } }
    const dcr = new DcrClient({ issuer: 'https://as.example.com' }, options)
    expectNoSecretIn(dcr)
  })

  test('a memoryStore', async () => {
    const store = memoryStore()
    const client = { client_id: 'c1', client_secret: CLIENT_SECRET }
    await store.set('a', { issuer: 'https://as.example.com', client })
    expectNoSecretIn(store)
  })

  const folder = mkdtempSync(join(tmpdir(), 'dcr-held-'))
  afterAll(() => rmSync(folder, { recursive: true }))

  const record = {
    issuer: 'https://as.example.com',
    client: { client_id: 'c1', client_secret: CLIENT_SECRET },
  }
  const encryption = aesGcm([
    { id: 'one', key: new TextEncoder().encode('key-canary-of-thirty-two-bytes-5') },
  ])
  const kinds: Record<string, () => CredentialStore> = {
    'a webStorageStore': () => webStorageStore(fakeStorage()),
    'a webStorageStore that encrypts': () => webStorageStore(fakeStorage(), { encryption }),
    'a fileStore': () => fileStore({ directory: join(folder, 'clear') }),
    'a fileStore that encrypts': () => fileStore({ directory: join(folder, 'sealed'), encryption }),
  }
  for (const [name, open] of Object.entries(kinds)) {
    test(name, async () => {
      const store = open()
      await store.set('a', record)
      expectNoSecretIn(store)
      expectNoSecretIn(encryption)
    })
  }

  test('a Registrar, and the store that it holds', async () => {
    const server = await startScripted()
    server.script.push({ status: 201, body: known(server) })
    const store = memoryStore()
    const headers = { 'x-api-key': 'key-canary-5f' }
    const registrar = new Registrar({ store, allowInsecureRequests: true, headers })
    await registrar.ensure(server.metadata, METADATA, { initialAccessToken: INITIAL_ACCESS_TOKEN })
    expectNoSecretIn(registrar)
    expectNoSecretIn(store)
  })

  for (const [name, authentication] of Object.entries({
    none: none(credentials),
    clientSecretBasic: clientSecretBasic(credentials),
    clientSecretPost: clientSecretPost(credentials),
    clientSecretJwt: clientSecretJwt(credentials),
  })) {
    test(`the client authentication ${name}`, () => expectNoSecretIn(authentication))
  }

  test('a registrationToken', async () => {
    const server = await startScripted({
      body: { access_token: 'at-canary-2c', token_type: 'Bearer', expires_in: 60 },
    })
    const options = { allowInsecureRequests: true }
    const source = registrationToken(server.metadata, clientSecretPost(credentials), options)
    expect(await source({})).toBe('at-canary-2c')
    expectNoSecretIn(source)
  })
})
