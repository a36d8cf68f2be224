import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, realpathSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { startAuthorizationServer } from '../registrar/authorization-server.js'
import { freePort } from '../servers/free-port.js'
import { POSTGRES, startPostgres } from '../servers/postgres.js'
import { describeWith } from '../servers/programs.js'
import { REDIS, startRedis } from '../servers/redis.js'
import { DCR, dcr, emptyFolder, MANY_PROCESSES } from './run-dcr.js'

const HTTP = '--allow-insecure-requests'

/** Registers with one process and lists with another, which know of the store what is given. */
async function lives(
  store: readonly string[],
  environment: Record<string, string> = {},
  folder = emptyFolder(),
) {
  const server = await startAuthorizationServer()
  const line = [
    'register',
    server.origin,
    '--redirect-uri',
    'https://app.example.com/cb',
    '--as',
    'shop',
    HTTP,
  ]
  const registered = await dcr([...line, ...store], { environment, folder })
  expect([registered.code, registered.stderr]).toEqual([0, expect.stringMatching(/^"shop" is registered\./m)])
  const listed = await dcr(['list', ...store], { environment, folder })
  expect(JSON.parse(listed.stdout)).toMatchObject([{ issuer: server.origin, name: 'shop' }])
}

test('a folder, by its path, its URL and the environment', { timeout: MANY_PROCESSES }, async () => {
  const folder = emptyFolder()
  await lives(['--store', 'file:here'], {}, folder)
  await lives(['--store', pathToFileURL(join(folder, 'there')).href])
  await lives([], { DCR_STORE: `file:${join(folder, 'elsewhere')}` })
})

test('memory, for one command whose result is taken', async () => {
  const server = await startAuthorizationServer()
  const line = ['register', server.origin, '--name', 'App', '--store', 'memory:', '--show-secrets', HTTP]
  const { code, stdout } = await dcr(line)
  const [client] = server.clients.values()
  expect([code, JSON.parse(stdout).client_secret]).toEqual([0, client?.client_secret])
})

describeWith(REDIS, 'Redis', () => {
  test('keeps clients', { timeout: MANY_PROCESSES }, async () => {
    const redis = await startRedis()
    try {
      await lives(['--store', redis.url])
    } finally {
      await redis.stop()
    }
  })
})

describeWith(POSTGRES, 'PostgreSQL', () => {
  test('keeps clients, in a table that is made where there is none', {
    timeout: MANY_PROCESSES,
  }, async () => {
    const postgres = await startPostgres()
    try {
      await lives([], { DCR_STORE: postgres.url })
    } finally {
      await postgres.stop()
    }
  })
})

test('a database that is not there', { timeout: MANY_PROCESSES }, async () => {
  const port = await freePort()
  for (const [url, name] of [
    [`redis://127.0.0.1:${port}`, 'Redis'],
    [`postgres://user@127.0.0.1:${port}/db`, 'PostgreSQL'],
  ] as const) {
    expect(await dcr(['list', '--store', url])).toEqual({
      code: 1,
      stdout: '',
      stderr: `dcr: the store cannot be used: ${name} cannot be reached (ECONNREFUSED)\n`,
    })
  }
})

test('what is built needs ky and zod alone, and says which package a store needs', {
  timeout: MANY_PROCESSES,
}, async () => {
  const folder = emptyFolder()
  const built = dirname(DCR)
  cpSync(built, join(folder, 'dist'), { recursive: true })
  cpSync(join(built, '..', 'package.json'), join(folder, 'package.json'))
  mkdirSync(join(folder, 'node_modules'))
  for (const name of ['ky', 'zod'])
    symlinkSync(
      realpathSync(join(built, '..', 'node_modules', name)),
      join(folder, 'node_modules', name),
      'junction',
    )
  const environment = { PATH: process.env.PATH ?? '', HOME: folder, XDG_STATE_HOME: folder }
  const run = (...line: string[]) =>
    promisify(execFile)(process.execPath, [join(folder, 'dist', 'cli.js'), ...line], { env: environment })
  expect((await run('list', '--output', 'yaml')).stdout).toBe('[]\n')
  for (const [url, name] of [
    ['redis://127.0.0.1', 'redis'],
    ['postgres://127.0.0.1/db', 'pg'],
  ] as const) {
    const failed = await run('list', '--store', url).catch((error) => error)
    expect([failed.code, failed.stdout, failed.stderr]).toEqual([
      1,
      '',
      `dcr: this store needs the package ${name}, which is not here: npm install dcr-client ${name}, or npx -p dcr-client -p ${name} dcr …\n`,
    ])
  }
})
