import { execFileSync, spawnSync } from 'node:child_process'
import fs from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { failureOf } from '../../failure-of.js'
import { contents, emptyPlace, filledPlace, type Place, placeIn, temporary } from './place.js'
import { start, withProcesses } from './processes.js'
import { KEY, registration } from './registration.js'

withProcesses()

const modeOf = (path: string) => (fs.lstatSync(path).mode & 0o7777).toString(8)
const stateOf = (path: string) => {
  const { ino, mode, nlink, size, mtimeMs } = fs.lstatSync(path)
  return { ino, mode, nlink, size, mtimeMs }
}
const root = process.getuid?.() === 0
const NOBODY = 65534
/** Root can be anybody, where anybody can run this Node: it may be in root's own home. */
const canBeNobody =
  root && spawnSync(process.execPath, ['-e', '0'], { uid: NOBODY, gid: NOBODY }).status === 0

/** What every call does when the place is not safe, and what the message says. */
async function expectRefusal({ open }: Place, message: RegExp, code = 'store_unsafe') {
  const store = open()
  const calls = [
    store.get(KEY),
    store.set(KEY, registration('new')),
    store.delete(KEY),
    store.list(),
    store.lock(KEY, () => store.get(KEY)),
  ]
  for (const error of await Promise.all(calls.map(failureOf))) {
    expect(error).toMatchObject({ name: 'DcrError', code, outcome: 'not_sent' })
    expect(error.message).toMatch(message)
  }
}

test.each(['000', '022', '077'])(
  'with the umask %s, all is for this user only, from the start',
  async (mask) => {
    const before = process.umask(mask)
    onTestFinished(() => {
      process.umask(before)
    })
    const { store, directory, folder, lock, file } = emptyPlace()
    await store.lock(KEY, async () => {
      await store.set(KEY, registration('new'))
      const [owner = ''] = fs.readdirSync(lock)
      for (const path of [directory, folder, lock, join(lock, owner)]) expect(modeOf(path), path).toBe('700')
      expect(modeOf(file)).toBe('600')
    })
  },
)

describe('a directory that others can open', () => {
  for (const mode of [0o777, 0o1777, 0o755, 0o710, 0o701]) {
    for (const which of ['directory', 'folder', 'lock'] as const) {
      test(`${which} ${mode.toString(8)}: refused, until it is repaired as the message says`, async () => {
        const place = await filledPlace()
        fs.mkdirSync(place.lock, { recursive: true, mode: 0o700 })
        const path = place[which]
        fs.chmodSync(path, mode)
        const error = await failureOf(place.open().set(KEY, registration('new', place.revision)))
        expect(error.code).toBe('store_unsafe')
        const [command = ''] = error.message.match(/chmod .*/) ?? []
        expect(command).toContain(path)
        if (which !== 'lock') await expectRefusal(place, /chmod 700/)
        execFileSync('sh', ['-c', command])
        expect(await place.open().get(KEY)).toEqual(place.old)
        expect(await place.open().set(KEY, registration('new', place.revision))).toEqual(expect.any(String))
      })
    }
  }
})

for (const mode of [0o644, 0o640, 0o602, 0o606]) {
  test(`a file with the mode ${mode.toString(8)} is refused, until it is repaired as the message says`, async () => {
    const place = await filledPlace()
    fs.chmodSync(place.file, mode)
    await expectRefusal(place, /chmod 600/)
    const { message } = await failureOf(place.store.get(KEY))
    execFileSync('sh', ['-c', message.match(/chmod .*/)?.[0] ?? ''])
    expect(await place.store.get(KEY)).toEqual(place.old)
  })
}

test.runIf(root).each(['directory', 'folder', 'file'] as const)(
  '%s of another user: refused',
  async (which) => {
    const place = await filledPlace()
    fs.chownSync(place[which], NOBODY, NOBODY)
    await expectRefusal(place, new RegExp(`${place[which]} belongs to user ${NOBODY}`))
  },
)

