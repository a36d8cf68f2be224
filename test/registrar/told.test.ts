import { inspect } from 'node:util'
import { beforeEach, expect, test, vi } from 'vitest'
import type { ClientInformation, DcrError, Warning } from '../../src/index.js'
import { failureOf } from '../failure-of.js'
import {
  type AuthorizationServer,
  type ServerOptions,
  startAuthorizationServer,
} from './authorization-server.js'
import { CHANGED, METADATA, type Opened, open, secretsOf } from './set-up.js'

beforeEach(() => void vi.spyOn(Math, 'random').mockReturnValue(0))

interface Case {
  readonly server?: ServerOptions
  /** Makes the call that fails, of a client that is registered. */
  readonly fail: (
    subject: Opened & { as: AuthorizationServer; client: ClientInformation },
  ) => Promise<unknown>
  readonly code: DcrError['code']
  readonly outcome: DcrError['outcome']
  /** What the message says that is more than what happened: what to do, or where to look. */
  readonly says: RegExp
  readonly hasClient?: true
}

/** A server that repeats what it was sent. */
const repeating = (as: AuthorizationServer, method: 'POST' | 'PUT' | 'GET', status: number) =>
  as.refuse(method, ({ headers, body }) => ({
    status,
    body: { error: 'no', error_description: `${headers.authorization} ${body}` },
  }))

const cases: Record<string, Case> = {
  'an update is refused': {
    fail: ({ as, registrar }) => {
      repeating(as, 'PUT', 400)
      return registrar.ensure(as.origin, CHANGED)
    },
    code: 'rejected',
    outcome: 'rejected',
    says: /PUT http.+ answered 400 no/,
  },
  'an update is lost with the token': {
    fail: ({ as, registrar }) => {
      as.lose('PUT', 'close')
      return registrar.ensure(as.origin, CHANGED)
    },
    code: 'management_locked',
    outcome: 'applied',
    says: /the client itself still works.+error\.client/,
    hasClient: true,
  },
  'a registration is refused': {
    server: { management: [] },
    fail: ({ as, registrar }) => {
      repeating(as, 'POST', 403)
      return registrar.ensure(as.origin, CHANGED, { initialAccessToken: 'initial-token' })
    },
    code: 'forbidden',
    outcome: 'rejected',
    says: /a policy of the server forbids it/,
  },
  'a registration is in doubt': {
    server: { management: [] },
    fail: async ({ as, registrar }) => {
      as.lose('POST', 'close', 'close')
      for (let count = 0; count < 2; count++) await failureOf(registrar.ensure(as.origin, CHANGED))
      return registrar.ensure(as.origin, CHANGED)
    },
    code: 'registration_in_doubt',
    outcome: 'not_sent',
    says: /see orphans\(\), forget\(\) what is not there, or wait for 10 min/,
    hasClient: true,
  },
  'it was registered anew, and is refused again': {
    server: { management: [] },
    fail: async ({ as, client, registrar }) => {
      await registrar.invalidate(as.origin, client)
      await registrar.invalidate(as.origin, (await registrar.ensure(as.origin, METADATA)).client)
      return registrar.ensure(as.origin, METADATA)
    },
    code: 'registered_recently',
    outcome: 'not_sent',
    says: /the next one may be in 10 min/,
    hasClient: true,
  },
  'the store fails after the update': {
    fail: ({ as, registrar, store }) => {
      const { set } = store
      store.set = async (key, stored) => {
        if (stored.intent) return set(key, stored)
        throw new Error(JSON.stringify(stored))
      }
      return registrar.ensure(as.origin, CHANGED)
    },
    code: 'store_failed',
    outcome: 'applied',
    says: /was answered, but that was not kept\. It was done\. What is known of the client is in error\.client/,
    hasClient: true,
  },
  'the store fails before': {
    fail: ({ as, client, registrar, store }) => {
      store.set = () => Promise.reject(new Error(client.client_secret))
      return registrar.ensure(as.origin, CHANGED)
    },
    code: 'store_failed',
    outcome: 'not_sent',
    says: /the store failed\. Nothing was sent/,
  },
  'the server cannot be asked whether it knows it': {
    fail: ({ as, client, registrar }) => {
      repeating(as, 'GET', 500)
      repeating(as, 'GET', 500)
      return registrar.invalidate(as.origin, client)
    },
    code: 'server_error',
    outcome: 'unknown',
    says: /answered 500 no/,
  },
  'the issuer publishes nothing': {
    server: { management: [] },
    fail: ({ as, registrar }) => registrar.ensure(`${as.origin}/elsewhere`, METADATA),
    code: 'discovery_failed',
    outcome: 'rejected',
    says: /found no metadata of this issuer/,
  },
}

test.each(Object.entries(cases))('%s', async (_name, { server, fail, code, outcome, says, hasClient }) => {
  const as = await startAuthorizationServer(server)
  const warned: Warning[] = []
  const opened = open({ onWarning: (warning) => void warned.push(warning) })
  const { client } = await opened.registrar.ensure(as.origin, METADATA)
  const secrets = secretsOf([client])
  const error = await failureOf(fail({ ...opened, as, client }))
  expect(error).toMatchObject({ code, outcome })
  expect(error.message).toMatch(says)
  expect(error.client !== undefined).toBe(hasClient === true)
  const text = [error, warned].map((told) => JSON.stringify(told) + inspect(told, { depth: 9 })).join()
  for (const secret of [...secrets, ...secretsOf(as.clients.values()), 'initial-token'].filter(Boolean))
    expect(text).not.toContain(secret)
})
