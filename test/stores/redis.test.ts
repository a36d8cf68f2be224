import { once } from 'node:events'
import { inspect } from 'node:util'
import { Cluster, Redis } from 'ioredis'
import { createClient } from 'redis'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { aesGcm } from '../../src/stores/encryption.js'
import { redisBackend } from '../../src/stores/redis/backend.js'
import { type RedisClient, redisStore } from '../../src/stores/redis/index.js'
import type { CredentialStore, StoredRegistration } from '../../src/stores/store.js'
import { eventually } from '../eventually.js'
import { failureOf } from '../failure-of.js'
import { inTime } from '../in-time.js'
import { freePort } from '../servers/free-port.js'
import { describeWith } from '../servers/programs.js'
import { REDIS, type RedisServer, startRedis } from '../servers/redis.js'
import { storeContract } from './contract.js'
import { startReplicas } from './replicas/start.js'
import { COUNT, KEY } from './replicas/work.js'

const STORED: StoredRegistration = {
  issuer: 'https://as.example.com',
  client: { client_id: 'c1', client_secret: 'the-secret' },
}

describeWith(REDIS, 'redisStore', () => {
  let server: RedisServer
  /** For the tests themselves: it sees all that is there. */
  let admin: Redis
  beforeAll(async () => {
    server = await startRedis()
    admin = new Redis(server.url)
  })
  afterAll(async () => {
    admin?.disconnect()
    await server?.stop()
  })

  const libraries: Record<string, () => Promise<{ client: RedisClient; end: () => void }>> = {
    async 'node-redis'() {
      const client = createClient({ url: server.url }).on('error', () => {})
      await client.connect()
      return { client, end: () => client.destroy() }
    },
    async ioredis() {
      const client = new Redis(server.url).on('error', () => {})
      await once(client, 'ready')
      return { client, end: () => client.disconnect() }
    },
  }
  const clientOf = async (library: string) => {
    const { client, end } = (await libraries[library]?.()) ?? expect.fail(library)
    onTestFinished(end)
    return client
  }
  let places = 0
  /** A prefix that no other test has. */
  const place = () => `test-${places++}`

  for (const [library, connect] of Object.entries(libraries)) {
    storeContract(library, async () => {
      const [one, two] = await Promise.all([connect(), connect()])
      const prefix = place()
      return {
        store: redisStore(one.client, { prefix }),
        another: () => redisStore(two.client, { prefix }),
        async close() {
          one.end()
          two.end()
        },
      }
    })

    describe(library, () => {
      test('whose lock was taken away writes nothing any more, and takes nothing from the next', async () => {
        const prefix = place()
        const client = await clientOf(library)
        const [one, two] = [redisBackend(client, prefix, 6000), redisBackend(client, prefix, 6000)]
        const { signal } = new AbortController()
        const first = await one.hold(KEY, signal)
        expect(await first.write('1')).toBe(true)
        await admin.del(`${prefix}:{${KEY}}:lock`)
        expect(await first.write('2')).toBe(false)
        expect(await first.remove()).toBe(false)
        const second = await two.hold(KEY, signal)
        expect(await first.write('3')).toBe(false)
        expect(await first.remove()).toBe(false)
        await first.release()
        expect(await second.read()).toBe('1')
        expect(await second.write('4')).toBe(true)
        expect(await one.read(KEY)).toBe('4')
        await second.release()
        expect(await second.write('5')).toBe(false)
        expect(await admin.keys(`${prefix}:*`)).toEqual([one.place(KEY)])
      })

      test('keeps its lock when its connection is cut', async () => {
        const store = redisStore(await clientOf(library), { prefix: place() })
        await store.lock(KEY, async () => {
          await admin.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes')
          // Clients give up what was under way, and come back by themselves.
          await eventually(() => store.get(KEY))
          expect(await store.set(KEY, STORED)).toEqual(expect.any(String))
        })
      })

      test('has a failure, not a wait, while the server does not answer; its lock is over then', async () => {
        const client = await clientOf(library)
        const store = redisStore(client, { prefix: place(), lockTimeout: 1000 })
        await store.lock(KEY, async () => {
          server.kill('SIGSTOP')
          const stopped = Date.now()
          const error = await failureOf(store.get(KEY))
          // Timers may be a moment early, and its lock be good for as long.
          while (Date.now() <= stopped + 1000) await new Promise(setImmediate)
          server.kill('SIGCONT')
          expect(error).toMatchObject({ code: 'store_failed', cause: { code: 'ETIMEDOUT' } })
          expect(await store.set(KEY, STORED)).toBeUndefined()
        })
        expect(await store.get(KEY)).toBeUndefined()
      })

      test('is waited for once, not again to let its lock go, while the server does not answer', async () => {
        const store = redisStore(await clientOf(library), { prefix: place(), lockTimeout: 4000 })
        const asking = () =>
          store.lock(KEY, async () => {
            server.kill('SIGSTOP')
            await failureOf(store.get(KEY))
          })
        await inTime(4000, asking, 3000).finally(() => server.kill('SIGCONT'))
      })

      test('that is refused is told what to do', async () => {
        const prefix = place()
        const client = await clientOf(library)
        await admin.call('ACL', 'SETUSER', 'reader', 'on', '>pw', '~*', '+get')
        const limited = new Redis(server.url, { username: 'reader', password: 'pw' }).on('error', () => {})
        onTestFinished(() => limited.disconnect())
        await admin.lpush(`${prefix}:{${KEY}}:registration`, 'a list')
        const refusals = [
          [() => redisStore(limited, { prefix }).list(), 'NOPERM', 'on all keys of the prefix'],
          [() => redisStore(client, { prefix }).get(KEY), 'WRONGTYPE', 'pass another prefix'],
        ] as const
        for (const [call, code, remedy] of refusals) {
          const error = await failureOf(call())
          expect(error).toMatchObject({ code: 'store_failed', cause: { code } })
          expect(error.message).toContain(`was refused by Redis (${code}): `)
          expect(error.message).toContain(remedy)
        }
      })

      test('tells no secret when a write fails', async () => {
        const prefix = place()
        const store = redisStore(await clientOf(library), { prefix })
        onTestFinished(async () => {
          await admin.config('SET', 'maxmemory', '0')
        })
        const error = await store.lock(KEY, async () => {
          await admin.config('SET', 'maxmemory', '1')
          return failureOf(store.set(KEY, STORED))
        })
        expect(error).toMatchObject({ name: 'DcrError', code: 'store_failed', cause: { code: 'OOM' } })
        expect(error.message).toContain(`${prefix}:{${KEY}}:registration`)
        expect(JSON.stringify(error) + inspect(error, { depth: 9, showHidden: true })).not.toContain('secret')
      })

      test('lists 1,000 and more, each once, and nothing of a prefix that only looks alike', async () => {
        const client = await clientOf(library)
        const [mine, alike] = ['*?[a]\\', 'xya\\'].map((end) => `${place()}${end}`) as [string, string]
        const other = redisStore(client, { prefix: alike.replace(/\d+/, /\d+/.exec(mine)?.[0] ?? '') })
        await other.set('other', STORED)
        const store = redisStore(client, { prefix: mine })
        const keys = Array.from({ length: 1200 }, (_, index) => `${index}`)
        await Promise.all(keys.map((key) => store.set(key, STORED)))
        const listed = (await store.list()).map(([key]) => key)
        expect(listed.sort()).toEqual(keys.sort())
        expect(await other.list()).toHaveLength(1)
      })
    })
  }

  test('is held for as long as it takes', async () => {
    const prefix = place()
    const [one, two] = [await clientOf('ioredis'), await clientOf('node-redis')]
    const store = redisStore(one, { prefix, lockTimeout: 2000 })
    const other = redisStore(two, { prefix, lockTimeout: 2000 })
    await store.lock(KEY, async () => {
      const controller = new AbortController()
      const reason = new Error('given up')
      const waiting = expect(other.lock(KEY, expect.fail, controller.signal)).rejects.toBe(reason)
      // Its time is a third of it less at each renewal: after the fourth it would be over without them.
      let [renewals, left] = [0, await admin.pttl(`${prefix}:{${KEY}}:lock`)]
      await eventually(async () => {
        const now = await admin.pttl(`${prefix}:{${KEY}}:lock`)
        if (now > left) renewals++
        left = now
        expect(renewals).toBe(4)
      })
      controller.abort(reason)
      await waiting
      expect(await store.set(KEY, STORED)).toEqual(expect.any(String))
    })
    expect(await other.lock(KEY, async () => 'taken')).toBe('taken')
  })

  test('of a process that is killed is free when its lock has ended', {
    // A process has to start, on a core that other tests share.
    timeout: 120_000,
  }, async () => {
    const [holder] = await startReplicas(['redis for a second'], server.url)
    await holder?.does('hold until killed')
    const lock = `dcr-client:{${KEY}}:lock`
    const held = await admin.get(lock)
    expect(held).toEqual(expect.any(String))
    await holder?.kill()
    const store = redisStore(await clientOf('ioredis'))
    expect(await store.lock(KEY, () => admin.get(lock))).not.toBe(held)
  })

  test('loses nothing of what four processes change, under lock or by comparing', {
    // Four processes and a server may have to share one core with other tests.
    timeout: 120_000,
  }, async () => {
    const both = ['redis', 'ioredis'] as const
    const replicas = await startReplicas([...both, ...both], server.url)
    const store = redisStore(await clientOf('ioredis'))
    await Promise.all(replicas.map((replica) => replica.does('increase under lock')))
    expect((await store.get(KEY))?.clockOffset).toBe(4 * COUNT)
    await Promise.all(replicas.map((replica) => replica.does('increase by comparing')))
    expect((await store.get(KEY))?.clockOffset).toBe(2 * 4 * COUNT)
  })

  test('may be encrypted', async () => {
    const prefix = place()
    const client = await clientOf('ioredis')
    const encryption = aesGcm([{ id: 'k1', key: crypto.getRandomValues(new Uint8Array(32)) }])
    const store = redisStore(client, { prefix, encryption })
    await store.set(KEY, STORED)
    expect(await store.get(KEY)).toMatchObject(STORED)
    expect(await admin.get(`${prefix}:{${KEY}}:registration`)).not.toContain('secret')
    expect(await failureOf(redisStore(client, { prefix }).get(KEY))).toMatchObject({ code: 'store_sealed' })
  })

  describe('a client that is not connected is a failure', () => {
    const expectFailure = async (store: CredentialStore, code: unknown) => {
      const calls = [store.get(KEY), store.set(KEY, STORED), store.list(), store.lock(KEY, expect.fail)]
      for (const error of await Promise.all(calls.map(failureOf))) {
        expect(error).toMatchObject({ code: 'store_failed', cause: { code } })
      }
    }

    test('node-redis: never connected', async () => {
      await expectFailure(redisStore(createClient({ url: server.url })), 'ClientClosedError')
    })

    test('ioredis: closed', async () => {
      const client = new Redis(server.url)
      await client.quit()
      await expectFailure(redisStore(client), 'Error')
    })

    test('node-redis: no server, for which it waits', async () => {
      const client = createClient({ url: `redis://127.0.0.1:${await freePort()}` }).on('error', () => {})
      onTestFinished(() => client.destroy())
      client.connect().catch(() => {})
      await expectFailure(redisStore(client, { lockTimeout: 100 }), 'ETIMEDOUT')
    })

    test('ioredis: no server, and no patience', async () => {
      const client = new Redis(await freePort(), { retryStrategy: () => null, lazyConnect: true })
      client.on('error', () => {})
      expect(await failureOf(redisStore(client).get(KEY))).toMatchObject({ code: 'store_failed' })
    })
  })

  describe('a cluster', () => {
    let nodes: RedisServer[]
    beforeAll(async () => {
      nodes = await Promise.all([0, 1].map(() => startRedis('--cluster-enabled', 'yes')))
      const [one, two] = nodes.map(({ url }) => new Redis(url)) as [Redis, Redis]
      await one.call('CLUSTER', 'ADDSLOTSRANGE', '0', '8191')
      await two.call('CLUSTER', 'ADDSLOTSRANGE', '8192', '16383')
      await one.cluster('MEET', '127.0.0.1', Number(nodes[1]?.port))
      for (const node of [one, two]) {
        await eventually(async () => expect(await node.cluster('INFO')).toContain('cluster_state:ok'))
        node.disconnect()
      }
    }, 60_000)
    afterAll(() => Promise.all((nodes ?? []).map((node) => node.stop())))

    test('is one store, and all of it is listed', async () => {
      const client = new Cluster([{ host: '127.0.0.1', port: Number(nodes[0]?.port) }], { scaleReads: 'all' })
      onTestFinished(() => client.disconnect())
      const store = redisStore(client)
      const keys = Array.from({ length: 50 }, (_, index) => JSON.stringify(['https://as.example.com', index]))
      await Promise.all(keys.map((key) => store.lock(key, () => store.set(key, STORED))))
      expect((await store.list()).map(([key]) => key).sort()).toEqual(keys.sort())
      const alone = redisStore(client.nodes('master')[0] ?? expect.fail('there is no master'))
      expect((await alone.list()).length).toBeLessThan(keys.length)
      expect(await Promise.all(keys.map((key) => store.delete(key)))).not.toContain(false)
    })

    test('that is not connected is not taken for an empty one', async () => {
      const client = new Cluster([{ host: '127.0.0.1', port: Number(nodes[0]?.port) }], { lazyConnect: true })
      expect(await failureOf(redisStore(client).list())).toMatchObject({ code: 'store_failed' })
    })
  })
})

describe('redisStore refuses', () => {
  const client: RedisClient = { sendCommand: () => expect.fail('a command was sent') }
  const refused: Record<string, () => unknown> = {
    'no client': () => redisStore(undefined as never),
    'what is no client': () => redisStore({} as never),
    'a client that puts its own prefix before some names': () =>
      redisStore(new Redis({ lazyConnect: true, keyPrefix: 'app:' })),
    'a prefix with braces': () => redisStore(client, { prefix: '{app}' }),
    'a prefix that is no string': () => redisStore(client, { prefix: 1 as never }),
    ...Object.fromEntries(
      [0, 99, -1, 250.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31, '6000' as never, null as never].map(
        (lockTimeout) => [`a lockTimeout of ${lockTimeout}`, () => redisStore(client, { lockTimeout })],
      ),
    ),
  }
  for (const [what, call] of Object.entries(refused)) {
    test(what, () => {
      expect(call).toThrow(expect.objectContaining({ name: 'DcrError', code: 'invalid_argument' }))
    })
  }
})