test('the command that repairs it is one for a shell, whatever the name of the directory', async () => {
  const place = placeIn(join(temporary(), `it's "$HOME" \\ ;`))
  await place.open().set(KEY, registration('old'))
  for (const path of [place.directory, place.file]) {
    const before = modeOf(path)
    fs.chmodSync(path, 0o755)
    const { message } = await failureOf(place.open().get(KEY))
    execFileSync('sh', ['-c', message.match(/chmod .*/)?.[0] ?? ''])
    expect(modeOf(path)).toBe(before)
  }
})

test.each([
  ['directory', 0o000, '700'],
  ['folder', 0o000, '700'],
  ['directory', 0o600, '700'],
  ['file', 0o000, '600'],
] as const)('%s with the mode %i: the error says how its user gets in', async (which, mode, repaired) => {
  const place = await filledPlace()
  const path = place[which]
  fs.chmodSync(path, mode)
  const error = await failureOf(place.open().get(KEY))
  expect(error).toMatchObject({ code: 'store_failed', cause: { code: 'EACCES' } })
  expect(error.message).toContain(root || which !== 'file' ? `chmod ${repaired} '${path}'` : path)
  fs.chmodSync(path, Number.parseInt(repaired, 8))
  expect(await place.open().get(KEY)).toEqual(place.old)
})

test.runIf(root)(
  'a directory of another user can be used for a folder in it, one of its folders not',
  async () => {
    const place = await filledPlace()
    fs.chownSync(place.folder, NOBODY, NOBODY)
    await expectRefusal(place, /give it to this user, or move it away/)
    fs.chownSync(place.directory, NOBODY, NOBODY)
    await expectRefusal(place, /give it to this user, or pass a folder in it/)
  },
)

test.runIf(canBeNobody)('a place where this user may not write: the message says so', async () => {
  const parent = temporary()
  fs.chmodSync(parent, 0o755)
  const child = start([join(parent, 'store'), 'save'], { uid: NOBODY, gid: NOBODY })
  expect(JSON.parse(`${await child.line()}`)).toMatchObject({
    code: 'store_failed',
    cause: { code: 'EACCES' },
    message: expect.stringContaining(parent),
  })
  expect(contents(parent)).toEqual([])
})

