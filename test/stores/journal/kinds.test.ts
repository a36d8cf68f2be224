import { expect, test } from 'vitest'
import { fileStore } from '../../../src/stores/file/index.js'
import { journalStore } from '../../../src/stores/journal/index.js'
import { failureOf } from '../../failure-of.js'
import { registration } from '../file/registration.js'
import { emptyPlace } from './place.js'

const callsOf = (store: ReturnType<typeof fileStore>) => [
  store.get('b'),
  store.set('b', registration('b')),
  store.delete('b'),
  store.list(),
]

test('a directory with a journal is none for a file store, and the other way round', async () => {
  const place = emptyPlace()
  await place.store.set('a', registration('a'))
  for (const error of await Promise.all(callsOf(fileStore(place)).map(failureOf))) {
    expect(error).toMatchObject({ code: 'store_unsafe', outcome: 'not_sent' })
    expect(error.message).toContain(`${place.directory} has a journal in it: open it with journalStore`)
  }

  const { directory } = emptyPlace()
  await fileStore({ directory }).set('a', registration('a'))
  for (const error of await Promise.all(callsOf(journalStore({ directory })).map(failureOf))) {
    expect(error).toMatchObject({ code: 'store_unsafe', outcome: 'not_sent' })
    expect(error.message).toContain(
      `${directory} has the folders of a file store in it: open it with fileStore`,
    )
  }
})

test.each([[undefined], [''], ['a\0b'], [7], [null]])('the directory %j is none', (directory) => {
  expect(() => journalStore({ directory } as never)).toThrow(
    'journalStore: directory must be the path of a directory. Nothing was sent.',
  )
})
