import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startAuthorizationServer } from '../registrar/authorization-server.js'
import { writeManifest } from './apply-set-up.js'
import { dcr, emptyFolder, MANY_PROCESSES } from './run-dcr.js'

/* What a server has given when the store fails before it is saved, as on a full disk. */

const OPTIONS = ['--allow-insecure-requests', '--store', 'file:kept']

/** A server that has made a client when the store is not there any more. */
async function serverBefore(folder: string) {
  const server = await startAuthorizationServer()
  const kept = join(folder, 'kept')
  server.lose('POST', () => {
    rmSync(kept, { recursive: true })
    writeFileSync(kept, '')
    return { status: 201, body: [...server.clients.values()].at(-1) }
  })
  return { server, heal: () => rmSync(kept) }
}

const rescuedIn = (folder: string) => readdirSync(folder).filter((name) => name.startsWith('dcr-client-'))

test.each(['', '/nowhere'])(
  'is in a file of this user, by which the client can be deleted; TMPDIR %s',
  {
    timeout: MANY_PROCESSES,
  },
  async (elsewhere) => {
    const folder = emptyFolder()
    const { server, heal } = await serverBefore(folder)
    const environment = { TMPDIR: elsewhere || folder }
    const line = ['register', server.origin, '--redirect-uri', 'https://app.example.com/cb', ...OPTIONS]
    const { code, stdout, stderr } = await dcr(line, { folder, environment })
    const [client] = server.clients.values()
    expect([code, stdout]).toEqual([4, ''])
    expect(stderr).toContain(`The client is ${client?.client_id}.\nWhat the server gave is in ${folder}`)
    expect(stderr).not.toMatch(/error\.client|secret-\d|token-\d/)
    const [name = ''] = rescuedIn(folder)
    expect(JSON.parse(readFileSync(join(folder, name), 'utf8'))).toEqual(client)
    if (process.platform !== 'win32') expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600)

    heal()
    const deleted = await dcr(['delete', server.origin, '--client', name, ...OPTIONS], { folder })
    expect([deleted.code, server.clients.size]).toEqual([0, 0])
  },
)

test('is in a file after apply, too', { timeout: MANY_PROCESSES }, async () => {
  const folder = emptyFolder()
  const { server } = await serverBefore(folder)
  const file = writeManifest(folder, server.origin, 1)
  const { code, stderr } = await dcr(['apply', file, ...OPTIONS], { folder, environment: { TMPDIR: folder } })
  expect([code, rescuedIn(folder)]).toEqual([4, [expect.anything()]])
  expect(stderr).toContain('What the server gave is in ')
})

test('is not written in clear where the store is encrypted', { timeout: MANY_PROCESSES }, async () => {
  const folder = emptyFolder()
  const { server } = await serverBefore(folder)
  const environment = { TMPDIR: folder, DCR_STORE_KEY: `one:${'0'.repeat(64)}` }
  const line = ['register', server.origin, '--redirect-uri', 'https://app.example.com/cb', ...OPTIONS]
  const { code, stderr } = await dcr(line, { folder, environment })
  const [client] = server.clients.values()
  expect([code, rescuedIn(folder)]).toEqual([4, []])
  expect(stderr.trimEnd().split('\n').at(-1)).toBe(`The client is ${client?.client_id}.`)
})