describe('what is not a file of this store is refused at once, and left as it is', () => {
  /** Puts something in the place of the file; gives what must not have changed. */
  const ways: Record<string, [RegExp, (file: string, victim: string) => void]> = {
    'a link to a file': [
      /is a link.*: put what it leads to in its place/,
      (file, victim) => fs.symlinkSync(victim, file),
    ],
    'a link to nothing': [/is a link/, (file, victim) => fs.symlinkSync(`${victim}-none`, file)],
    'a link to itself': [/is a link/, (file) => fs.symlinkSync(file, file)],
    'a hard link': [/hard link/, (file, victim) => fs.linkSync(victim, file)],
    'a pipe': [/is not a file/, (file) => execFileSync('mkfifo', ['-m', '600', file])],
    'a directory': [/is not a file/, (file) => fs.mkdirSync(file, { mode: 0o700 })],
  }
  if (root)
    ways['a device'] = [/is not a file/, (file) => execFileSync('mknod', ['-m', '600', file, 'c', '1', '5'])]

  for (const [what, [message, put]] of Object.entries(ways)) {
    test(what, async () => {
      const place = await filledPlace()
      const victim = join(temporary(), 'victim')
      fs.renameSync(place.file, victim)
      put(place.file, victim)
      const state = () => [place.file, victim].map(stateOf)
      const before = [state(), fs.readFileSync(victim, 'utf8')]
      await expectRefusal(place, message)
      expect([state(), fs.readFileSync(victim, 'utf8')]).toEqual(before)
      expect(contents(join(victim, '..'))).toEqual(['victim'])
    })
  }

  test('a socket', async () => {
    const place = await filledPlace()
    fs.rmSync(place.file)
    const { createServer } = await import('node:net')
    const server = createServer()
    // Its path would be too long for a socket.
    await new Promise<void>((resolve) => server.listen(join(place.directory, 's'), resolve))
    fs.renameSync(join(place.directory, 's'), place.file)
    fs.chmodSync(place.file, 0o600)
    await expectRefusal(place, /ENXIO/, 'store_failed')
    server.close()
  })

  for (const which of ['directory', 'folder'] as const) {
    const remedy =
      which === 'directory' ? /is a link.*: pass where it leads/ : /is a link.*: put what it leads to/
    for (const [what, message] of [
      ['a link', remedy],
      ['a link to nothing', /is a link/],
      ['a file', /is not a directory/],
    ] as const) {
      test(`${what} in place of the ${which}`, async () => {
        const place = await filledPlace()
        const moved = join(temporary(), 'moved')
        fs.renameSync(place[which], moved)
        const target = what === 'a link' ? moved : `${moved}-none`
        if (what === 'a file') fs.writeFileSync(place[which], '', { mode: 0o600 })
        else fs.symlinkSync(target, place[which])
        const before = contents(moved)
        await expectRefusal(place, message)
        expect(contents(moved)).toEqual(before)
        expect(fs.existsSync(`${moved}-none`)).toBe(false)
      })
    }
  }

  test('the file swapped for a link to another file of this user, 300 times: that one is never read', async () => {
    const { store, file, folder, old } = await filledPlace()
    const other = await filledPlace()
    const [kept, link] = [join(folder, 'kept'), join(folder, 'link')]
    fs.copyFileSync(file, kept)
    fs.writeFileSync(other.file, fs.readFileSync(other.file, 'utf8').replace('secret', 'leaked'))
    const seen = { read: 0, refused: 0 }
    for (let round = 0; round < 300; round++) {
      const reading = store.get(KEY).then(
        (found) => {
          expect(found).toEqual(old)
          seen.read++
        },
        (error) => {
          expect(error).toMatchObject({ code: 'store_unsafe' })
          seen.refused++
        },
      )
      if (round % 2 === 0) fs.symlinkSync(other.file, link)
      else fs.copyFileSync(kept, link)
      fs.renameSync(link, file)
      await reading
    }
    expect(Math.min(seen.read, seen.refused)).toBeGreaterThan(0)
  })
})

test('a directory inside others that are missing: they are made, for this user only', async () => {
  const parent = temporary()
  const place = placeIn(join(parent, 'a', 'b'))
  expect(await place.open().get(KEY)).toBeUndefined()
  expect(await place.open().list()).toEqual([])
  expect(contents(parent)).toEqual([])
  await place.open().set(KEY, registration('new'))
  for (const path of ['a', 'a/b', 'a/b/store']) expect(modeOf(join(parent, path))).toBe('700')
})

test('a directory inside a link to nothing: an error, and not a search for ever', async () => {
  const parent = temporary()
  fs.symlinkSync(join(parent, 'nowhere'), join(parent, 'link'))
  const error = await failureOf(
    placeIn(join(parent, 'link', 'a'))
      .open()
      .set(KEY, registration('new')),
  )
  expect(error).toMatchObject({ code: 'store_failed', cause: { code: 'ENOENT' } })
  expect(error.message).toContain('make the directory it lies in')
  expect(contents(parent)).toEqual(['link'])
})

test('a registration that is too large is not written, and not read', async () => {
  const { store, file, old, revision } = await filledPlace()
  const large = { ...registration('x'.repeat(8 * 1024 * 1024), revision) }
  expect(await failureOf(store.set(KEY, large))).toMatchObject({ code: 'store_failed' })
  expect(await store.get(KEY)).toEqual(old)
  fs.truncateSync(file, 100 * 1024 * 1024)
  const error = await failureOf(store.get(KEY))
  expect(error).toMatchObject({ code: 'store_unreadable' })
  expect(error.message).toContain(file)
})
