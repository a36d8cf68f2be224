import { describe, expect, test } from 'vitest'
import { type ClientInformation, DcrClient, type DcrError } from '../src/index.js'
import { type ScriptedServer, startScripted } from './servers/scripted.js'

const METADATA = { redirect_uris: ['https://app.example.com/cb'] }

const connect = (server: ScriptedServer) => new DcrClient(server.metadata, { allowInsecureRequests: true })

const failureOf = (promise: Promise<unknown>): Promise<DcrError> =>
  promise.then(
    () => expect.fail('it did not fail'),
    (error) => error,
  )

const known = (server: ScriptedServer): ClientInformation => ({
  client_id: 'c1',
  registration_access_token: 'rat-1',
  registration_client_uri: `${server.origin}/register/c1`,
  ...METADATA,
})

describe('a redirect is not followed', () => {
  const operations = {
    register: (dcr: DcrClient) => dcr.register(METADATA),
    get: (dcr: DcrClient, client: ClientInformation) => dcr.get(client),
    update: (dcr: DcrClient, client: ClientInformation) => dcr.update(client, {}),
    delete: (dcr: DcrClient, client: ClientInformation) => dcr.delete(client),
  }
  for (const [operation, run] of Object.entries(operations)) {
    for (const status of [301, 302, 303, 307, 308]) {
      for (const where of ['to another origin', 'to the same origin']) {
        test(`${operation}: ${status} ${where}`, async () => {
          const [server, canary] = [await startScripted(), await startScripted()]
          const target = where === 'to another origin' ? canary : server
          server.script.push({ status, headers: { location: `${target.origin}/login?state=secret-state` } })
          const error = await failureOf(run(connect(server), known(server)))
          expect(error).toMatchObject({ code: 'redirect_refused', outcome: 'rejected', attempts: 1 })
          expect(error.message).toContain(target.origin)
          expect(error.message).not.toContain('secret-state')
          expect(server.requests).toHaveLength(1)
          expect(canary.connections).toBe(0)
        })
      }
    }
  }
})
