import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { open } from 'node:fs/promises'
import { type AddressInfo, connect, createServer } from 'node:net'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { POSTGRES, startPostgres } from '../servers/postgres.js'
import { describeWith } from '../servers/programs.js'
import { REDIS, startRedis } from '../servers/redis.js'
import { dcr, emptyFolder, MANY_PROCESSES, startDcr } from './run-dcr.js'

/* What hangs does not hold up the end of the command. */

const GIVEN_UP = 'dcr: interrupted while it waited for a file or a store; nothing was under way\n'

test.skipIf(process.platform === 'win32')('a pipe that nobody writes to, after Ctrl-C', async () => {
  const folder = emptyFolder()
  const pipe = join(folder, 'pipe')
  execFileSync('mkfifo', [pipe])
  const line = ['register', 'https://as.example.com', '--name', 'App', '--token-file', 'pipe']
  const { child, result } = startDcr(line, { folder })
  // It can be opened when somebody reads it.
  const writer = await open(pipe, 'w')
  onTestFinished(() => writer.close())
  child.kill('SIGINT')
  expect(await result).toEqual({ code: null, stdout: '', stderr: GIVEN_UP })
  // To a shell that is 130.
  expect(child.signalCode).toBe('SIGINT')
})

describeWith(REDIS, 'Redis', () => {
  test('that does not answer, after Ctrl-C', { timeout: MANY_PROCESSES }, async () => {
    const redis = await startRedis()
    // What it sends is seen here, as a process that stands still accepts connections.
    const between = createServer((socket) => {
      redis.kill('SIGSTOP')
      const upstream = connect(redis.port, '127.0.0.1').on('error', () => {})
      socket.on('error', () => {}).once('data', () => between.emit('asked'))
      socket.pipe(upstream).pipe(socket)
    }).listen(0, '127.0.0.1')
    await once(between, 'listening')
    const { port } = between.address() as AddressInfo
    try {
      const asked = once(between, 'asked')
      const { child, result } = startDcr(['list', '--store', `redis://127.0.0.1:${port}`])
      await asked
      child.kill('SIGINT')
      expect([await result, child.signalCode]).toEqual([
        { code: null, stdout: '', stderr: GIVEN_UP },
        'SIGINT',
      ])
    } finally {
      between.close()
      redis.kill('SIGCONT')
      await redis.stop()
    }
  })
})

describeWith(POSTGRES, 'PostgreSQL', () => {
  test('that does not close: the result is there, and it is told', { timeout: MANY_PROCESSES }, async () => {
    const postgres = await startPostgres()
    const { port } = new URL(postgres.url)
    // Its "Terminate", which is not passed on.
    const farewell = Buffer.from([0x58, 0, 0, 0, 4])
    const between = createServer({ allowHalfOpen: true }, (socket) => {
      const upstream = connect({ port: Number(port), host: '127.0.0.1' }).on('error', () => {})
      socket.on('error', () => {}).on('data', (data) => void (farewell.equals(data) || upstream.write(data)))
      upstream.on('data', (data) => socket.write(data))
    }).listen(0, '127.0.0.1')
    await once(between, 'listening')
    const environment = {
      DCR_STORE: postgres.url.replace(port, `${(between.address() as { port: number }).port}`),
    }
    try {
      expect(await dcr(['list'], { environment })).toEqual({
        code: 0,
        stdout: '[]\n',
        stderr:
          'No client is kept here.\nnote: the store did not close within 2 s, and is left so; what was done is done.\n',
      })
    } finally {
      between.close()
      await postgres.stop()
    }
  })
})
