import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { ownerName, thisProcess } from '../../../src/stores/disk/owner.js'
import type { CredentialStore } from '../../../src/stores/store.js'
import { eventually } from '../../eventually.js'
import { failureOf } from '../../failure-of.js'
import { ownTime } from './own-time.js'
import { contents, emptyPlace, filledPlace, plantOwner } from './place.js'
import { KEY, registration } from './registration.js'
import { intercept } from './system-calls.js'

const FOREIGN = '0123456789abcdef'

/** A process that was there, and is not any more. */
const deadPid = () => spawnSync(process.execPath, ['--version']).pid

/** Milliseconds: what is promised. */
const LONGEST = 2_000

/** Milliseconds until the lock was had, by the clock that {@link ownTime} sets. */
async function waitFor(store: CredentialStore): Promise<number> {
  const begin = performance.now()
  await store.lock(KEY, async () => {})
  return performance.now() - begin
}

/** Longer than any silence that is waited for. */
const patience = () => AbortSignal.timeout(2_500)

describe('the lock of an owner that is dead is taken', () => {
  test('at once, if its process is gone, or its number was given to another', async () => {
    ownTime()
    for (const owner of [{ pid: deadPid() }, { start: '1' }]) {
      const place = emptyPlace()
      await plantOwner(place, owner)
      expect(await waitFor(place.store)).toBeLessThan(1_500)
    }
  })

  test('within 2 seconds, if nobody knows whether it is: of another machine, or with any other name', async () => {
    const plants = [
      async (place: Parameters<typeof plantOwner>[0]) => plantOwner(place, { machine: FOREIGN }),
      ...['garbage', 'held-by.1', `held-by.x.1.${FOREIGN}`].map(
        (name) => async (place: Parameters<typeof plantOwner>[0]) => {
          fs.renameSync(await plantOwner(place, { machine: FOREIGN }), join(place.lock, name))
        },
      ),
    ]
    for (const plant of plants) {
      ownTime(50)
      const place = emptyPlace()
      await plant(place)
      const waited = await waitFor(place.store)
      expect(waited).toBeGreaterThan(1_500)
      expect(waited).toBeLessThan(LONGEST)
    }
  })

  test('with what it was about to write, and with what it was about to put in place', async () => {
    const place = await filledPlace()
    const owner = await plantOwner(place, { pid: deadPid() })
    fs.writeFileSync(join(owner, 'incoming'), 'half of a', { mode: 0o600 })
    fs.writeFileSync(join(owner, 'outgoing'), 'old', { mode: 0o600 })
    fs.mkdirSync(join(place.folder, 'lock-draft.1', ownerName({ machine: FOREIGN, start: '1' })), {
      recursive: true,
    })
    expect(await place.store.set(KEY, registration('new', place.revision))).toEqual(expect.any(String))
    expect(contents(place.folder)).toEqual(['registration.ndjson'])
  })

  test('several of them, as a copy of the store may have left', async () => {
    ownTime()
    const place = emptyPlace()
    for (let owners = 0; owners < 3; owners++) await plantOwner(place, { pid: deadPid() })
    expect(await waitFor(place.store)).toBeLessThan(1_500)
  })

  test('and one that is empty is free', async () => {
    ownTime()
    const place = emptyPlace()
    fs.mkdirSync(place.lock, { recursive: true, mode: 0o700 })
    fs.chmodSync(place.directory, 0o700)
    expect(await waitFor(place.store)).toBeLessThan(1_500)
  })
})

test('one that was taken for dead and wakes while it is removed is waited for', async () => {
  ownTime()
  const place = emptyPlace()
  const owner = await plantOwner(place, { machine: FOREIGN })
  const happened: string[] = []
  const stop = await intercept(async (name, [path]) => {
    if (name === 'rmdir' && path === owner && happened.length === 0) {
      fs.writeFileSync(join(owner, 'incoming'), 'half of a', { mode: 0o600 })
      happened.push('it writes')
    } else if (name === 'readdir' && path === place.lock && happened.length === 1) {
      fs.rmSync(owner, { recursive: true })
      happened.push('it lets go')
    }
  })
  const waiting = waitFor(place.store).finally(stop)
  expect(await waiting).toBeLessThan(LONGEST)
  expect(happened).toEqual(['it writes', 'it lets go'])
  expect(fs.existsSync(place.folder)).toBe(false)
})

