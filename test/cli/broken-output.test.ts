import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { startAuthorizationServer } from '../registrar/authorization-server.js'
import { writeManifest } from './apply-set-up.js'
import { DCR, dcr, emptyFolder, MANY_PROCESSES, startDcr } from './run-dcr.js'

/* What cannot be written loses no client, and is no success. */

const HTTP = '--allow-insecure-requests'

interface Ended {
  readonly code: number | string | null | undefined
  readonly stderr: string
}

/** Runs `dcr` with its stdout in a file that takes nothing. */
function intoFullDisk(line: readonly string[], folder: string): Promise<Ended> {
  const command = 'exec "$0" "$@" > /dev/full'
  const env = { PATH: process.env.PATH, HOME: folder, XDG_STATE_HOME: join(folder, 'state') }
  return new Promise((resolve) => {
    execFile(
      'sh',
      ['-c', command, process.execPath, DCR, ...line],
      { env, cwd: folder },
      (error, _, stderr) => resolve({ code: error?.code ?? 0, stderr }),
    )
  })
}

test.skipIf(!existsSync('/dev/full'))(
  'a full disk under stdout is told without a stack, and is no success',
  {
    timeout: MANY_PROCESSES,
  },
  async () => {
    const folder = emptyFolder()
    const server = await startAuthorizationServer()
    const registered = await intoFullDisk(['register', server.origin, '--name', 'App', HTTP], folder)
    expect(registered.code).toBe(1)
    expect(registered.stderr).toMatch(
      /\ndcr: the result could not be written \(ENOSPC\); what was done is done\n$/,
    )
    expect(registered.stderr).not.toContain('    at ')
    expect(JSON.parse((await dcr(['list'], { folder })).stdout)).toHaveLength(1)

    writeManifest(folder, server.origin, 3)
    const applied = await intoFullDisk(['apply', 'clients.yaml', '--events', HTTP], folder)
    expect([applied.code, applied.stderr.match(/could not be written/g)]).toEqual([
      1,
      ['could not be written'],
    ])
    expect(JSON.parse((await dcr(['list'], { folder })).stdout)).toHaveLength(4)
  },
)

test.skipIf(!existsSync('/dev/full'))(
  'what would be in no store and in no result is put into a file',
  {
    timeout: MANY_PROCESSES,
  },
  async () => {
    const folder = emptyFolder()
    const server = await startAuthorizationServer()
    const line = ['register', server.origin, '--name', 'App', HTTP, '--store', 'memory:', '--show-secrets']
    const { code, stderr } = await intoFullDisk(line, folder)
    expect(code).toBe(1)
    expect(stderr).toContain('dcr: the result could not be written (ENOSPC)')
    const [, path = ''] = /What the server gave is in (\S+), secrets in clear/.exec(stderr) ?? []
    onTestFinished(() => rmSync(path))
    expect(statSync(path).mode & 0o777).toBe(0o600)
    const [client] = server.clients.values()
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ ...client })
    const deleted = await dcr(['delete', server.origin, '--client', path, HTTP], { folder })
    expect([deleted.code, server.clients.size]).toEqual([0, 0])
  },
)

test('nobody at stderr and stdout: all is done and saved, and the exit code says so', {
  timeout: MANY_PROCESSES,
}, async () => {
  const folder = emptyFolder()
  const server = await startAuthorizationServer()
  const { child } = startDcr(['apply', writeManifest(folder, server.origin, 3), '--events', HTTP], { folder })
  child.stderr?.destroy()
  child.stdout?.destroy()
  expect(await once(child, 'exit')).toEqual([0, null])
  expect(JSON.parse((await dcr(['list'], { folder })).stdout)).toHaveLength(3)
})
