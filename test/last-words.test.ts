import { expect, test } from 'vitest'
import {
  type ClientInformation,
  type ClientMetadataChanges,
  DcrClient,
  type DcrClientOptions,
  memoryStore,
  storeKey,
} from '../src/index.js'
import { failureOf } from './failure-of.js'
import { type ScriptedServer, type Step, startScripted } from './servers/scripted.js'
import { clientsIn } from './stored-in.js'

/* What a server says last about a client: it must not be taken for something else, nor be lost. */

const known = (server: ScriptedServer): ClientInformation => ({
  client_id: 'c1',
  client_secret: 'secret-1',
  client_name: 'App',
  registration_access_token: 'token-1',
  registration_client_uri: `${server.origin}/register/c1`,
})

async function connect(script: Step[], options: DcrClientOptions = {}) {
  const server = await startScripted(...script)
  return { server, dcr: new DcrClient(server.metadata, { allowInsecureRequests: true, ...options }) }
}

test('a deletion that is answered 200 with an error has not been done', async () => {
  const store = memoryStore()
  const { server, dcr } = await connect([{ body: { error: 'access_denied' } }], { store })
  await store.set(storeKey(server.origin, 'c1'), { issuer: server.origin, client: known(server) })
  const error = await failureOf(dcr.delete(known(server)))
  expect(error).toMatchObject({
    name: 'OAuthError',
    outcome: 'rejected',
    status: 200,
    error: 'access_denied',
  })
  expect(await clientsIn(store)).toEqual([known(server)])
})

test('a deletion that is answered 200 with anything else has', async () => {
  for (const body of [{}, { client_id: 'c1' }, 'gone', { status: 'ok' }]) {
    const { server, dcr } = await connect([{ body }])
    await expect(dcr.delete(known(server))).resolves.toBeUndefined()
  }
})

test('an unusable answer to an update leaves the new token in the store, beside the old secret', async () => {
  const store = memoryStore()
  const answer = { client_id: 'c1', client_secret: 'a\nb', registration_access_token: 'token-2' }
  const { server, dcr } = await connect([{ body: answer }], { store })
  const error = await failureOf(dcr.update(known(server), { client_name: 'App 2' }))
  expect(error).toMatchObject({ code: 'invalid_response', outcome: 'applied' })
  expect(error.client).toEqual(answer)
  expect(await clientsIn(store)).toEqual([{ ...known(server), registration_access_token: 'token-2' }])
})

test('but not the token of another client', async () => {
  const store = memoryStore()
  const { server, dcr } = await connect(
    [{ body: { client_id: 'c2', registration_access_token: 'token-2' } }],
    { store },
  )
  expect(await failureOf(dcr.get(known(server)))).toMatchObject({
    code: 'invalid_response',
    outcome: 'applied',
  })
  expect(await store.list()).toEqual([])
})

test('an abort while a lost update is looked after is an abort', async () => {
  const controller = new AbortController()
  const { server, dcr } = await connect([
    'close',
    () => {
      controller.abort(new Error('enough'))
      return 'never answer'
    },
  ])
  const error = await failureOf(
    dcr.update(known(server), { client_name: 'App 2' }, { signal: controller.signal }),
  )
  expect(error).toMatchObject({ code: 'aborted', outcome: 'unknown', cause: controller.signal.reason })
})

test('a number that JSON cannot write is refused: it would arrive as null, and remove the member', async () => {
  const { server, dcr } = await connect([])
  for (const default_max_age of [Number.NaN, Number.POSITIVE_INFINITY]) {
    const changes = [{ default_max_age }, { x_limits: [{ most: default_max_age }], client_name: null }]
    for (const change of changes) {
      const error = await failureOf(dcr.update(known(server), change as ClientMetadataChanges))
      expect(error).toMatchObject({ code: 'invalid_argument', outcome: 'not_sent' })
    }
  }
  expect(server.connections).toBe(0)
})

test('origins are compared whole: text in place of a list is refused', async () => {
  const server = await startScripted()
  const trustedOrigins = 'https://manage.example.com.evil.example' as never
  expect(() => new DcrClient(server.metadata, { trustedOrigins })).toThrowError(
    /trustedOrigins must be a list/,
  )
})

test.each(['validationErrors', 'error_description', 'error_hint', 'description'])(
  'a refusal with a %s too deep to be written is a refusal',
  async (member) => {
    const deep = `${'['.repeat(50_000)}${']'.repeat(50_000)}`
    const { dcr } = await connect([
      { status: 400, body: `{"error":"invalid_client_metadata","${member}":${deep}}` },
    ])
    const error = await failureOf(dcr.register({}))
    expect(error).toMatchObject({ name: 'OAuthError', status: 400, error: 'invalid_client_metadata' })
    expect(error.message).not.toMatch(/undefined|object/)
  },
)
