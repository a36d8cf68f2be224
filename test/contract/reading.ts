import { describe, expect, test } from 'vitest'
import type { Connection } from './connection.js'
import { web } from './set-up.js'

export function reading(connection: Connection): void {
  if (connection.setUp.management === 'none') return

  describe('get', { meta: { shows: ['get'] } }, () => {
    test('gives what is registered, and a token that works', async () => {
      const { dcr } = connection
      const client = await dcr.register(web)
      const read = await dcr.get(client)
      expect(read).toEqual(client)
      expect((await dcr.get(read)).client_id).toBe(client.client_id)
    })

    test('a wrong token is refused, and that of another client is void afterwards', async () => {
      const { dcr } = connection
      const [one, other] = [await dcr.register(web), await dcr.register(web)]
      const wrong = { ...one, registration_access_token: 'not-this-one' }
      expect(await connection.failure(dcr.get(wrong))).toMatchObject({
        code: 'unauthorized',
        status: 401,
        error: 'invalid_token',
      })
      const foreign = { ...one, registration_access_token: other.registration_access_token ?? '' }
      expect(await connection.failure(dcr.get(foreign))).toMatchObject({ code: 'unauthorized', status: 401 })
      expect(await connection.failure(dcr.get(other))).toMatchObject({ code: 'unauthorized' })
      expect((await dcr.get(one)).client_id).toBe(one.client_id)
    })
  })
}
