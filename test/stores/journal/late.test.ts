import { appendFileSync, rmSync, statSync } from 'node:fs'
import { setImmediate } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { frameOf, startFrame } from '../../../src/stores/journal/frames.js'
import { registration } from '../file/registration.js'
import { intercept } from '../file/system-calls.js'
import { gate } from '../samples.js'
import { emptyPlace } from './place.js'

/** A registration of so many characters. */
const large = (client_id: string, length: number) => {
  const { issuer, client } = registration(client_id)
  return { issuer, client: { ...client, client_id, padding: 'x'.repeat(length) } }
}

test('who lost the turn before it began does not begin: what it saved would be lost as another writes the journal anew', async () => {
  const place = emptyPlace()
  let revision: string | undefined
  for (let count = 0; count < 4; count++) {
    const next = { ...large('past', 500_000), ...(revision && { revision }) }
    revision = await place.store.set('past', next)
  }
  await place.idle()

  const [atStart, mayStart, isWritten, mayReplace, hasLooked] = Array.from({ length: 5 }, gate)
  let starts = 0
  const stop = await intercept(async (name, [first]) => {
    if (name === 'write' && `${first}`.includes(' {"journal":') && ++starts === 1) {
      atStart?.open()
      await mayStart?.opened
    }
    if (name === 'rename' && `${first}`.endsWith('incoming')) {
      isWritten?.open()
      await mayReplace?.opened
    }
    // The next that is done by who was late: it waits for its turn, or saves.
    if (starts > 1 && (name === 'datasync' || `${first}`.endsWith('lock'))) hasLooked?.open()
  })
  onTestFinished(stop)
  const late = place.open().set('late', registration('late'))
  await atStart?.opened
  rmSync(place.lock, { recursive: true })
  const other = place.open().set('other', registration('other'))
  await isWritten?.opened
  mayStart?.open()
  await hasLooked?.opened
  mayReplace?.open()

  const saved = [await late, await other]
  expect(saved).toEqual([expect.any(String), expect.any(String)])
  const keys = (await place.open().list()).map(([key]) => key)
  expect(keys.sort()).toEqual(['late', 'other', 'past'])
})

test('another that begins while a large text is written does not come in between', async () => {
  const { store, open, file, idle } = emptyPlace()
  await store.set('a', registration('a'))
  await idle()
  const before = statSync(file).size
  const saving = store.set('large', large('large', 7_000_000))
  while (statSync(file).size < before + 1000) await setImmediate()
  // As a process of another container does that took the lock.
  appendFileSync(file, startFrame('another'))
  appendFileSync(file, frameOf('another', 'b', Buffer.from('1\n2\n')))
  expect(await saving).toEqual(expect.any(String))
  expect((await open().get('a'))?.client?.client_id).toBe('a')
  expect((await open().get('large'))?.client?.client_id).toBe('large')
})
