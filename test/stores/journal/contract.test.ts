import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { aesGcm } from '../../../src/stores/encryption.js'
import { journalStore } from '../../../src/stores/journal/index.js'
import { storeContract } from '../contract.js'

const key = crypto.getRandomValues(new Uint8Array(32))

for (const [name, encryption] of [
  ['journalStore', undefined],
  ['journalStore that encrypts', aesGcm([{ id: 'k1', key }])],
] as const) {
  storeContract(name, async () => {
    const directory = await mkdtemp(join(tmpdir(), 'dcr-client-'))
    const open = () => journalStore({ directory, encryption })
    const close = () => rm(directory, { recursive: true })
    return { store: open(), another: open, close, hasOneTurn: true }
  })
}
