import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { authentication } from './authentication.js'
import { authorization } from './authorization.js'
import { Connection } from './connection.js'
import { management } from './management.js'
import { reading } from './reading.js'
import { registration } from './registration.js'
import { complete, type SetUp } from './set-up.js'

export type { SetUp, Subject } from './set-up.js'

/** What the client and every server must agree on. One suite, so that the fake cannot drift from the real. */
export function contract(name: string, setUp: SetUp): void {
  describe(name, () => {
    const connection = new Connection(complete(setUp))
    beforeAll(() => connection.open())
    afterAll(() => connection.close())

    test('discovery names the issuer asked for and its endpoints', () => {
      const { server, subject } = connection
      const below = new RegExp(`^${subject.issuer.replace(/\/$/, '')}/`)
      expect(server.issuer).toBe(subject.issuer)
      expect(server.registration_endpoint).toMatch(below)
      expect(server.token_endpoint).toMatch(below)
    })

    registration(connection)
    authorization(connection)
    authentication(connection)
    reading(connection)
    management(connection)
  })
}