describe('the lock of an owner that is alive is never taken', () => {
  test('of this process, by another copy of the package, though it gives no sign of life', async () => {
    const place = emptyPlace()
    const owner = await plantOwner(place, {})
    fs.utimesSync(owner, 1, 1)
    const error = await failureOf(place.store.lock(KEY, async () => {}, patience()))
    expect(error.name).toBe('TimeoutError')
    expect(contents(place.lock)).toHaveLength(1)
  })

  test('and who cannot save for it is told which process it is', async () => {
    const time = new AbortController()
    const timeout = vi.spyOn(AbortSignal, 'timeout').mockReturnValue(time.signal)
    const owners = [
      [{}, `process ${process.pid} of this machine`],
      [{ machine: FOREIGN, pid: 12 }, 'process 12 of another machine'],
    ] as const
    const calls = owners.map(async ([owner, told]) => {
      const place = emptyPlace()
      await plantOwner(place, owner)
      const error = await failureOf(place.store.set(KEY, registration('new')))
      expect(error).toMatchObject({ code: 'store_failed', outcome: 'not_sent' })
      expect(error.message).toContain(`${place.folder} is held by ${told}`)
    })
    await eventually(() => expect(timeout).toHaveBeenCalledTimes(owners.length))
    time.abort(new DOMException('', 'TimeoutError'))
    await Promise.all(calls)
  })

  test('of another machine, which gives signs of life; when they end, it is', async () => {
    const place = emptyPlace()
    const owner = await plantOwner(place, { machine: FOREIGN })
    let seconds = 1
    // One whenever somebody looks: no process is too slow for that.
    const stop = await intercept((name, [path]) => {
      if (name === 'lstat' && path === owner) fs.utimesSync(owner, ++seconds, seconds)
    })
    ownTime()
    const error = await failureOf(place.store.lock(KEY, async () => {}, patience())).finally(stop)
    expect(error.name).toBe('TimeoutError')
    expect(seconds).toBeGreaterThan(2)
    expect(await waitFor(place.store)).toBeLessThan(LONGEST)
  })

  test('an owner gives such signs, and none when it has let go', async () => {
    const { store, lock, folder } = emptyPlace()
    const signs = new Set<number>()
    await store.lock(KEY, async () => {
      const [owner = ''] = fs.readdirSync(lock)
      await new Promise<void>((resolve) => {
        const watching = setInterval(() => {
          signs.add(fs.statSync(join(lock, owner)).mtimeMs)
          if (signs.size < 3) return
          clearInterval(watching)
          resolve()
        }, 20)
      })
    })
    expect(fs.existsSync(folder)).toBe(false)
  })
})

test('what is no lock is left as it is, and the error says which it is', async () => {
  /** Each puts something there, and gives its path. */
  const garbage: ((lock: string) => string)[] = [
    (lock) => {
      fs.writeFileSync(lock, 'garbage', { mode: 0o600 })
      return lock
    },
    (lock) => {
      fs.symlinkSync('..', lock)
      return lock
    },
    (lock) => {
      fs.mkdirSync(lock, 0o700)
      fs.writeFileSync(join(lock, 'garbage'), 'garbage', { mode: 0o600 })
      return join(lock, 'garbage')
    },
    (lock) => {
      fs.mkdirSync(lock, 0o700)
      fs.symlinkSync('../..', join(lock, 'garbage'))
      return join(lock, 'garbage')
    },
    (lock) => {
      fs.mkdirSync(join(lock, 'garbage', 'more'), { recursive: true, mode: 0o700 })
      return join(lock, 'garbage')
    },
  ]
  const check = async (put: (lock: string) => string) => {
    const place = await filledPlace()
    const path = put(place.lock)
    const before = contents(place.directory)
    const error = await failureOf(place.store.set(KEY, registration('new', place.revision)))
    expect(error).toMatchObject({ name: 'DcrError', outcome: 'not_sent' })
    expect(['store_unsafe', 'store_failed']).toContain(error.code)
    expect(error.message).toContain(path)
    expect(contents(place.directory)).toEqual(before)
    expect(await place.store.get(KEY)).toEqual(place.old)
  }
  await Promise.all(garbage.map(check))
})

