import { describe, expect, test } from 'vitest'
import { failureOf } from '../failure-of.js'
import { startAuthorizationServer } from '../registrar/authorization-server.js'
import { METADATA, neverCalled, open, startResource } from './set-up.js'

const DOCUMENT = 'https://app.example.com/oauth/client.json'
const READS_DOCUMENTS = { client_id_metadata_document_supported: true }

describe('the ladder', () => {
  test('a pre-registered client goes before all else', async () => {
    const { origin, asked } = await startAuthorizationServer({ metadata: READS_DOCUMENTS })
    const resource = await startResource(origin)
    const { registrar, store } = open()
    const preRegistered = { [`${origin}/`]: { client_id: 'by-hand' } }
    const options = { preRegistered, clientIdMetadataDocument: DOCUMENT }

    const ensured = await registrar.ensureForResource(resource.url, METADATA, options)

    expect(ensured).toMatchObject({
      client: { client_id: 'by-hand' },
      method: 'pre_registered',
      action: 'none',
    })
    expect(asked).toBe('')
    const other = open({ store, fetch: neverCalled })
    expect(await other.registrar.ensureForResource(resource.url, METADATA, options)).toEqual(ensured)
    expect(await registrar.invalidateForResource(resource.url, { client_id: 'by-hand' }, options)).toBe(false)
  })

  test('a pre-registered client needs no metadata that could be registered', async () => {
    const { origin, asked } = await startAuthorizationServer()
    const resource = await startResource(origin)
    const preRegistered = { [origin]: { client_id: 'by-hand' } }
    // Its key was given by hand too.
    const metadata = { redirect_uris: [], token_endpoint_auth_method: 'private_key_jwt' }

    const ensured = await open().registrar.ensureForResource(resource.url, metadata, { preRegistered })

    expect(ensured).toMatchObject({ client: { client_id: 'by-hand' }, method: 'pre_registered' })
    expect(asked).toBe('')
  })

  test('a client for one issuer is not shown to another', async () => {
    const { origin } = await startAuthorizationServer()
    const resource = await startResource(origin)
    const preRegistered = {
      'https://as.example.com': { client_id: 'by-hand', client_secret: 'hands-off-it' },
    }

    const ensured = await open().registrar.ensureForResource(resource.url, METADATA, { preRegistered })

    expect(ensured).toMatchObject({ client: { client_id: 'client-1' }, method: 'dynamic_registration' })
  })

  test('a document is used where the server reads it, and nothing is registered', async () => {
    const authorizationServer = await startAuthorizationServer({ metadata: READS_DOCUMENTS })
    const resource = await startResource(authorizationServer.origin)
    const { registrar, store } = open()
    const options = { clientIdMetadataDocument: DOCUMENT }
    const metadata = { ...METADATA, token_endpoint_auth_method: 'client_secret_basic' }

    const ensured = await registrar.ensureForResource(resource.url, metadata, options)

    expect(ensured.method).toBe('client_id_metadata_document')
    expect(ensured.client).toEqual({
      ...METADATA,
      client_id: DOCUMENT,
      token_endpoint_auth_method: 'none',
    })
    const other = open({ store, fetch: neverCalled })
    expect(await other.registrar.ensureForResource(resource.url, metadata, options)).toEqual(ensured)
    expect(authorizationServer.asked).toBe('')
  })

  test('a document that was refused is not used there again: the client is registered', async () => {
    const authorizationServer = await startAuthorizationServer({ metadata: READS_DOCUMENTS })
    const resource = await startResource(authorizationServer.origin)
    const { registrar } = open()
    const options = { clientIdMetadataDocument: DOCUMENT }
    const { client } = await registrar.ensureForResource(resource.url, METADATA, options)

    expect(await registrar.invalidateForResource(resource.url, client, options)).toBe(true)
    const ensured = await registrar.ensureForResource(resource.url, METADATA, options)
    const again = await registrar.ensureForResource(resource.url, METADATA, options)

    expect(ensured).toMatchObject({ method: 'dynamic_registration', action: 'register' })
    expect(again).toMatchObject({ method: 'dynamic_registration', action: 'none' })
    expect(authorizationServer.asked).toBe('POST')
    // Another document may do better.
    const other = { clientIdMetadataDocument: `${DOCUMENT}2` }
    const anew = await registrar.ensureForResource(resource.url, METADATA, other)
    expect(anew).toMatchObject({ method: 'client_id_metadata_document' })
  })

  test('a server that reads documents need not register', async () => {
    const metadata = { ...READS_DOCUMENTS, registration_endpoint: undefined }
    const { origin } = await startAuthorizationServer({ metadata })
    const resource = await startResource(origin)
    const options = { clientIdMetadataDocument: DOCUMENT }

    const { method } = await open().registrar.ensureForResource(resource.url, METADATA, options)

    expect(method).toBe('client_id_metadata_document')
  })

  test('where nothing leads in, the user is to be asked, and is told how', async () => {
    const { origin } = await startAuthorizationServer({ metadata: { registration_endpoint: undefined } })
    const resource = await startResource(origin)

    const error = await failureOf(open().registrar.ensureForResource(resource.url, METADATA))

    expect(error.code).toBe('registration_not_supported')
    expect(error.outcome).toBe('rejected')
    expect(error.message).toContain(`preRegistered: { "${origin}": { client_id } }`)
  })
})

describe('a client that the server has forgotten', () => {
  test('is registered anew, once', async () => {
    const authorizationServer = await startAuthorizationServer()
    const resource = await startResource(authorizationServer.origin)
    const { registrar } = open()
    const { client } = await registrar.ensureForResource(resource.url, METADATA)
    authorizationServer.clients.clear()

    expect(await registrar.invalidateForResource(resource.url, client)).toBe(true)
    const ensured = await registrar.ensureForResource(resource.url, METADATA)
    expect(ensured.client.client_id).not.toBe(client.client_id)
    expect(authorizationServer.asked.match(/POST/g)).toHaveLength(2)

    // A server that forgets again at once is not asked for another each time.
    authorizationServer.clients.clear()
    expect(await registrar.invalidateForResource(resource.url, ensured.client)).toBe(true)
    const error = await failureOf(registrar.ensureForResource(resource.url, METADATA))
    expect(error.code).toBe('registered_recently')
    expect(authorizationServer.asked.match(/POST/g)).toHaveLength(2)
  })

  test('is not given up where the server knows it', async () => {
    const authorizationServer = await startAuthorizationServer()
    const resource = await startResource(authorizationServer.origin)
    const { registrar } = open()
    const { client } = await registrar.ensureForResource(resource.url, METADATA)

    expect(await registrar.invalidateForResource(resource.url, client)).toBe(false)
  })

  test('of which nothing is stored is a mistake of the caller', async () => {
    const { registrar } = open()
    const error = await failureOf(
      registrar.invalidateForResource('https://mcp.example.com/mcp', { client_id: 'c' }),
    )
    expect(error).toMatchObject({ code: 'invalid_argument', outcome: 'not_sent' })
  })
})
