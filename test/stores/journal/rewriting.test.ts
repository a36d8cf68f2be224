import { statSync } from 'node:fs'
import { expect, test } from 'vitest'
import { contents } from '../file/place.js'
import { registration } from '../file/registration.js'
import { intercept, systemError } from '../file/system-calls.js'
import { emptyPlace, type Place } from './place.js'

const CLIENTS = ['a', 'b', 'c', 'd']

/** A journal of more than a MiB, most of which is of the past. */
async function grownPlace(): Promise<
  Place & { readonly revisions: ReadonlyMap<string, string | undefined> }
> {
  const place = emptyPlace()
  const { store } = place
  const revisions = new Map<string, string | undefined>()
  const { issuer, client } = registration('')
  await store.lock('all', async () => {
    for (let count = 0; count < 4; count++) {
      for (const key of CLIENTS) {
        const more = { client_id: `${key} ${count}`, padding: 'x'.repeat(100_000) }
        const revision = revisions.get(key)
        revisions.set(
          key,
          await store.set(key, { issuer, client: { ...client, ...more }, ...(revision && { revision }) }),
        )
      }
    }
    await store.delete('d')
  })
  await place.idle()
  return { ...place, revisions }
}

const clientsOf = async (store: Place['store']) =>
  (await store.list()).map(([key, { client, revision }]) => [key, client?.client_id, revision])

test('a journal most of which is of the past is written anew by who has the next turn', async () => {
  const { store, open, file, idle, revisions } = await grownPlace()
  const [reader, size] = [open(), statSync(file).size]
  const expected = ['a', 'b', 'c'].map((key) => [key, `${key} 3`, revisions.get(key)])
  expect(await clientsOf(reader)).toEqual(expected)
  expect(size).toBeGreaterThan(1_600_000)

  const writer = open()
  const revision = await writer.set('e', registration('e'))
  const { mode, size: now, nlink } = statSync(file)
  expect(now).toBeLessThan(310_000)
  expect([(mode & 0o777).toString(8), nlink]).toEqual(['600', 1])
  const after = [...expected, ['e', 'e', revision]]
  for (const each of [store, reader, writer, open()]) expect(await clientsOf(each)).toEqual(after)

  await idle()
  expect(await store.set('a', registration('again', revisions.get('a')))).toEqual(expect.any(String))
  expect((await reader.get('a'))?.client?.client_id).toBe('again')
  expect(statSync(file).size).toBeGreaterThan(now)
})

test.each(['open', 'writeFile', 'sync', 'rename'])(
  'where that fails (%s), it stays as it is, and as good',
  async (call) => {
    const { open, directory, file, idle, revisions } = await grownPlace()
    const size = statSync(file).size
    let isIncoming = false
    let failures = 0
    const stop = await intercept((name, [path]) => {
      isIncoming ||= name === 'open' && `${path}`.endsWith('incoming')
      if (!isIncoming || name !== call || failures > 0) return
      failures++
      throw systemError('ENOSPC')
    })
    const store = open()
    expect(await store.set('a', registration('new', revisions.get('a'))).finally(stop)).toEqual(
      expect.any(String),
    )
    expect(failures).toBe(1)
    expect(statSync(file).size).toBeGreaterThan(size)
    expect((await clientsOf(open())).map(([key, id]) => `${key}: ${id}`)).toEqual([
      'b: b 3',
      'c: c 3',
      'a: new',
    ])
    await idle()
    expect(contents(directory)).toEqual(['journal'])
  },
)
