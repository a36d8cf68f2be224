import { expect } from 'vitest'
import type { CredentialStore } from '../../src/index.js'
import { Registrar } from '../../src/index.js'
import type { EvilServer } from '../servers/evil-server.js'

/**
 * What must hold whatever a server did: every stored credential works there, or is known not to; every client the server
 * has is in force, listed as an orphan, or one that is listed as in doubt; and no more was registered than was asked for.
 */
export async function checkInvariants(server: EvilServer, store: CredentialStore, registrations: number) {
  const stored = (await store.list()).map(([, registration]) => registration)
  const orphans = await new Registrar({ store }).orphans()

  for (const { client, intent, trouble } of stored) {
    if (!client || !server.clients.has(client.client_id)) continue
    // Of an answer that was cut, what came is kept: nothing in it can be void.
    const { registration_access_token, client_secret } = client
    const isKnown = intent !== undefined || trouble !== undefined
    const works = registration_access_token === undefined || server.accepts(client)
    expect(works || isKnown, 'a stored token is void, and the store does not know it').toBe(true)
    if (isKnown || client_secret === undefined) continue
    expect(client_secret).toBe(server.clients.get(client.client_id)?.client_secret)
  }
  const known = [...stored, ...orphans].flatMap(({ client }) => client?.client_id ?? [])
  const unknown = [...server.clients.keys()].filter((client_id) => !known.includes(client_id))
  const doubts = orphans.filter(({ reason, client }) => reason === 'in_doubt' && !client)
  expect(doubts.length, 'a client of the server is neither stored nor listed').toBeGreaterThanOrEqual(
    unknown.length,
  )

  const posts = server.log.filter((method) => method === 'POST')
  expect(posts.length, 'a registration was sent twice').toBeLessThanOrEqual(registrations)
}
