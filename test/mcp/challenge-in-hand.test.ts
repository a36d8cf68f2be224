import { expect, test } from 'vitest'
import { startAuthorizationServer } from '../registrar/authorization-server.js'
import { METADATA, open, startResource } from './set-up.js'

/* A challenge in hand that names the metadata of the resource is gone by: a server may count requests elsewhere as mistakes. */

const PLACE = '/metadata-of-the-resource'

async function start() {
  const server = await startAuthorizationServer()
  const resource = await startResource(server.origin)
  const { registrar } = open()
  const challenge = `Bearer resource_metadata="${resource.origin}${PLACE}"`
  return {
    server,
    resource,
    ensure: () => registrar.ensureForResource(resource.url, METADATA, { challenge }),
  }
}

test('what it names is asked, and nothing else', async () => {
  const { server, resource, ensure } = await start()
  resource.answers.set(PLACE, () => ({ body: resource.document }))
  await ensure()
  expect(resource.asked).toEqual([PLACE])
  expect(server.asked).toBe('POST')
})

test('where there is nothing, the well-known places are asked', async () => {
  const { server, resource, ensure } = await start()
  await ensure()
  expect(resource.asked[0]).toMatch(/^\/\.well-known\/oauth-protected-resource/)
  expect(resource.asked).toContain(PLACE)
  expect(server.asked).toBe('POST')
})

test('where nothing comes, the well-known places are asked before the deadline', async () => {
  const { server, resource, ensure } = await start()
  resource.answers.set(PLACE, 'never answer')
  await ensure()
  expect(server.asked).toBe('POST')
})
