import { describe, expect, test } from 'vitest'
import { type CredentialStore, memoryStore } from '../../src/index.js'
import { failureOf } from '../failure-of.js'
import { inTime } from '../in-time.js'
import { startAuthorizationServer } from '../registrar/authorization-server.js'
import { stopClock } from '../registrar/set-up.js'
import type { Step } from '../servers/scripted.js'
import { METADATA, neverCalled, open, startResource } from './set-up.js'

const DAY = 86_400
const PLACE = '/.well-known/oauth-protected-resource'

describe('a known resource that is out of order keeps its client', () => {
  const ways: Record<string, Step> = {
    'fails with 503': { status: 503 },
    'asks to come later': { status: 429, headers: { 'retry-after': '999' } },
    'forbids it': { status: 403 },
    'has lost its metadata': { status: 404 },
    'breaks off': 'close',
  }
  test.each(Object.entries(ways))('%s', async (_name, step) => {
    const setClock = stopClock()
    const { origin, asked } = await startAuthorizationServer()
    const resource = await startResource(origin)
    const { registrar, store } = open()
    const ensured = await registrar.ensureForResource(resource.url, METADATA)
    for (const path of [PLACE, `${PLACE}/mcp`]) resource.answers.set(path, step)
    setClock(DAY + 1)

    for (const options of [{ challenge: 'Bearer' }, {}]) {
      const again = await registrar.ensureForResource(resource.url, METADATA, options)
      expect(again).toEqual({ ...ensured, action: 'none', reasons: [] })
    }
    expect(asked).toBe('')
    // It is asked again soon, and not by every call until then.
    const other = open({ store, fetch: neverCalled })
    await other.registrar.ensureForResource(resource.url, METADATA)
    setClock(DAY + 302)
    const { length } = resource.requests
    await open({ store }).registrar.ensureForResource(resource.url, METADATA)
    expect(resource.requests.length).toBeGreaterThan(length)
  })
})

test('one that was never asked before is not taken for one without metadata', async () => {
  const resource = await startResource()
  for (const path of [PLACE, `${PLACE}/mcp`]) resource.answers.set(path, { status: 503 })

  const error = await failureOf(open().registrar.ensureForResource(resource.url, METADATA))

  expect(error.code).toBe('server_error')
  expect(resource.asked.join()).not.toContain('oauth-authorization-server')
})

describe('the server where the client is', () => {
  const changed = { ...METADATA, client_name: 'Agent 2' }

  test.each<[string, Step]>([
    ['asks to come later', { status: 429, headers: { 'retry-after': '999' } }],
    ['refuses what is wanted now', { status: 400, body: { error: 'invalid_client_metadata' } }],
    ['forbids it', { status: 403 }],
    ['is out of order', { status: 500 }],
  ])('is left for no other when it %s', async (_name, step) => {
    const server = await startAuthorizationServer({ management: [] })
    const other = await startAuthorizationServer()
    const resource = await startResource(server.origin, other.origin)
    const { registrar } = open()
    await registrar.ensureForResource(resource.url, METADATA)
    server.refuse('POST', step)

    const error = await failureOf(registrar.ensureForResource(resource.url, changed))

    expect(error.endpoint).toBe(`POST ${server.origin}/register`)
    expect(server.asked).toBe('POST POST')
    expect(other.asked).toBe('')
    const { client } = await registrar.ensureForResource(resource.url, METADATA)
    expect(client.client_id).toBe('client-1')
  })

  test('is gone by as it was while its metadata cannot be read', async () => {
    const setClock = stopClock()
    const server = await startAuthorizationServer()
    const other = await startAuthorizationServer()
    const resource = await startResource(server.origin, other.origin)
    const { registrar } = open()
    const ensured = await registrar.ensureForResource(resource.url, METADATA)
    server.options.metadata = { issuer: 7 }
    setClock(DAY + 1)

    expect(await registrar.ensureForResource(resource.url, METADATA)).toEqual({
      ...ensured,
      action: 'none',
      reasons: [],
    })
    expect(other.asked).toBe('')
  })

  test('is left when the resource no longer names it', async () => {
    const server = await startAuthorizationServer({ management: [] })
    const other = await startAuthorizationServer()
    const resource = await startResource(server.origin)
    const { registrar } = open()
    await registrar.ensureForResource(resource.url, METADATA)
    resource.document.authorization_servers = [other.origin]
    server.refuse('POST', { status: 403 })

    const moved = await registrar.ensureForResource(resource.url, changed)

    expect(moved.server.issuer).toBe(other.origin)
  })
})

describe('where the resource cannot be noted in the store', () => {
  const failing = (set: CredentialStore['set']): CredentialStore => {
    const store = memoryStore()
    return { ...store, set: (key, stored) => (stored.resource ? set(key, stored) : store.set(key, stored)) }
  }

  test.each<[string, CredentialStore['set']]>([
    ['fails', () => Promise.reject(new Error('disk full'))],
    ['hangs', () => new Promise(() => {})],
  ])('the client is given all the same: it %s', async (_name, set) => {
    const { origin } = await startAuthorizationServer()
    const resource = await startResource(origin)
    const { registrar, warnings } = open({ store: failing(set), timeout: 1000 })
    const { client } = await inTime(1000, () => registrar.ensureForResource(resource.url, METADATA))
    expect(client.client_id).toBe('client-1')
    expect(warnings).toEqual(['resource_not_kept'])
  })
})
