import { inspect } from 'node:util'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import type { ClientMetadata, CredentialStore, Operation, Plan, Registrar, Warning } from '../../src/index.js'
import {
  type AuthorizationServer,
  type ServerOptions,
  startAuthorizationServer,
} from './authorization-server.js'
import { CHANGED, METADATA, open, rewrite, secretsOf, stopClock } from './set-up.js'

beforeEach(() => void vi.spyOn(Math, 'random').mockReturnValue(0))

interface Subject {
  readonly as: AuthorizationServer
  readonly store: CredentialStore
  readonly registrar: Registrar
  readonly setClock: (seconds: number) => void
}

interface Case {
  readonly server?: ServerOptions
  readonly wanted?: ClientMetadata
  /** What has happened to the registered client; without it, none was registered. */
  readonly before?: (subject: Subject) => unknown
  readonly plan: Pick<Plan, 'action' | 'reasons'> & Partial<Plan>
}

const registered = () => {}
const { client_name: _, ...LESS } = METADATA

/** Leaves the trace of a request that was never answered. */
const intended =
  (operation: Operation) =>
  ({ as, store }: Subject) =>
    rewrite(store, as.origin, (stored) => ({
      ...stored,
      intent: { id: 'i1', operation, at: Math.floor(Date.now() / 1000) },
    }))

const cases: Record<string, Case> = {
  'nothing is stored': { plan: { action: 'register', reasons: ['not_registered'], changed: [] } },
  'a registration was lost': {
    before: async (subject) => {
      const { as, store } = subject
      await rewrite(store, as.origin, ({ client: _, ...rest }) => rest)
      await intended('register')(subject)
    },
    plan: { action: 'register', reasons: ['registration_in_doubt'] },
  },
  'all is well': { before: registered, plan: { action: 'none', reasons: [], changed: [] } },
  'a member is another': {
    before: registered,
    wanted: CHANGED,
    plan: { action: 'update', reasons: ['metadata_changed'], changed: ['client_name'] },
  },
  'a member has gone, and one come': {
    before: registered,
    wanted: { ...LESS, client_uri: 'https://app.example.com/' },
    plan: { action: 'update', reasons: ['metadata_changed'], changed: ['client_name', 'client_uri'] },
  },
  'a member is another, without management': {
    server: { management: [] },
    before: registered,
    wanted: CHANGED,
    plan: { action: 'replace', reasons: ['metadata_changed'], changed: ['client_name'] },
  },
  'the secret is about to expire': {
    server: { lifetime: 3600 },
    before: ({ setClock }) => setClock(3599),
    plan: { action: 'update', reasons: ['secret_expires_soon'] },
  },
  'the secret has expired': {
    server: { lifetime: 3600 },
    before: ({ setClock }) => setClock(3600),
    plan: { action: 'update', reasons: ['secret_expired'] },
  },
  'the secret has expired, without management': {
    server: { lifetime: 3600, management: [] },
    before: ({ setClock }) => setClock(3600),
    plan: { action: 'replace', reasons: ['secret_expired'] },
  },
  'an update was interrupted': {
    server: { rotates: false },
    before: intended('update'),
    plan: { action: 'update', reasons: ['update_interrupted'], changed: [] },
  },
  'a read was interrupted that may have changed the token': {
    before: intended('get'),
    plan: { action: 'update', reasons: ['update_interrupted'] },
  },
  'a deletion was interrupted': {
    before: intended('delete'),
    plan: { action: 'replace', reasons: ['deletion_interrupted'] },
  },
  'a registration in its place was lost, and all is well': {
    before: intended('register'),
    plan: { action: 'none', reasons: [] },
  },
  'a registration in its place was lost, and is wanted still': {
    server: { management: [] },
    before: intended('register'),
    wanted: CHANGED,
    plan: { action: 'replace', reasons: ['metadata_changed', 'registration_in_doubt'] },
  },
  'the token endpoint refuses it': {
    server: { management: [] },
    before: async ({ as, registrar }) =>
      registrar.invalidate(as.origin, (await registrar.ensure(as.origin, METADATA)).client),
    plan: { action: 'replace', reasons: ['invalid_client'] },
  },
  'the server no longer knows it': {
    before: async ({ as, registrar }) => {
      const [client] = as.clients.values()
      as.clients.clear()
      await registrar.invalidate(as.origin, client as never)
    },
    plan: { action: 'replace', reasons: ['invalid_client'] },
  },
  'its token was lost, and all else is well': {
    before: ({ as, store }) =>
      rewrite(store, as.origin, (stored) => ({ ...stored, trouble: 'management_locked' })),
    plan: { action: 'none', reasons: ['management_locked'] },
  },
  'its token was lost, and a member is another': {
    before: ({ as, store }) =>
      rewrite(store, as.origin, (stored) => ({ ...stored, trouble: 'management_locked' })),
    wanted: CHANGED,
    plan: { action: 'replace', reasons: ['metadata_changed', 'management_locked'] },
  },
  'several at once': {
    server: { lifetime: 3600 },
    before: async (subject) => {
      await intended('update')(subject)
      subject.setClock(3600)
    },
    wanted: CHANGED,
    plan: { action: 'update', reasons: ['update_interrupted', 'secret_expired', 'metadata_changed'] },
  },
}

describe('plan tells what ensure then does, and sends nothing', () => {
  for (const [name, { server, wanted = METADATA, before, plan }] of Object.entries(cases)) {
    test(name, async () => {
      const setClock = stopClock()
      const as = await startAuthorizationServer(server)
      const shown: unknown[] = []
      const onWarning = (warning: Warning) => void shown.push(warning)
      const { registrar, store } = open({ onWarning })
      if (before) {
        await registrar.ensure(as.origin, METADATA)
        await before({ as, store, registrar, setClock })
      }
      const sent = as.connections
      const found = await store.list()
      const planned = await registrar.plan(as.origin, wanted)
      expect(planned).toMatchObject(plan)
      expect(planned.client).toEqual(found[0]?.[1].client)
      expect(as.connections).toBe(sent)
      expect(await store.list()).toEqual(found)

      const secrets = secretsOf(as.clients.values())
      const done = await registrar.ensure(as.origin, wanted)
      expect(done.action).toBe(planned.action)
      expect(as.connections > sent).toBe(planned.action !== 'none')
      const again = await registrar.plan(as.origin, wanted)
      expect(again).toMatchObject({ action: 'none', client: done.client })

      const { client: __, ...told } = planned
      const text = JSON.stringify([told, shown]) + inspect([told, shown], { depth: 9 })
      for (const secret of [...secrets, ...secretsOf(as.clients.values())].filter(Boolean))
        expect(text).not.toContain(secret)
    })
  }

  test('the reasons are all there are', () => {
    const seen = new Set(Object.values(cases).flatMap(({ plan }) => plan.reasons))
    expect([...seen].sort()).toEqual(
      [
        'deletion_interrupted',
        'invalid_client',
        'management_locked',
        'metadata_changed',
        'not_registered',
        'registration_in_doubt',
        'secret_expired',
        'secret_expires_soon',
        'update_interrupted',
      ].sort(),
    )
  })
})
