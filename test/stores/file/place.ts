import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { ownerName, thisProcess } from '../../../src/stores/disk/owner.js'
import { fileStore } from '../../../src/stores/file/index.js'
import type { CredentialStore } from '../../../src/stores/store.js'
import { KEY, registration } from './registration.js'

export interface Place {
  readonly directory: string
  /** Of {@link KEY}. */
  readonly folder: string
  readonly file: string
  readonly lock: string
  /** A store as another process, or another copy of the package, would have it. */
  open(): CredentialStore
}

export function placeIn(parent: string): Place {
  const directory = join(parent, 'store')
  const folder = join(directory, createHash('sha256').update(KEY, 'utf16le').digest('hex'))
  const [file, lock] = [join(folder, 'registration.ndjson'), join(folder, 'lock')]
  return { directory, folder, file, lock, open: () => fileStore({ directory }) }
}

/** A directory with nothing in it, for the length of a test. */
export function temporary(): string {
  const path = mkdtempSync(join(tmpdir(), 'dcr-client-'))
  onTestFinished(() => rmSync(path, { recursive: true }))
  return path
}

/** A store on a place of its own, with nothing in it. */
export function emptyPlace(): Place & { readonly store: CredentialStore } {
  const place = placeIn(temporary())
  return { ...place, store: place.open() }
}

/** A store with a registration in it. */
export async function filledPlace() {
  const place = emptyPlace()
  const revision = await place.store.set(KEY, registration('old'))
  return { ...place, revision, old: registration('old', revision) }
}

/** Everything in a directory, at any depth. */
export const contents = (path: string) => readdirSync(path, { recursive: true, encoding: 'utf8' }).sort()

/** An owner of the lock: this process, but for what is given. */
export async function plantOwner(
  { directory, folder, lock }: Place,
  { pid = process.pid, ...other }: { pid?: number; start?: string; machine?: string },
): Promise<string> {
  const name = ownerName({ ...(await thisProcess()), ...other }).replace(/\d+/, `${pid}`)
  for (const path of [directory, folder, lock, join(lock, name)]) {
    mkdirSync(path, { mode: 0o700, recursive: true })
  }
  return join(lock, name)
}
