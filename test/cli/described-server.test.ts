import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { fileStore } from '../../src/stores/file/index.js'
import { startAuthorizationServer } from '../registrar/authorization-server.js'
import { dcr, emptyFolder, MANY_PROCESSES } from './run-dcr.js'

const OPTIONS = ['--allow-insecure-requests', '--store', 'file:kept']

test('a client of a server that publishes no metadata is managed as the manifest has described it', {
  timeout: MANY_PROCESSES,
}, async () => {
  const other = { issuer: 'https://other.example.com' }
  const server = await startAuthorizationServer({ lifetime: 3600, metadata: other })
  const { registration_endpoint } = server.metadata
  const manifest = {
    version: 1,
    servers: { bank: { issuer: server.origin, endpoints: { registration_endpoint } } },
    clients: { shop: { server: 'bank', metadata: { redirect_uris: ['https://shop.example.com/cb'] } } },
  }
  const folder = emptyFolder()
  writeFileSync(join(folder, 'clients.json'), JSON.stringify(manifest))
  expect(await dcr(['apply', 'clients.json', ...OPTIONS], { folder })).toMatchObject({ code: 0 })

  // The secret is two hours old, and so in the second half of its life.
  const store = fileStore({ directory: join(folder, 'kept') })
  const [[key, stored] = expect.fail('nothing is kept')] = await store.list()
  await store.set(key, { ...stored, receivedAt: Number(stored.receivedAt) - 7200 })

  const ofShop = (command: string, ...more: string[]) =>
    dcr([command, server.origin, '--as', 'shop', ...more, ...OPTIONS], { folder })
  for (const run of [
    await ofShop('get'),
    await ofShop('renew'),
    await ofShop('update', '--name', 'Shop'),
    await ofShop('delete'),
  ])
    expect([run.code, run.stderr]).toEqual([0, ''])
  expect(server.asked).toBe('POST GET PUT PUT DELETE')
  expect(server.requests.filter(({ url }) => url.includes('.well-known'))).toEqual([])
})
