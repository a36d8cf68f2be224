import synchronous from 'node:fs'
import fs, { type FileHandle, open } from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'
import { devNull } from 'node:os'

type Call = (...parameters: never[]) => unknown

const FUNCTIONS = [
  'mkdir',
  'open',
  'readFile',
  'readlink',
  'rename',
  'rm',
  'rmdir',
  'unlink',
  'utimes',
] as const
const METHODS = ['stat', 'write', 'writeFile', 'sync', 'datasync'] as const

/** What is asked of the system synchronously, by the names of the calls that the system knows. */
const LOOKS = {
  lstatSync: 'lstat',
  openSync: 'open',
  fstatSync: 'stat',
  readFileSync: 'readFile',
  readdirSync: 'readdir',
  readSync: 'read',
} as const

/** An error as the system makes it. */
export const systemError = (code: string) => Object.assign(new Error(`${code}: by the test`), { code })

/**
 * Runs `before` ahead of each call of the file system that the store makes, until it is told to stop. What it throws, or
 * rejects with, is what the call does; a handle is closed all the same. A synchronous call does not wait for its promise.
 */
export async function intercept(
  before: (name: string, parameters: unknown[]) => Promise<void> | void,
): Promise<() => void> {
  const handle = await open(devNull)
  const methods: FileHandle = Object.getPrototypeOf(handle)
  await handle.close()
  const undo = [
    ...FUNCTIONS.map((name) => replace(fs as unknown as Record<string, Call>, name)),
    ...METHODS.map((name) => replace(methods as unknown as Record<string, Call>, name)),
    ...Object.entries(LOOKS).map(([name, told]) => replaceLook(name, told)),
  ]
  syncBuiltinESMExports()
  return () => {
    for (const put of undo) put()
    syncBuiltinESMExports()
  }

  function replace(owner: Record<string, Call>, name: string) {
    const original = owner[name] as Call
    owner[name] = async function (this: unknown, ...parameters) {
      await before(name, parameters)
      const result = await original.apply(this, parameters)
      if (name === 'open') interceptClose(result as FileHandle)
      return result
    }
    return () => {
      owner[name] = original
    }
  }

  function replaceLook(name: string, told: string) {
    const owner = synchronous as unknown as Record<string, Call>
    const original = owner[name] as Call
    owner[name] = (...parameters) => {
      void before(told, parameters)
      return original(...parameters)
    }
    return () => {
      owner[name] = original
    }
  }

  // Each handle has a method of its own.
  function interceptClose(handle: FileHandle) {
    const { close } = handle
    handle.close = async () => {
      await close()
      await before('close', [])
    }
  }
}
