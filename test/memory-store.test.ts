import { describe, expect, test } from 'vitest'
import { memoryStore, type StoredClient } from '../src/index.js'

const stored = (client_id: string): StoredClient => ({
  issuer: 'https://as.example.com',
  client: { client_id, redirect_uris: ['https://app.example.com/cb'], client_secret: 's1' },
})

describe('memoryStore', () => {
  test('keeps, replaces, lists and forgets', async () => {
    const store = memoryStore()
    expect(await store.get('a')).toBeUndefined()
    await store.set('a', stored('1'))
    await store.set('b', stored('2'))
    await store.set('a', stored('3'))
    expect(await store.get('a')).toEqual(stored('3'))
    expect(await store.list()).toEqual([stored('3'), stored('2')])
    await store.delete('a')
    await store.delete('never there')
    expect(await store.get('a')).toBeUndefined()
    expect(await store.list()).toEqual([stored('2')])
  })

  test('keys are not names of inherited members', async () => {
    const store = memoryStore()
    expect(await store.get('__proto__')).toBeUndefined()
    expect(await store.get('constructor')).toBeUndefined()
    await store.set('__proto__', stored('1'))
    expect(await store.get('__proto__')).toEqual(stored('1'))
  })

  test('gives and takes copies', async () => {
    const store = memoryStore()
    const given = stored('1')
    await store.set('a', given)
    given.client.client_secret = 'changed'
    for (const taken of [await store.get('a'), (await store.list())[0]]) {
      taken?.client.redirect_uris?.push('https://evil.example/')
    }
    expect(await store.get('a')).toEqual(stored('1'))
  })

  test('is one of its own each time', async () => {
    await memoryStore().set('a', stored('1'))
    expect(await memoryStore().list()).toEqual([])
  })

  test('lets tasks for one key take turns in their order, and those for others not wait', async () => {
    const store = memoryStore()
    const events: string[] = []
    let release = () => {}
    const gate = new Promise<void>((resolve) => {
      release = resolve
    })
    const task = (name: string, until?: Promise<void>) => async () => {
      events.push(`${name} begins`)
      await until
      events.push(`${name} ends`)
      return name
    }
    const first = store.lock('a', task('first', gate))
    const second = store.lock('a', task('second'))
    expect(await store.lock('b', task('other'))).toBe('other')
    release()
    expect(await Promise.all([first, second])).toEqual(['first', 'second'])
    expect(events).toEqual([
      'first begins',
      'other begins',
      'other ends',
      'first ends',
      'second begins',
      'second ends',
    ])
  })

  test('passes on an error, and goes on with the next', async () => {
    const store = memoryStore()
    const error = new Error('no')
    const failing = store.lock('a', () => Promise.reject(error))
    const next = store.lock('a', async () => 'next')
    await expect(failing).rejects.toBe(error)
    await expect(next).resolves.toBe('next')
    await expect(
      store.lock('a', () => {
        throw error
      }),
    ).rejects.toBe(error)
  })
})
