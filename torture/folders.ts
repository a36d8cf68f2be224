import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import type { CredentialStore } from 'dcr-client'
import { leftIn } from './disk-store.js'
import { insist } from './violation.js'

const made: string[] = []

/** A new directory for a store, which is not there yet. */
export async function newDirectory(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'dcr-torture-'))
  made.push(folder)
  return join(folder, 'store')
}

/** A directory with the same files and modes. */
export async function copyOf(directory: string): Promise<string> {
  const copy = await newDirectory()
  await cp(directory, copy, { recursive: true, preserveTimestamps: true })
  return copy
}

export async function removeDirectories(): Promise<void> {
  for (const folder of made.splice(0)) await rm(folder, { recursive: true, force: true })
}

/** Waits until what was done is over: a caller has its answer before the lock is released. */
export async function atRest(store: CredentialStore): Promise<void> {
  for (const [key] of await store.list()) await store.lock(key, async () => {})
}

/** Milliseconds after which what is left behind stays. */
const LONGEST = 10_000

/** Waits until nothing lies in a store at rest but registrations: no lock, no draft, nothing half written. */
export async function checkTidy(directory: string): Promise<void> {
  const end = performance.now() + LONGEST
  for (let left = await leftIn(directory); left.length > 0; left = await leftIn(directory)) {
    insist(performance.now() < end, `something was left behind: ${left.join(', ')}`)
    await setTimeout(5)
  }
}
