import { mkdtempSync, rmSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, onTestFinished, test } from 'vitest'
import { DcrClient, DcrError, discover, memoryStore } from '../../src/index.js'
import { findLeak, forget } from '../canaries.js'
import { failureOf } from '../failure-of.js'
import { startScripted } from '../servers/scripted.js'
import { connect, known, METADATA } from './calling.js'

describe('M221: what looks for secrets after each test finds one', () => {
  const SECRET = 'canary of 31c7/+=ü'
  // It was seen on purpose.
  afterEach(forget)

  const fail = (message: string, details = {}) =>
    new DcrError('rejected', message, { outcome: 'rejected', ...details })
  const places: Record<string, () => unknown> = {
    'in the message of an error': () => fail(`it was ${SECRET}`),
    'in the cause of a cause': () => fail('it failed', { cause: { cause: { config: SECRET } } }),
    'in a member of an error': () => Object.assign(fail('it failed'), { request: { headers: { SECRET } } }),
    'percent-encoded': () => fail(`it was ${encodeURIComponent(SECRET).replaceAll('%20', '+')}`),
    'in base64': () => fail(`it was ${Buffer.from(SECRET).toString('base64')}`),
    'on standard error': () => process.stderr.write(`${SECRET}\n`),
    'in a file name': () => {
      // In one of its own: the same tests may run beside these.
      const folder = mkdtempSync(join(tmpdir(), 'dcr-client-'))
      onTestFinished(() => rmSync(folder, { recursive: true }))
      return mkdir(join(folder, `dcr-${encodeURIComponent(SECRET)}`))
    },
    'in a URL': async () => {
      const server = await startScripted({})
      await fetch(`${server.origin}/?token=${encodeURIComponent(SECRET)}`)
    },
  }
  for (const [name, leak] of Object.entries(places)) {
    test(name, async () => {
      JSON.parse(JSON.stringify({ client_secret: SECRET }))
      expect(findLeak()).toBeUndefined()
      await leak()
      expect(findLeak()).toContain(`a secret, ${SECRET}`)
    })
  }

  test('and nothing where there is none', () => {
    JSON.parse(JSON.stringify({ client_secret: SECRET, client_id: 'it was' }))
    fail('it was refused')
    expect(findLeak()).toBeUndefined()
  })
})

describe('M222: a secret in a URL', () => {
  const SECRET = 'query-canary-b75d'

  test.each([
    ['a query of the issuer', `https://as.example.com/?client_secret=${SECRET}`],
    ['a password', `https://c1:${SECRET}@as.example.com/`],
  ])('in %s is refused, and not shown', async (_name, url) => {
    const error = await failureOf(discover(url))
    expect(error).toMatchObject({ code: 'invalid_url', outcome: 'not_sent' })
    expect(JSON.stringify([error, error.message, error.stack])).not.toContain(SECRET)
  })

  test('in the query of a registration_client_uri is sent as given, and not shown', async () => {
    const server = await startScripted({ status: 403, body: { error: 'access_denied' } })
    const client = { ...known(server), registration_client_uri: `${server.origin}/c1?key=${SECRET}` }
    const error = await failureOf(connect(server).get(client))
    expect(server.requests[0]?.url).toBe(`/c1?key=${SECRET}`)
    expect(error.endpoint).toBe(`GET ${server.origin}/c1?…`)
    expect(JSON.stringify([error, error.message, error.stack])).not.toContain(SECRET)
  })
})

test('M223: over a whole life, no URL and no Referer holds a secret', async () => {
  const server = await startScripted()
  const client = known(server)
  server.script.push({ status: 201, body: client }, { body: client }, { body: client }, { status: 204 })
  const dcr = new DcrClient(server.metadata, {
    allowInsecureRequests: true,
    store: memoryStore(),
    initialAccessToken: 'initial-canary-04d7',
  })
  const registered = await dcr.register(METADATA)
  await dcr.get(registered)
  await dcr.update(registered, { client_name: 'App 2' })
  await dcr.delete(registered)
  expect(server.requests.map(({ method, url }) => `${method} ${url}`)).toEqual([
    'POST /register',
    'GET /register/c1',
    'PUT /register/c1',
    'DELETE /register/c1',
  ])
  expect(server.requests.flatMap(({ headers }) => headers.referer ?? [])).toEqual([])
})
