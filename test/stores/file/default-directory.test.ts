import os from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { defaultDirectory, fileStore } from '../../../src/stores/file/index.js'
import { contents, temporary } from './place.js'
import { KEY, registration } from './registration.js'

const platform = Object.getOwnPropertyDescriptor(process, 'platform') ?? {}
const on = (value: string) => Object.defineProperty(process, 'platform', { ...platform, value })

beforeEach(() => {
  on('linux')
  vi.stubEnv('HOME', '/home/a')
  vi.stubEnv('XDG_STATE_HOME', undefined)
  vi.stubEnv('LOCALAPPDATA', undefined)
})
afterEach(() => {
  vi.unstubAllEnvs()
  Object.defineProperty(process, 'platform', platform)
})

describe('the default directory', () => {
  test('is where the platform keeps the state of programs', () => {
    expect(defaultDirectory()).toBe('/home/a/.local/state/dcr-client')
    on('freebsd')
    expect(defaultDirectory()).toBe('/home/a/.local/state/dcr-client')
    on('darwin')
    expect(defaultDirectory()).toBe('/home/a/Library/Application Support/dcr-client')
    on('win32')
    vi.stubEnv('LOCALAPPDATA', '/Users/a/Local')
    expect(defaultDirectory()).toBe('/Users/a/Local/dcr-client')
  })

  test.each([
    ['/state', '/state/dcr-client'],
    ['state', '/home/a/.local/state/dcr-client'],
    ['../state', '/home/a/.local/state/dcr-client'],
    ['', '/home/a/.local/state/dcr-client'],
  ])('with XDG_STATE_HOME=%s is %s', (given, expected) => {
    vi.stubEnv('XDG_STATE_HOME', given)
    expect(defaultDirectory()).toBe(expected)
  })

  test.each(['', 'relative', '.'])('is none with HOME=%s: the error says what to do', (home) => {
    vi.stubEnv('HOME', home)
    vi.spyOn(os, 'homedir').mockReturnValue(home)
    for (const call of [defaultDirectory, () => fileStore()]) {
      expect(call).toThrowError(expect.objectContaining({ code: 'invalid_argument', outcome: 'not_sent' }))
      expect(call).toThrowError(/pass `directory`/)
    }
    expect(() => fileStore({ directory: '/anywhere' })).not.toThrow()
  })

  test('is used by a store that was not told another, which makes it with the first save', async () => {
    const home = temporary()
    vi.stubEnv('HOME', home)
    Object.defineProperty(process, 'platform', { ...platform, value: 'linux' })
    const store = fileStore()
    vi.stubEnv('HOME', '/home/b')
    expect(contents(home)).toEqual([])
    await store.set(KEY, registration('1'))
    expect(contents(home)).toContain(join('.local', 'state', 'dcr-client'))
  })
})

test.each(['', 'a\0b', 1, null, {}])('a directory that is none is refused: %j', (directory) => {
  const call = () => fileStore({ directory: directory as string })
  expect(call).toThrowError(expect.objectContaining({ code: 'invalid_argument' }))
})
