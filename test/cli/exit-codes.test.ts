import { once } from 'node:events'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import { EXIT, exitCodeOf, exitCodeOfAll } from '../../src/cli/exit-codes.js'
import { MEANINGS } from '../../src/cli/exit-meanings.js'
import { DcrError, type ErrorCode, OAuthError, type Outcome } from '../../src/index.js'
import { fileStore } from '../../src/stores/file/index.js'
import { startAuthorizationServer } from '../registrar/authorization-server.js'
import { startScripted } from '../servers/scripted.js'
import { dcr, emptyFolder, MANY_PROCESSES, startDcr } from './run-dcr.js'

const HTTP = '--allow-insecure-requests'
const APP = ['--redirect-uri', 'https://app.example.com/cb', '--name', 'App']

describe('what errors come to', () => {
  const codes: [code: ErrorCode, outcome: Outcome, exit: number][] = [
    ['rejected', 'rejected', 1],
    ['network_error', 'not_sent', 1],
    ['network_error', 'unknown', 4],
    ['invalid_response', 'applied', 4],
    ['store_failed', 'applied', 4],
    ['registration_in_doubt', 'not_sent', 4],
    ['invalid_argument', 'not_sent', 2],
    ['aborted', 'unknown', 4],
    ['aborted', 'not_sent', 130],
  ]
  test.each(codes)('%s with outcome %s: %i', (code, outcome, exit) => {
    expect(exitCodeOf(new DcrError(code, 'x', { outcome, endpoint: 'POST https://a.example/r' }), true)).toBe(
      exit,
    )
  })

  test('a read that was lost has changed nothing', () => {
    const lost = { outcome: 'unknown', endpoint: 'GET https://as.example.com/r' } as const
    expect(exitCodeOf(new DcrError('network_error', 'x', lost), true)).toBe(1)
    expect(exitCodeOf(new DcrError('aborted', 'x', lost), true)).toBe(130)
  })

  test('a URL that cannot be called is the fault of the line before anything was asked, and then of the server', () => {
    const error = new DcrError('insecure_url', 'x', { outcome: 'not_sent' })
    expect([exitCodeOf(error, false), exitCodeOf(error, true)]).toEqual([2, 1])
  })

  test('of several things the unsafe one counts, then that some are done', () => {
    expect([[], [0, 0], [0, 1], [1, 1], [0, 4, 1]].map((all) => exitCodeOfAll(all as never))).toEqual([
      0, 0, 3, 1, 4,
    ])
  })

  test('each code has its meaning', () => {
    expect(MEANINGS.map(([code]) => code)).toEqual(Object.values(EXIT))
  })

  test('a refusal is one whatever it says', () => {
    expect(
      exitCodeOf(new OAuthError('forbidden', 'x', { outcome: 'rejected', status: 403 } as never), true),
    ).toBe(1)
  })
})

