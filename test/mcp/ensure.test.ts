import { expect, test } from 'vitest'
import { startAuthorizationServer } from '../registrar/authorization-server.js'
import { METADATA, neverCalled, open, startResource } from './set-up.js'

test('from the URL of a resource to a client, and then without a request', async () => {
  const authorizationServer = await startAuthorizationServer()
  const resource = await startResource(authorizationServer.origin)
  resource.document.scopes_supported = ['tools:read', 'tools:write']
  const { registrar, store, warnings } = open()

  const ensured = await registrar.ensureForResource(resource.url, METADATA)

  expect(ensured).toEqual({
    server: { ...authorizationServer.metadata },
    client: expect.objectContaining({ client_id: 'client-1', client_secret: expect.any(String) }),
    action: 'register',
    reasons: ['not_registered'],
    resource: resource.url,
    scope: 'tools:read tools:write',
    method: 'dynamic_registration',
  })
  expect(authorizationServer.sent('POST')).toEqual([
    {
      ...METADATA,
      application_type: 'native',
      token_endpoint_auth_method: 'client_secret_basic',
      scope: 'tools:read tools:write',
    },
  ])
  expect(resource.asked).toEqual(
    expect.arrayContaining(['/.well-known/oauth-protected-resource/mcp', '/mcp']),
  )
  expect(warnings).toEqual([])

  const other = open({ store, fetch: neverCalled })
  const again = await other.registrar.ensureForResource(resource.url, METADATA)
  expect(again).toEqual({ ...ensured, action: 'none', reasons: [] })
})
