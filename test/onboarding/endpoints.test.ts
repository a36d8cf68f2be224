import { expect, test } from 'vitest'
import { memoryStore } from '../../src/index.js'
import { parseManifest } from '../../src/onboarding/index.js'
import { startAuthorizationServer } from '../registrar/authorization-server.js'
import { clientsAt, counted, open, told } from './set-up.js'

/* Servers that publish no metadata: the manifest says where they are. */

test('nothing is discovered, from the first registration to the last deletion', async () => {
  const server = await startAuthorizationServer()
  const store = memoryStore()
  const registration_endpoint = server.metadata.registration_endpoint as string
  const bank = { issuer: server.origin, endpoints: { registration_endpoint } }
  const given = (contacts: string[]) =>
    open({ bank: { ...bank, defaults: { contacts } } }, clientsAt('bank', 3), { store })

  expect(counted((await told(given(['a@example.com']).apply())).events)).toEqual({ registered: 3 })
  expect(counted((await told(given(['a@example.com']).apply())).events)).toEqual({ unchanged: 3 })
  expect(counted((await told(given(['b@example.com']).apply())).events)).toEqual({ updated: 3 })
  expect(counted((await told(given(['b@example.com']).destroy())).events)).toEqual({ removed: 3 })
  expect(server.clients.size).toBe(0)
  expect(server.requests.filter(({ url }) => `${url}`.includes('.well-known'))).toEqual([])
})

test.each([
  [{}, 'servers.bank.endpoints.registration_endpoint: must be a text'],
  [{ registration_endpoint: 'ftp://as.example.com' }, 'registration_endpoint must be an https URL'],
  [{ registration_endpoint: 'https://as.example.com/reg', token: 'x' }, 'token is no member of this'],
  [
    { registration_endpoint: 'https://as.example.com/reg', token_endpoint: 'https://u:p@as.example.com' },
    'token_endpoint must not have a user name or password in it',
  ],
])('refused: %o', (endpoints, what) => {
  const servers = { bank: { issuer: 'https://as.example.com', endpoints } }
  expect(() => parseManifest({ version: 1, servers, clients: clientsAt('bank', 1) })).toThrow(what)
})
