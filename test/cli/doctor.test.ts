import { expect, test } from 'vitest'
import { startAuthorizationServer } from '../registrar/authorization-server.js'
import { dcr, emptyFolder, MANY_PROCESSES, startDcr } from './run-dcr.js'

/* The doctor at a command line: what it writes where, and how it ends. */

const HTTP = '--allow-insecure-requests'

test('0 and JSON where nothing is wrong, 1 and the problem where something is', {
  timeout: MANY_PROCESSES,
}, async () => {
  const server = await startAuthorizationServer()
  const well = await dcr(['doctor', server.origin, HTTP])
  expect([well.code, well.stderr]).toEqual([0, ''])
  expect(JSON.parse(well.stdout)).toMatchObject({
    url: server.origin,
    kind: 'authorization_server',
    level: 'warning',
  })

  const text = await dcr(['doctor', server.origin, HTTP, '--output', 'text', '--probe'])
  expect([text.code, server.clients.size]).toEqual([0, 0])
  expect(text.stdout).toContain('  ok       probe_delete           the client was deleted\n')

  const { code, stdout } = await dcr(['doctor', 'http://127.0.0.1:9', HTTP, '--output', 'text'])
  expect([code, stdout]).toEqual([
    1,
    expect.stringContaining('problem  discovery  the server does not answer'),
  ])
})

test('3: a client that is left is listed by `dcr orphans`, and is deleted by it later', {
  timeout: MANY_PROCESSES,
}, async () => {
  const folder = emptyFolder()
  const server = await startAuthorizationServer({ management: ['GET'] })
  const { code, stdout, stderr } = await dcr(['doctor', server.origin, '--probe', HTTP], { folder })
  const [client] = server.clients.values()
  expect([code, JSON.parse(stdout).left]).toEqual([
    3,
    [expect.objectContaining({ client_id: client?.client_id })],
  ])
  expect(stdout + stderr).not.toContain(client?.registration_access_token)

  server.options.management = ['DELETE']
  const collected = await dcr(['orphans', server.origin, '--collect', HTTP], { folder })
  expect([collected.code, server.clients.size]).toEqual([0, 0])
})

test('a probe that was killed leaves an orphan that says what it is, and can be deleted', {
  timeout: MANY_PROCESSES,
}, async () => {
  const folder = emptyFolder()
  const server = await startAuthorizationServer()
  server.refuse('PUT', () => {
    running.child.kill('SIGKILL')
    return 'close'
  })
  const running = startDcr(['doctor', server.origin, '--probe', HTTP], { folder })
  expect((await running.result).code).toBeNull()
  const [client] = server.clients.values()

  expect(JSON.parse((await dcr(['list'], { folder })).stdout)).toEqual([])
  expect(JSON.parse((await dcr(['orphans'], { folder })).stdout)).toMatchObject([
    { name: 'dcr doctor', reason: 'removed', client_id: client?.client_id },
  ])
  const collected = await dcr(['orphans', '--collect', HTTP], { folder })
  expect([collected.code, server.clients.size]).toEqual([0, 0])
  expect(JSON.parse((await dcr(['orphans'], { folder })).stdout)).toEqual([])
})

test('4: a registration whose answer was lost', { timeout: MANY_PROCESSES }, async () => {
  const server = await startAuthorizationServer()
  server.lose('POST', 'close')
  expect((await dcr(['doctor', server.origin, '--probe', HTTP])).code).toBe(4)
})

test('2: what is no URL, and metadata without a probe', { timeout: MANY_PROCESSES }, async () => {
  const none = await dcr(['doctor', 'as.example.com'])
  expect([none.code, none.stderr]).toEqual([
    2,
    expect.stringContaining('dcr: this must be a URL that starts with https://'),
  ])
  const idle = await dcr(['doctor', 'https://as.example.com', '--name', 'App'])
  expect([idle.code, idle.stderr]).toEqual([
    2,
    expect.stringContaining('dcr: what is to be registered is for --probe'),
  ])
})
