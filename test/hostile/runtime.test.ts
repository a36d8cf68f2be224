import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { openCall } from '../../src/http/call.js'
import { refusal } from '../../src/http/refusal.js'
import { DcrClient, DcrError, discover, memoryStore, Registrar } from '../../src/index.js'
import { printable } from '../../src/printable.js'
import { failureOf } from '../failure-of.js'
import { startScripted } from '../servers/scripted.js'
import { METADATA } from './calling.js'

/* What a text of a server costs, and what the package itself may do. */

/** Milliseconds of processor time that a task takes: the least of some runs, as the machine has more to do. */
function costOf(task: () => unknown): number {
  const runs = Array.from({ length: 5 }, () => {
    const begun = process.cpuUsage()
    task()
    const { user, system } = process.cpuUsage(begun)
    return (user + system) / 1_000
  })
  return Math.min(...runs)
}

describe('O251: 64 KB of a text that is made to be slow to read', () => {
  const call = openCall('register', {})
  const refused = (headers: Record<string, string>, json: unknown = {}) => {
    const answer = { status: 401, headers: new Headers(headers), json, secrets: ['secret-canary-9'] }
    return refusal(call, answer, { endpoint: 'POST https://as.example.com/register' })
  }
  const tasks: Record<string, (size: number) => unknown> = {
    'WWW-Authenticate: quotes': (size) =>
      refused({ 'www-authenticate': `Bearer error="${'\\"'.repeat(size / 2)}` }),
    'WWW-Authenticate: commas': (size) => refused({ 'www-authenticate': `Bearer ${', '.repeat(size / 2)}` }),
    'WWW-Authenticate: equal signs': (size) => refused({ 'www-authenticate': `Bearer a${'='.repeat(size)}` }),
    'Retry-After: digits': (size) => refused({ 'retry-after': '9'.repeat(size) }),
    'Retry-After: spaces': (size) => refused({ 'retry-after': `1${' '.repeat(size)}1` }),
    'error_description: escapes': (size) =>
      refused({}, { error: 'x', error_description: '\u202e'.repeat(size) }),
    'error_description: parts of a secret': (size) =>
      refused({}, { error: 'x', error_description: 'secret-canary-'.repeat(size / 14) }),
    'the sanitiser': (size) => printable('\u001b\ud800'.repeat(size / 2), size),
  }
  for (const [name, task] of Object.entries(tasks)) {
    test(name, () => {
      task(65_536)
      const [once, twice] = [costOf(() => task(65_536)), costOf(() => task(131_072))]
      expect(once).toBeLessThan(50)
      // Quadratic is four times as much; what a machine has to do beside it, and a collection of garbage, are some milliseconds.
      expect(twice).toBeLessThan(3 * once + 10)
    })
  }

  test.each([
    ['a URL of dots', `https://as.example.com/${'../'.repeat(21_845)}`],
    ['a host of hyphens', `https://${'-'.repeat(65_536)}.example.com/`],
    ['at signs', `https://${'@'.repeat(65_536)}/`],
  ])('%s', (_name, url) => {
    const cost = costOf(() => void discover(url).catch(() => {}))
    expect(cost).toBeLessThan(50)
  })
})

describe('the package', () => {
  const dist = new URL('../../dist/', import.meta.url)
  const scripts = readdirSync(dist, { recursive: true, encoding: 'utf8' }).filter(
    (file) =>
      // The command is a program, and holds those of others.
      file.endsWith('.js') && !file.startsWith('cli'),
  )

  test.each(scripts)('O252: %s makes no code of text and starts nothing', (file) => {
    const source = readFileSync(new URL(file, dist), 'utf8')
    expect(source).not.toMatch(/\beval\(|\bnew Function\b|\bFunction\(/)
    // The reference server for tests matches the URLs that its caller chose.
    if (!file.startsWith('testing/')) expect(source).not.toMatch(/\bnew RegExp\(/)
    expect(source).not.toMatch(/['"](node:)?(child_process|vm|worker_threads|cluster|inspector|repl)['"]/)
    expect(source).not.toMatch(/\brequire\(|\bimport\((?!['"])/)
  })

  test('W354: it does nothing when it is imported', () => {
    for (const file of scripts) {
      const source = readFileSync(new URL(file, dist), 'utf8')
      expect(source, file).not.toMatch(/^(?:console|process|fetch|globalThis|await)\b/m)
    }
  })
})

test('O253: an error of another copy of the package is known by its name and code', async () => {
  const other: typeof import('../../src/index.js') = await import('../../dist/index.js' as string)
  const error = await failureOf(new other.DcrClient({ issuer: 'https://as.example.com' }).register(METADATA))
  expect(error).not.toBeInstanceOf(DcrError)
  expect(error).toMatchObject({ name: 'DcrError', code: 'registration_not_supported', outcome: 'not_sent' })
})

test('O253: two copies with one store do not register at the same time', async () => {
  const other: typeof import('../../src/index.js') = await import('../../dist/index.js' as string)
  const server = await startScripted({ status: 201, body: { client_id: 'c1' } })
  const store = memoryStore()
  const at = { issuer: server.origin, registration_endpoint: `${server.origin}/register` }
  const options = { store, allowInsecureRequests: true }
  const results = await Promise.all([
    new Registrar(options).ensure(at, METADATA),
    new other.Registrar(options).ensure(at, METADATA),
  ])
  expect(results.map(({ client }) => client.client_id)).toEqual(['c1', 'c1'])
  expect(server.requests).toHaveLength(1)
})

describe('what a caller passes that is not what it seems', () => {
  const server = {
    issuer: 'https://as.example.com',
    registration_endpoint: 'https://as.example.com/register',
  }

  test('M228: a listener that throws changes nothing and leaks nothing', async () => {
    const fetch = async () => new Response('{"client_id":"c1","client_name":7}', { status: 201 })
    const onWarning = () => {
      throw new Error('the listener failed')
    }
    const client = await new DcrClient(server, { fetch, onWarning }).register(METADATA)
    expect(client.client_id).toBe('c1')
  })

  test('M229: a warning holds names and no values', async () => {
    const secret = 'secret-canary-8f31'
    const answer = {
      client_id: 'c1',
      client_secret: secret,
      client_name: 7,
      registration_access_token: `${secret} x`,
    }
    const fetch = async () => new Response(JSON.stringify(answer), { status: 200 })
    const warnings: unknown[] = []
    await new DcrClient(server, { fetch, onWarning: (warning) => warnings.push(warning) }).register(METADATA)
    expect(warnings.length).toBeGreaterThan(2)
    expect(JSON.stringify(warnings)).not.toContain(secret)
  })
})