describe('who lost the lock to another', () => {
  test('writes and removes no more, not even if it was about to', async () => {
    for (const change of ['set', 'delete'] as const) {
      const { store, open, lock, revision } = await filledPlace()
      const other = open()
      let newer: string | undefined
      await store.lock(KEY, async () => {
        const stop = await intercept(async (name, [from, to]) => {
          if (name !== 'rename' || ![from, to].some((path) => `${path}`.endsWith('.ndjson'))) return
          stop()
          // The next call is the one that changes the file. Meanwhile another takes the lock, and saves.
          fs.rmSync(join(lock, ...fs.readdirSync(lock)), { recursive: true })
          newer = await other.set(KEY, registration('newer', revision))
        })
        const outcome =
          change === 'set' ? store.set(KEY, registration('late', revision)) : store.delete(KEY, revision)
        expect([undefined, 'store_conflict']).toContain(await outcome.catch(({ code }) => code).finally(stop))
      })
      expect(newer).toEqual(expect.any(String))
      expect(await store.get(KEY)).toEqual(registration('newer', newer))
    }
  })

  test('does not let go the lock of the other', async () => {
    const { store, open, lock } = emptyPlace()
    let owners: string[] = []
    let finish = () => {}
    let holding: Promise<void> | undefined
    await store.lock(KEY, async () => {
      fs.rmSync(lock, { recursive: true })
      await new Promise<void>((begun) => {
        holding = open().lock(KEY, () => {
          begun()
          return new Promise((resolve) => {
            finish = resolve
          })
        })
      })
      owners = contents(lock)
    })
    expect(contents(lock)).toEqual(owners)
    finish()
    await holding
  })
})

test('of two that find the same dead owner, one at a time has the lock: 300 times, each at any pace', {
  // Seconds alone; on a machine that runs other tests beside it, several times that.
  timeout: 60_000,
}, async () => {
  const [pid, self] = [deadPid(), await thisProcess()]
  const held = { most: 0, times: 0 }
  const race = async () => {
    const { folder, lock, directory, store, open } = emptyPlace()
    const stores = [store, open()]
    fs.mkdirSync(directory, 0o700)
    let inside = 0
    const task = async () => {
      held.most = Math.max(held.most, ++inside)
      await new Promise(setImmediate)
      inside--
      held.times++
    }
    for (let round = 0; round < 30; round++) {
      const owner = join(lock, ownerName(self).replace(/\d+/, `${pid}`))
      for (const path of [folder, lock, owner]) fs.mkdirSync(path, 0o700)
      await Promise.all(stores.map((store) => store.lock(KEY, task)))
    }
  }
  const stop = await intercept(async () => {
    for (let turns = Math.random() < 0.3 ? Math.random() * 12 : 0; turns > 1; turns--) {
      await new Promise(setImmediate)
    }
  })
  await Promise.all(Array.from({ length: 10 }, race)).finally(stop)
  expect(held).toEqual({ most: 1, times: 600 })
})

test('a wait that is ended leaves nothing behind, and rejects with the reason', async () => {
  const { store, open, directory } = emptyPlace()
  await store.lock(KEY, async () => {
    const before = contents(directory)
    const controller = new AbortController()
    const waiting = open().lock(KEY, async () => expect.fail('it has the lock'), controller.signal)
    const reason = new Error('the user went away')
    controller.abort(reason)
    expect(await failureOf(waiting)).toBe(reason)
    expect(contents(directory)).toEqual(before)
  })
  expect(contents(directory)).toEqual([])
})
