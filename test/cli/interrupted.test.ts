import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { dcr, emptyFolder, MANY_PROCESSES, type Running, startDcr } from './run-dcr.js'

const HTTP = '--allow-insecure-requests'

interface HoldingServer {
  readonly issuer: string
  /** Methods and paths that were asked. */
  readonly asked: string[]
  /** The next request of that method, whose answer waits. */
  held(): Promise<ServerResponse>
}

/** A server that holds its answers to the requests of one method until the test gives them. */
async function startHolding(method: 'GET' | 'POST'): Promise<HoldingServer> {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(`${request.method}`)
    request.resume().on('end', () => {
      if (request.method === method) server.emit('held', response)
      else response.end(JSON.stringify({ issuer, registration_endpoint: `${issuer}/register` }))
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return { issuer, asked, held: async () => (await once(server, 'held'))[0] }
}

/** Waits until the process has said something on stderr. */
function said({ child }: Running, words: string): Promise<void> {
  let text = ''
  return new Promise((resolve, reject) => {
    child.stderr
      ?.on('data', (chunk) => {
        text += chunk
        if (text.includes(words)) resolve()
      })
      .on('close', () => reject(new Error(`it has not said "${words}", but: ${text}`)))
  })
}

const CLIENT = { client_id: 'abc', client_secret: 'secret-0123456789', client_secret_expires_at: 0 }

test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
  '%s in the middle of a registration waits for its answer, and keeps it',
  {
    timeout: MANY_PROCESSES,
  },
  async (signal) => {
    const folder = emptyFolder()
    const server = await startHolding('POST')
    const held = server.held()
    const running = startDcr(['register', server.issuer, '--name', 'App', HTTP], { folder })
    const response = await held
    const waits = said(running, 'Interrupted')
    running.child.kill(signal)
    await waits
    response.writeHead(201, { 'content-type': 'application/json' }).end(JSON.stringify(CLIENT))

    const { code, stdout, stderr } = await running.result
    expect([code, JSON.parse(stdout).client_id]).toEqual([130, 'abc'])
    expect(stderr).toContain(
      'Interrupted: what was sent is waited for. Press Ctrl-C again to give that up.\n',
    )
    expect(stdout + stderr).not.toContain(CLIENT.client_secret)
    expect(JSON.parse((await dcr(['list'], { folder })).stdout)).toMatchObject([{ client_id: 'abc' }])
    expect((await dcr(['orphans'], { folder })).stdout).toBe('[]\n')
  },
)

test('a second Ctrl-C gives up the answer, and what may be there is listed', {
  timeout: MANY_PROCESSES,
}, async () => {
  const folder = emptyFolder()
  const server = await startHolding('POST')
  const held = server.held()
  const running = startDcr(['register', server.issuer, '--name', 'App', HTTP], { folder })
  await held
  const waits = said(running, 'Interrupted')
  running.child.kill('SIGINT')
  await waits
  running.child.kill('SIGINT')

  const { code, stdout, stderr } = await running.result
  expect([code, stdout]).toEqual([4, ''])
  expect(stderr).toContain('was aborted. It may have been done.')
  expect((await dcr(['list'], { folder })).stdout).toBe('[]\n')
  const orphans = JSON.parse((await dcr(['orphans'], { folder })).stdout)
  expect(orphans).toMatchObject([{ issuer: server.issuer, reason: 'in_doubt', client_name: 'App' }])
  const forgotten = await dcr(['orphans', '--forget', orphans[0].id.slice(0, 8)], { folder })
  expect([forgotten.code, JSON.parse(forgotten.stdout)]).toEqual([0, { forgotten: orphans }])
  expect((await dcr(['orphans'], { folder })).stdout).toBe('[]\n')
})

test('Ctrl-C before anything was sent that matters ends at once, and leaves nothing', {
  timeout: MANY_PROCESSES,
}, async () => {
  const folder = emptyFolder()
  const server = await startHolding('GET')
  const held = server.held()
  const running = startDcr(['register', server.issuer, '--name', 'App', HTTP], { folder })
  await held
  running.child.kill('SIGINT')
  const { code, stdout, stderr } = await running.result
  expect([code, stdout]).toEqual([130, ''])
  expect(stderr).toContain('was aborted.')
  expect(server.asked).not.toContain('POST')
  expect((await dcr(['list'], { folder })).stdout).toBe('[]\n')
  expect((await dcr(['orphans'], { folder })).stdout).toBe('[]\n')
})

test('Ctrl-C in the middle of a probe deletes what the doctor has registered', {
  timeout: MANY_PROCESSES,
}, async () => {
  const folder = emptyFolder()
  const server = await startHolding('POST')
  const held = server.held()
  const running = startDcr(['doctor', server.issuer, '--probe', HTTP], { folder })
  const response = await held
  const waits = said(running, 'Interrupted')
  running.child.kill('SIGINT')
  await waits
  const managed = {
    registration_access_token: 'token',
    registration_client_uri: `${server.issuer}/register/abc`,
  }
  response
    .writeHead(201, { 'content-type': 'application/json' })
    .end(JSON.stringify({ ...CLIENT, ...managed }))

  const { code, stdout, stderr } = await running.result
  expect([code, stdout]).toEqual([130, ''])
  expect(stderr).toContain('dcr: doctor: was aborted. Nothing was changed.\n')
  expect(server.asked.filter((method) => method !== 'GET' && method !== 'OPTIONS')).toEqual([
    'POST',
    'DELETE',
  ])
  expect((await dcr(['orphans'], { folder })).stdout).toBe('[]\n')
  expect((await dcr(['list'], { folder })).stdout).toBe('[]\n')
})
