import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { createServer as createTlsServer, TLSSocket } from 'node:tls'
import pg from 'pg'
import { createClient } from 'redis'
import { expect, onTestFinished, test } from 'vitest'
import { databaseTrouble } from '../../src/cli/database-trouble.js'
import { certificate } from '../servers/certificates.js'
import { POSTGRES, startPostgres } from '../servers/postgres.js'
import { describeWith } from '../servers/programs.js'
import { REDIS, startRedis } from '../servers/redis.js'
import { dcr, MANY_PROCESSES } from './run-dcr.js'

const PASSWORD = 'hunter-2-hunter'

/** What `dcr list` says of a store that it cannot use: one line, without the password. */
async function told(url: string): Promise<string> {
  const { code, stdout, stderr } = await dcr(['list'], { environment: { DCR_STORE: url } })
  expect([code, stdout]).toEqual([1, ''])
  expect(stderr).not.toContain(PASSWORD)
  const [, what] = /^dcr: the store cannot be used: (.*)\n$/.exec(stderr) ?? []
  return what ?? stderr
}

describeWith(REDIS, 'Redis', () => {
  test('says what is wrong with the database, the user and the password', {
    timeout: MANY_PROCESSES,
  }, async () => {
    const redis = await startRedis()
    onTestFinished(() => redis.stop())
    const operator = await createClient({ url: redis.url }).connect()
    await operator.configSet('requirepass', PASSWORD)
    operator.destroy()
    const at = (user: string, path = '') => `redis://${user}127.0.0.1:${redis.port}${path}`
    expect(await told(at(`:${PASSWORD}@`, '/99'))).toMatch(/^Redis has no database of this number \(ERR\)/)
    expect(await told(at(`:wrong-${PASSWORD}@`))).toMatch(
      /^Redis refuses the user or the password \(WRONGPASS\)/,
    )
    expect(await told(at(''))).toMatch(/^Redis wants a password \(NOAUTH\)/)
  })
})

describeWith(POSTGRES, 'PostgreSQL', () => {
  test('says what is wrong with the database, the user, the password, TLS and rights', {
    timeout: MANY_PROCESSES,
  }, async () => {
    const postgres = await startPostgres(
      'host all checked 127.0.0.1/32 scram-sha-256',
      'host all rejected 127.0.0.1/32 reject',
    )
    onTestFinished(() => postgres.stop())
    const operator = new pg.Client(postgres.url)
    await operator.connect()
    await operator.query(`create role checked login password '${PASSWORD}'; create role limited login`)
    await operator.end()
    const { host } = new URL(postgres.url)
    const as = (user: string, path = '/postgres') => told(`postgres://${user}@${host}${path}`)
    expect(await as('postgres', '/missing')).toMatch(/^PostgreSQL has no database of this name \(3D000\)/)
    expect(await as('nobody')).toMatch(/^PostgreSQL does not let this user in from here \(28000\)/)
    expect(await as('rejected')).toMatch(/^PostgreSQL does not let this user in from here \(28000\)/)
    expect(await as(`checked:wrong-${PASSWORD}`)).toMatch(
      /^PostgreSQL refuses the password of this user \(28P01\)/,
    )
    expect(await as('checked')).toMatch(/^PostgreSQL wants a password/)
    expect(await as('postgres', '/postgres?sslmode=verify-full')).toMatch(/^PostgreSQL has no TLS there/)
    expect(await as('postgres', '/postgres?sslmode=verify-full&sslrootcert=/none.pem')).toMatch(
      /^a file that the URL names, .* cannot be opened \(ENOENT\)/,
    )
    expect(await as('limited')).toMatch(/^PostgreSQL does not let this user read or make the table \(42501\)/)
  })
})

/** Listens until the test is over. */
async function listening(server: ReturnType<typeof createServer>): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return (server.address() as AddressInfo).port
}

test('a certificate that is not trusted, and TLS on one side alone, are told', {
  timeout: MANY_PROCESSES,
}, async () => {
  const redis = createTlsServer(certificate('self-signed'), () => {}).on('tlsClientError', () => {})
  const port = await listening(redis)
  expect(await told(`rediss://127.0.0.1:${port}`)).toMatch(
    /^the certificate of Redis is not trusted \(DEPTH_ZERO_SELF_SIGNED_CERT\): .*NODE_EXTRA_CA_CERTS/,
  )
  expect(await told(`redis://127.0.0.1:${port}`)).toMatch(/^Redis ends the connection/)

  const inTls = (socket: Socket) => {
    // "S": it has TLS.
    socket.once('data', () => {
      socket.write('S')
      new TLSSocket(socket, { isServer: true, ...certificate('self-signed') }).on('error', () => {})
    })
  }
  const postgres = await listening(createServer(inTls))
  expect(await told(`postgres://user:${PASSWORD}@127.0.0.1:${postgres}/db?sslmode=verify-full`)).toMatch(
    /^the certificate of PostgreSQL is not trusted \(DEPTH_ZERO_SELF_SIGNED_CERT\): .*NODE_EXTRA_CA_CERTS/,
  )
})

test.each(['/abc', '/-1', '/1.5', '/0/1', '/%31'])(
  'a path that is no number of a database of Redis is told before anything is asked: %s',
  async (path) => {
    const { code, stderr } = await dcr(['list', '--store', `redis://127.0.0.1:1${path}`])
    expect([code, stderr]).toEqual([2, expect.stringContaining('redis://HOST:PORT/0')])
  },
)

test.each([':1/0', `:${PASSWORD}@:1/0`])(
  'a URL of Redis without a host is told to be none: redis://%s',
  async (rest) => {
    const { code, stderr } = await dcr(['list'], { environment: { DCR_STORE: `redis://${rest}` } })
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(/^dcr: DCR_STORE is no URL: .* redis:\/\/HOST:PORT,/),
    ])
    expect(stderr).not.toContain(PASSWORD)
  },
)

test('a socket that is not there is told by the file that it is', async () => {
  expect(await told('postgres:///db?host=/none')).toMatch(/^a file that the URL names, of a socket, /)
})

test.each([
  [{ code: 'ERR_TLS_CERT_ALTNAME_INVALID' }, 'is for another host (ERR_TLS_CERT_ALTNAME_INVALID)'],
  [{ code: 'CERT_HAS_EXPIRED' }, 'has expired (CERT_HAS_EXPIRED)'],
  [{ code: 'ERR_SSL_WRONG_VERSION_NUMBER' }, 'does not speak TLS'],
  [{ code: 'ENOTFOUND' }, 'has no address under this name (ENOTFOUND)'],
  [{ message: 'timeout expired' }, 'did not answer in time'],
  [new (class ConnectionTimeoutError extends Error {})('Connection timeout'), 'did not answer in time'],
  [{ code: '53300' }, 'has no connection left (53300)'],
  [{ code: 'ECONNREFUSED' }, 'PostgreSQL cannot be reached (ECONNREFUSED)'],
  [{ errors: [{ code: 'ECONNREFUSED' }] }, 'PostgreSQL cannot be reached (ECONNREFUSED)'],
  [{ message: PASSWORD, code: `of ${PASSWORD}` }, 'PostgreSQL cannot be reached'],
  [undefined, 'PostgreSQL cannot be reached'],
])('a cause is told in words of our own: %o', (error, words) => {
  const { message } = databaseTrouble('PostgreSQL', error)
  expect(message).toContain(words)
  expect(message).not.toContain(PASSWORD)
})
