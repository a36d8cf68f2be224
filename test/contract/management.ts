import { describe, expect, test } from 'vitest'
import { type ClientInformation, clientSecretBasic, memoryStore, storeKey } from '../../src/index.js'
import type { Connection } from './connection.js'
import { web } from './set-up.js'

export function management(connection: Connection): void {
  const { management, machine } = connection.setUp

  /** One call of each kind that the server does not offer, and whether the client is still where it was saved. */
  async function attempt(operations: readonly ('get' | 'update' | 'delete')[], expected: object) {
    const store = memoryStore()
    const dcr = connection.registering({ store })
    const client = await dcr.register(web)
    for (const operation of operations) {
      const call =
        operation === 'update' ? dcr.update(client, { client_name: 'New' }) : dcr[operation](client)
      expect(await connection.failure(call), operation).toMatchObject(expected)
    }
    const saved = await store.get(storeKey(connection.server.issuer, client.client_id))
    expect(saved?.client).toEqual(client)
    return client
  }

  if (management === 'none')
    describe('where no management is offered', () => {
      test('get, update and delete say so, and nothing is sent', async () => {
        const { requests } = connection
        await attempt(['get', 'update', 'delete'], {
          code: 'management_not_supported',
          outcome: 'not_sent',
          attempts: 0,
        })
        expect(connection.requests).toBe(requests + 1)
      })
    })

  if (management === 'read')
    describe('where only reading is offered', () => {
      test('update and delete say so, and change nothing', async () => {
        const client = await attempt(['update', 'delete'], { code: 'not_found', outcome: 'rejected' })
        expect(await connection.dcr.get(client)).toEqual(client)
      })
    })

  if (management === 'none' || management === 'read') return

  describe('update', { meta: { shows: ['update'] } }, () => {
    test('changes what is given and keeps the rest', async () => {
      const client = await connection.dcr.register({
        ...web,
        contacts: ['a@example.com'],
        tos_uri: 'https://app.example.com/tos',
      })
      const updated = await connection.dcr.update(client, { client_name: 'New', tos_uri: null })
      expect(updated.client_id).toBe(client.client_id)
      expect(updated.client_secret).toBe(client.client_secret)
      expect(updated.client_name).toBe('New')
      expect(updated.contacts).toEqual(['a@example.com'])
      expect(updated.redirect_uris).toEqual(web.redirect_uris)
      expect('tos_uri' in updated).toBe(false)
      expect(await connection.dcr.get(updated)).toEqual(updated)
    })

    test('a registration known by its credentials alone loses nothing', async () => {
      const { client_id, registration_access_token, registration_client_uri } =
        await connection.dcr.register(web)
      const credentials = {
        client_id,
        registration_access_token,
        registration_client_uri,
      } as ClientInformation
      const updated = await connection.dcr.update(credentials, { contacts: ['a@example.com'] })
      expect(updated.client_name).toBe('Contract')
      expect(updated.redirect_uris).toEqual(web.redirect_uris)
    })

    test(`the registration access token ${management === 'rotating' ? 'is another one, and the old one void' : 'stays'}`, async () => {
      const client = await connection.dcr.register(web)
      const updated = await connection.dcr.update(client, { client_name: 'New' })
      const rotated = updated.registration_access_token !== client.registration_access_token
      expect(rotated).toBe(management === 'rotating')
      if (rotated)
        expect(await connection.failure(connection.dcr.get(client))).toMatchObject({ code: 'unauthorized' })
      expect((await connection.dcr.get(updated)).client_name).toBe('New')
    })

    test('a refused update changes nothing, the token neither', async () => {
      const client = await connection.dcr.register(web)
      const refused = await connection.failure(
        connection.dcr.update(client, { token_endpoint_auth_method: 'telepathy' }),
      )
      expect(refused).toMatchObject({ code: 'rejected', status: 400, error: 'invalid_client_metadata' })
      expect(await connection.dcr.get(client)).toEqual(client)
    })

    test('a machine client can be updated, empty lists and all', async () => {
      const client = await connection.dcr.register(machine)
      const updated = await connection.dcr.update(client, { client_name: 'New' })
      expect(updated).toMatchObject({ client_name: 'New', response_types: [], redirect_uris: [] })
    })

    // What the client never does, so that the fake refuses in others what the real one refuses.
    test.each<[string, (client: ClientInformation) => Record<string, unknown>]>([
      ['without client_id', () => ({ ...web })],
      ['with another client_id', () => ({ ...web, client_id: 'other' })],
      ['with a wrong client_secret', ({ client_id }) => ({ ...web, client_id, client_secret: 'wrong' })],
      [
        'with registration_access_token',
        ({ client_id, registration_access_token }) => ({ ...web, client_id, registration_access_token }),
      ],
      [
        'with registration_client_uri',
        ({ client_id, registration_client_uri }) => ({ ...web, client_id, registration_client_uri }),
      ],
      [
        'with client_secret_expires_at',
        ({ client_id }) => ({ ...web, client_id, client_secret_expires_at: 0 }),
      ],
      ['with client_id_issued_at', ({ client_id }) => ({ ...web, client_id, client_id_issued_at: 1 })],
    ])('the server refuses a PUT %s', async (_name, body) => {
      const client = await connection.dcr.register(web)
      const response = await fetch(client.registration_client_uri ?? '', {
        method: 'PUT',
        headers: {
          'content-type': 'application/json',
          authorization: `Bearer ${client.registration_access_token}`,
        },
        body: JSON.stringify(body(client)),
      })
      expect(response.status).toBe(400)
      expect(await response.json()).toMatchObject({ error: 'invalid_request' })
      expect(await connection.dcr.get(client)).toEqual(client)
    })
  })

  describe('delete', { meta: { shows: ['delete'] } }, () => {
    test('a deleted client is gone, and so are its credentials', async () => {
      const client = await connection.dcr.register(machine)
      await connection.tokenFor(clientSecretBasic(client))
      await expect(connection.dcr.delete(client)).resolves.toBeUndefined()
      expect(await connection.failure(connection.dcr.get(client))).toMatchObject({
        code: 'unauthorized',
        status: 401,
      })
      expect(await connection.failure(connection.dcr.delete(client))).toMatchObject({
        code: 'unauthorized',
        status: 401,
      })
      expect(await connection.failure(connection.tokenFor(clientSecretBasic(client)))).toMatchObject({
        status: 401,
        error: 'invalid_client',
      })
    })
  })
}
