import { describe, expect, test } from 'vitest'
import { type ClientMetadata, differences, type Warning } from '../../src/index.js'
import type { Connection } from './connection.js'
import { type Kind, type Mistake, mistakes, web } from './set-up.js'

export function registration(connection: Connection): void {
  const { setUp } = connection
  const { refusals, machine, secretLifetime } = setUp
  /** A test that shows that a kind of client can be registered. */
  function registers(kind: Kind, name: string, run: () => Promise<void>): void {
    if (setUp.kinds.includes(kind)) test(name, { meta: { shows: ['register', kind] } }, run)
  }

  describe('register', { meta: { shows: ['register'] } }, () => {
    registers('confidential', 'a confidential client gets all it needs', async () => {
      const client = await connection.dcr.register(web)
      expect(client.client_id).not.toBe('')
      expect(client.client_secret?.length).toBeGreaterThan(20)
      const issued = client.client_id_issued_at ?? 0
      expect(Math.abs(issued - Date.now() / 1000)).toBeLessThan(60)
      expect(client.client_secret_expires_at).toBe(secretLifetime && issued + secretLifetime)
      expect(client.redirect_uris).toEqual(web.redirect_uris)
      expect(client.client_name).toBe('Contract')
      for (const [member, value] of Object.entries(setUp.given)) expect(client[member], member).toEqual(value)
      if (setUp.management === 'none') {
        expect('registration_access_token' in client).toBe(false)
        expect('registration_client_uri' in client).toBe(false)
      } else {
        expect(client.registration_access_token?.length).toBeGreaterThan(20)
        expect(client.registration_client_uri).toMatch(new RegExp(`/${client.client_id}$`))
      }
    })

    registers('public', 'a public client gets no secret', async () => {
      const client = await connection.dcr.register({ ...web, token_endpoint_auth_method: 'none' })
      expect(client.token_endpoint_auth_method).toBe('none')
      expect(client.client_secret).toBeUndefined()
    })

    registers(
      'native',
      'a native client may redirect to the machine it runs on and to its own scheme',
      async () => {
        const redirect_uris = ['http://127.0.0.1/cb', 'com.example.app:/cb']
        const client = await connection.dcr.register({
          redirect_uris,
          application_type: 'native',
          token_endpoint_auth_method: 'none',
        })
        expect(client.redirect_uris).toEqual(redirect_uris)
      },
    )

    registers('machine', 'a client of the machine needs no redirect URI', async () => {
      const client = await connection.dcr.register(machine)
      expect(client.grant_types).toEqual(['client_credentials'])
      for (const [member, value] of Object.entries(machine)) expect(client[member], member).toEqual(value)
      expect(client.redirect_uris ?? []).toEqual([])
    })

    test('what the server changes is told by differences and in warnings', async () => {
      const { requested, told } = setUp.altered
      const warnings: Warning[] = []
      const dcr = connection.registering({ onWarning: (warning) => warnings.push(warning) })
      expect(differences(web, await dcr.register(web))).toEqual([])
      expect(warnings).toEqual([])
      expect(differences(requested, await dcr.register(requested))).toEqual(told)
      expect(warnings.filter(({ code }) => code === 'granted_differs').map(({ member }) => member)).toEqual(
        told.filter((difference) => 'granted' in difference).map(({ member }) => member),
      )
    })

    const refused = (Object.entries(mistakes) as [Mistake, readonly [string, ClientMetadata]][])
      .map(([name, [usual, metadata]]) => {
        const error = refusals[name]
        return [name, error === undefined ? usual : error, metadata] as const
      })
      .filter(([, error]) => error !== null)
    test.each(refused)('%s is refused with %s', async (_name, error, metadata) => {
      const refused = await connection.failure(connection.dcr.register(metadata))
      expect(refused).toMatchObject({ code: 'rejected', outcome: 'rejected', status: 400, error })
      expect(refused.error_description).toMatch(/\w/)
    })

    if (setUp.registration === 'open') return
    test('without its token it is refused', async () => {
      const refused = await connection.failure(connection.connect().register(web))
      expect(refused).toMatchObject({ code: 'unauthorized', outcome: 'rejected', status: 401 })
      const dcr = connection.connect({ initialAccessToken: 'not-this-one' })
      const wrong = await connection.failure(dcr.register(web))
      expect(wrong).toMatchObject({ code: 'unauthorized', status: 401, error: 'invalid_token' })
    })
  })
}
