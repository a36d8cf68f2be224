import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { CredentialStore } from 'dcr-client'
import { fileStore } from 'dcr-client/stores/file'
import { journalStore } from 'dcr-client/stores/journal'

/** The kind of store on a disk that a run is about. */
export const KIND = process.env.DCR_TORTURE_STORE === 'journal' ? 'journal' : 'file'

const open = { file: fileStore, journal: journalStore }

export function storeIn(directory: string): CredentialStore {
  return open[KIND]({ directory })
}

/** What lies in a store that is no registration: locks, drafts, and what is half written. */
export async function leftIn(directory: string): Promise<string[]> {
  const names = await readdir(directory).catch(() => [])
  if (KIND === 'journal') return names.filter((name) => name !== 'journal')
  const folders = await Promise.all(
    names.map(async (name) => ({ name, inside: await readdir(join(directory, name)) })),
  )
  return folders.flatMap(({ name, inside }) =>
    inside.join() === 'registration.ndjson' ? [] : `${name}: ${inside}`,
  )
}
