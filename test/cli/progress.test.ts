import process from 'node:process'
import { expect, onTestFinished, test, vi } from 'vitest'
import type { Context } from '../../src/cli/command.js'
import { Invocation } from '../../src/cli/invocation.js'
import { clientsOf } from '../../src/cli/manifest/options.js'
import { progressOf } from '../../src/cli/manifest/progress.js'
import { parseManifest } from '../../src/onboarding/index.js'

/* The picture of how far a run is: it is drawn anew over itself, and over nothing else. */

const ERASING = '\u001b[2K'
const CLIENT = { name: 'shop', server: { name: 'bank' } }

/** What a terminal is sent. */
function terminal(): { sent(): string } {
  const chunks: string[] = []
  vi.spyOn(process.stderr, 'write').mockImplementation((chunk) => chunks.push(`${chunk}`) > 0)
  onTestFinished(() => void vi.restoreAllMocks())
  return { sent: () => chunks.splice(0).join('') }
}

test('what is told while it is shown stays: the picture is taken away before, and drawn below it', async () => {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  const { sent } = terminal()
  const progress = await progressOf([CLIENT])
  vi.advanceTimersByTime(100)
  expect(sent()).toContain('0/1')
  progress.clear()
  expect(sent()).toContain(ERASING)
  progress.add({ type: 'registered', server: 'bank', issuer: 'https://as.bank.example', name: 'shop' })
  progress.end()
  const last = sent()
  expect(last).toContain('1/1')
  expect(last).not.toContain(ERASING)
})

test('a line for people takes it away', () => {
  const { sent } = terminal()
  const invocation = new Invocation({ arguments: new Map(), options: new Map() }, async () => [])
  invocation.picture = { clear: () => process.stderr.write('cleared ') }
  invocation.tell('line')
  expect(sent()).toBe('cleared line\n')
})

test('of a shard it counts what is done there', () => {
  const names = ['one', 'two', 'three', 'four', 'five']
  const metadata = { redirect_uris: ['https://app.example.com/cb'] }
  const manifest = parseManifest({
    version: 1,
    servers: { bank: { issuer: 'https://as.bank.example' } },
    clients: Object.fromEntries(names.map((name) => [name, { server: 'bank', metadata }])),
  })
  const counted = (shard: string, only: string[] = []) => {
    const context = { text: () => shard, texts: () => only } as unknown as Context
    return clientsOf(context, manifest).map(({ name }) => name)
  }
  const [first, second] = [counted('1/2'), counted('2/2')]
  expect([...first, ...second].sort()).toEqual([...names].sort())
  expect(Math.min(first.length, second.length)).toBeGreaterThan(0)
  expect(counted('1/2', [...second, `${first[0]}`])).toEqual([first[0]])
})
