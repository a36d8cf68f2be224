import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { fileStore } from '../../src/stores/file/index.js'
import { registrationKey } from '../../src/stores/store.js'
import { startAuthorizationServer } from '../registrar/authorization-server.js'
import { dcr, emptyFolder, MANY_PROCESSES, type Running, startDcr } from './run-dcr.js'

/* Ctrl-C where nothing is under way any more: whoever only waits is ended at once. */

/** Milliseconds: more than a process takes on a busy machine, and half of what each would wait. */
const AT_ONCE = 12_000
const PATIENCE = 28_000

const OPTIONS = ['--allow-insecure-requests', '--store', 'file:kept']

test('for as long as a server has asked to wait', { timeout: MANY_PROCESSES }, async () => {
  const server = createServer((request, response) => {
    if (request.method === 'GET')
      return response.end(JSON.stringify({ issuer, registration_endpoint: `${issuer}/register` }))
    return response.writeHead(429, { 'retry-after': '25' }).end('{}', () => server.emit('told'))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const told = once(server, 'told')
  const folder = emptyFolder()
  const line = ['register', issuer, '--name', 'App', ...OPTIONS]
  const start = performance.now()
  const running = startDcr(line, { folder, timeout: PATIENCE })
  await told
  running.child.kill('SIGINT')
  expect(await running.result).toMatchObject({ code: 130, stdout: '' })
  expect(performance.now() - start).toBeLessThan(AT_ONCE)
  expect((await dcr(['orphans', ...OPTIONS], { folder })).stdout).toBe('[]\n')
})

test('for the turn of another, when one of two is dealt with', { timeout: MANY_PROCESSES }, async () => {
  const server = await startAuthorizationServer()
  const folder = emptyFolder()
  const store = fileStore({ directory: join(folder, 'kept') })
  const { origin: issuer, metadata } = server
  for (const id of ['one', 'two']) {
    const client = {
      client_id: id,
      registration_access_token: `token-${id}`,
      registration_client_uri: `${issuer}/register/${id}`,
    }
    server.clients.set(id, client)
    const orphans = [{ id, reason: 'removed', at: 0, client } as const]
    await store.set(registrationKey(issuer, id), { issuer, name: id, server: metadata, orphans })
  }
  const [, [key] = expect.fail('two are kept')] = await store.list()
  let running: Running | undefined
  server.lose('DELETE', () => {
    // Its answer is on its way first.
    setImmediate(() => running?.child.kill('SIGINT'))
    return { status: 204 }
  })
  const start = performance.now()
  const { code, stdout, stderr } = await store.lock(key, () => {
    running = startDcr(['orphans', '--collect', ...OPTIONS], { folder, timeout: PATIENCE })
    return running.result
  })
  expect(performance.now() - start).toBeLessThan(AT_ONCE)
  expect([code, server.asked]).toEqual([130, 'DELETE'])
  expect(JSON.parse(stdout)).toMatchObject({ deleted: [{}], left: [{}] })
  expect(stderr).toContain('was aborted. Nothing was sent.')
})
