import { expect, test } from 'vitest'
import { Summary } from '../../src/cli/manifest/summary.js'
import { DcrError, type Outcome } from '../../src/index.js'
import { parseManifest } from '../../src/onboarding/index.js'

const NAMES = ['one', 'two', 'three', 'four']

const { clients } = parseManifest({
  version: 1,
  servers: { bank: { issuer: 'https://as.bank.example' } },
  clients: Object.fromEntries(
    NAMES.map((name) => [name, { server: 'bank', metadata: { client_name: name } }]),
  ),
})

/** A disk that cannot keep what is about one client. */
function storeFailed(name: string, outcome: Outcome, system: string) {
  const told = outcome === 'not_sent' ? ' Nothing was sent.' : ''
  const message = `the store failed: /store/${name}: write failed with ${system}.${told}`
  return new DcrError('store_failed', message, { outcome, cause: { code: system } })
}

test('failures of a store are told once, but not together where one was sent and another not, or the reason is another', () => {
  const summary = new Summary(clients)
  for (const [name, outcome, system] of [
    ['one', 'not_sent', 'ENOSPC'],
    ['two', 'applied', 'ENOSPC'],
    ['three', 'not_sent', 'ENOSPC'],
    ['four', 'not_sent', 'EIO'],
  ] as const) {
    const error = storeFailed(name, outcome, system)
    summary.add({ type: 'failed', server: 'bank', issuer: 'https://as.bank.example', name, error })
  }
  expect(summary.lines('apply')).toEqual([
    'bank: "one", "three": the store failed: /store/one: write failed with ENOSPC. Nothing was sent.',
    'bank: "two": the store failed: /store/two: write failed with ENOSPC.',
    'bank: "four": the store failed: /store/four: write failed with EIO. Nothing was sent.',
    '4 failed.',
  ])
})