describe('how processes end', () => {
  test('1: the server refuses, and says why', async () => {
    const server = await startAuthorizationServer()
    const body = { error: 'invalid_redirect_uri', error_description: 'not \u001b[31mthere\u202e' }
    server.refuse('POST', { status: 400, body, headers: { 'x-request-id': 'b7e3-1' } })
    const { code, stdout, stderr } = await dcr(['register', server.origin, ...APP, HTTP])
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toContain(
      'answered 400 invalid_redirect_uri: not \\u{1b}[31mthere\\u{202e}. Nothing was changed.\n' +
        "The server's number of it: b7e3-1\n",
    )
  })

  test('1: nobody is there', async () => {
    const { code, stdout, stderr } = await dcr(['discover', 'http://127.0.0.1:9', HTTP])
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toMatch(/^dcr: discover: GET http:\/\/127\.0\.0\.1:9\/\S+ could not be reached/)
  })

  test('1: a connection that breaks while metadata are read', async () => {
    const server = await startScripted()
    server.script.push(...Array.from({ length: 8 }, () => 'close' as const))
    expect((await dcr(['discover', server.origin, HTTP])).code).toBe(1)
  })

  test('4: the answer to a registration is lost; it is listed, and not sent again', {
    timeout: MANY_PROCESSES,
  }, async () => {
    const folder = emptyFolder()
    const server = await startAuthorizationServer()
    server.lose('POST', 'close')
    const { code, stdout, stderr } = await dcr(['register', server.origin, ...APP, HTTP], { folder })
    expect([code, stdout, server.asked]).toEqual([4, '', 'POST'])
    expect(stderr).toContain('It may have been done.')
    const orphans = JSON.parse((await dcr(['orphans', server.origin], { folder })).stdout)
    expect(orphans).toMatchObject([{ reason: 'in_doubt', name: 'default' }])
    const left = await dcr(['orphans', '--collect', HTTP], { folder })
    expect([left.code, JSON.parse(left.stdout)]).toEqual([1, { deleted: [], left: orphans }])
    expect(left.stderr).toContain('nothing is known by which it could be deleted')
    expect(left.stderr).toContain('dcr orphans --forget ID')
    const table = await dcr(['orphans', '--collect', HTTP, '--output', 'table'], { folder })
    expect(table.stdout).toMatch(/^BECAME {2}ID .*\nleft {4}\S+ .* in_doubt .*\n$/)
  })

  test('3: a server that deletes nothing leaves an orphan, which is collected when it does', {
    timeout: MANY_PROCESSES,
  }, async () => {
    const folder = emptyFolder()
    const server = await startAuthorizationServer()
    await dcr(['register', server.origin, ...APP, HTTP], { folder })
    server.refuse('DELETE', { status: 405 })
    const deleted = await dcr(['delete', server.origin, HTTP], { folder })
    expect([deleted.code, JSON.parse(deleted.stdout).deleted]).toEqual([3, false])
    expect(deleted.stderr).toContain('[orphan_left]')
    const collected = await dcr(['orphans', '--collect', HTTP], { folder })
    expect([collected.code, JSON.parse(collected.stdout).left, server.clients.size]).toEqual([0, [], 0])
  })

  test('1: a client is not replaced by another unless that is asked for', {
    timeout: MANY_PROCESSES,
  }, async () => {
    const folder = emptyFolder()
    const server = await startAuthorizationServer({ management: ['GET', 'DELETE'] })
    await dcr(['register', server.origin, ...APP, HTTP], { folder })
    const kept = (await dcr(['list'], { folder })).stdout
    const update = ['update', server.origin, '--name', 'App 2', HTTP]
    const refused = await dcr(update, { folder })
    expect([refused.code, refused.stdout, server.asked]).toEqual([1, '', 'POST PUT'])
    expect(refused.stderr).toMatch(
      /^dcr: update: PUT .*\n--replace registers another client with these metadata/,
    )
    expect((await dcr(['list'], { folder })).stdout).toBe(kept)
    expect((await dcr(['orphans'], { folder })).stdout).toBe('[]\n')

    const replaced = await dcr([...update, '--replace'], { folder })
    expect([replaced.code, JSON.parse(replaced.stdout).client_name, server.clients.size]).toEqual([
      0,
      'App 2',
      1,
    ])
    expect(replaced.stderr).toContain('another was registered')
  })

  test('0, 3 and 1: all secrets are renewed, some, none', { timeout: MANY_PROCESSES }, async () => {
    const folder = emptyFolder()
    const server = await startAuthorizationServer({ lifetime: 3600 })
    for (const name of ['one', 'two'])
      await dcr(['register', server.origin, ...APP, HTTP, '--as', name], { folder })
    const renew = () => dcr(['renew', HTTP, '--timeout', '5'], { folder })
    const actions = (stdout: string) => JSON.parse(stdout).map(({ action }: { action: string }) => action)

    const early = await renew()
    expect([early.code, actions(early.stdout), server.asked]).toEqual([0, ['none', 'none'], 'POST POST'])
    await expire(folder)
    const all = await renew()
    expect([all.code, actions(all.stdout)]).toEqual([0, ['update', 'update']])
    await expire(folder)
    server.refuse('PUT', { status: 403 })
    server.refuse('POST', { status: 403 })
    const some = await renew()
    expect([some.code, actions(some.stdout).sort()]).toEqual([3, ['failed', 'update']])
    await expire(folder)
    server.refuse('PUT', { status: 403 }, { status: 403 })
    server.refuse('POST', { status: 403 }, { status: 403 })
    const none = await renew()
    expect([none.code, actions(none.stdout)]).toEqual([1, ['failed', 'failed']])
  })

  test('an output that nobody reads any more is no failure', async () => {
    const { child } = startDcr(['--help'])
    child.stdout?.destroy()
    const [stderr, [code]] = await Promise.all([text(child.stderr as Readable), once(child, 'exit')])
    expect([code, stderr]).toEqual([0, ''])
  })
})

/** Lets all secrets in the store of a folder have ended a while ago. */
async function expire(folder: string): Promise<void> {
  const store = fileStore({ directory: join(folder, 'state', 'dcr-client') })
  const now = Math.floor(Date.now() / 1000)
  for (const [key, stored] of await store.list()) {
    const { client } = stored
    if (client)
      await store.set(key, {
        ...stored,
        receivedAt: now - 7200,
        client: { ...client, client_secret_expires_at: now - 3600 },
      })
  }
}
