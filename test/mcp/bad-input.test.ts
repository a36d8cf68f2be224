import { describe, expect, test } from 'vitest'
import type { ClientInformation, ClientMetadata, Provider } from '../../src/index.js'
import type { ResourceOptions } from '../../src/mcp/index.js'
import { failureOf } from '../failure-of.js'
import { METADATA, neverCalled, open } from './set-up.js'

/** Everything here is refused before anything is sent: nothing may be reached. */
const RESOURCE = 'https://mcp.example.com/mcp'

function refusal(resource: unknown, metadata: unknown, options?: unknown) {
  const { registrar } = open({ fetch: neverCalled })
  return failureOf(
    registrar.ensureForResource(resource as string, metadata as ClientMetadata, options as ResourceOptions),
  )
}

describe('a resource that cannot be called', () => {
  test.each([
    ['', 'invalid_url'],
    [undefined, 'invalid_url'],
    [7, 'invalid_url'],
    ['mcp.example.com', 'invalid_url'],
    ['http://mcp.example.com/mcp', 'insecure_url'],
    ['https://user:hunter2hunter2@mcp.example.com/mcp', 'invalid_url'],
    ['https://mcp.example.com/mcp#part', 'invalid_url'],
    ['file:///etc/passwd', 'invalid_url'],
  ])('%s', async (resource, code) => {
    const error = await refusal(resource, METADATA)
    expect(error).toMatchObject({ code, outcome: 'not_sent' })
    expect(error.message).toMatch(/^ensureForResource: the resource /)
    expect(error.message).not.toContain('hunter2')
  })
})

describe('options that do not do', () => {
  const client: ClientInformation = { client_id: 'c' }
  test.each<[name: string, options: unknown, told: RegExp]>([
    ['no object', 'default', /options must be an object/],
    ['a challenge', { challenge: 7 }, /challenge must be a WWW-Authenticate header/],
    ['clients as a list', { preRegistered: [client] }, /preRegistered must be an object/],
    ['a client without an issuer', { preRegistered: { client } }, /an issuer of options.preRegistered/],
    ['a client without an id', { preRegistered: { 'https://a.example': {} } }, /client_id/],
    ['a document by http', { clientIdMetadataDocument: 'http://a.example/c' }, /clientIdMetadataDocument/],
    ['a document with dots', { clientIdMetadataDocument: 'https://a.example/x/../c' }, /dot segments/],
    ['a document without a path', { clientIdMetadataDocument: 'https://a.example' }, /with a path/],
    ['a server that is none', { authorizationServer: 'as' }, /authorizationServer/],
    ['a token for nobody', { initialAccessToken: 'initial-token' }, /by options.authorizationServer/],
    ['a provider of nobody', { provider: { name: 'x' } as Provider }, /by options.authorizationServer/],
    ['a name', { name: '' }, /options.name/],
    ['a timeout', { timeout: -1 }, /timeout/],
  ])('%s', async (_name, options, told) => {
    const error = await refusal(RESOURCE, METADATA, options)
    expect(error.outcome).toBe('not_sent')
    expect(error.code).toMatch(/^(invalid_argument|invalid_url|insecure_url)$/)
    expect(error.message).toMatch(told)
  })
})

test.each([
  ['none', undefined],
  ['text', 'App'],
  ['a redirect URI that is no text', { redirect_uris: [7] }],
  ['a method without a key', { token_endpoint_auth_method: 'private_key_jwt' }],
])('metadata that could not be sent: %s', async (_name, metadata) => {
  expect(await refusal(RESOURCE, metadata)).toMatchObject({ code: 'invalid_argument', outcome: 'not_sent' })
})
