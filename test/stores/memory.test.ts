import { expect, test } from 'vitest'
import { memoryStore } from '../../src/stores/memory.js'
import { storeContract } from './contract.js'

storeContract('memoryStore', async () => {
  const store = memoryStore()
  return { store, another: () => store, close: async () => {} }
})

test('a memoryStore is one of its own each time', async () => {
  await memoryStore().set('a', { issuer: 'https://as.example.com' })
  expect(await memoryStore().list()).toEqual([])
})
