import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { journalStore } from '../../../src/stores/journal/index.js'
import type { CredentialStore } from '../../../src/stores/store.js'
import { eventually } from '../../eventually.js'

export interface Place {
  readonly directory: string
  readonly file: string
  readonly lock: string
  readonly store: CredentialStore
  /** A store as another process would have it. */
  open(): CredentialStore
  bytes(): Buffer
  /** Waits until nobody has the turn. */
  idle(): Promise<void>
}

/** A store on a place of its own, with nothing in it. */
export function emptyPlace(): Place {
  const parent = mkdtempSync(join(tmpdir(), 'dcr-client-'))
  onTestFinished(() => rmSync(parent, { recursive: true }))
  const directory = join(parent, 'store')
  const [file, lock] = [join(directory, 'journal'), join(directory, 'lock')]
  const open = () => journalStore({ directory })
  const idle = () => eventually(() => expectAbsent(lock))
  return { directory, file, lock, store: open(), open, bytes: () => readFileSync(file), idle }
}

function expectAbsent(path: string): void {
  try {
    closeSync(openSync(path, 'r'))
  } catch {
    return
  }
  throw new Error(`${path} is still there`)
}
