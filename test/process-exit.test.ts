import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { expect, onTestFinished, test } from 'vitest'
import { startScripted } from './servers/scripted.js'

/** Runs code in a fresh process, which is to end by itself; resolves for what it returned. */
async function run(code: string, origin: string): Promise<unknown> {
  const program = `
    const { DcrClient } = await import('${new URL('../src/index.ts', import.meta.url)}')
    const server = { issuer: '${origin}', registration_endpoint: '${origin}/register' }
    const register = (options) =>
      new DcrClient(server, { allowInsecureRequests: true, ...options }).register({}).catch((error) => ({ ...error }))
    console.log(JSON.stringify(await (async () => { ${code} })()))`
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
    // Less than this test has, and than any timer of the library that is left behind.
    timeout: 9000,
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const [printed] = await Promise.all([text(child.stdout), once(child, 'exit')])
  expect(child.signalCode, 'it was killed, as it did not end').toBeNull()
  return JSON.parse(printed)
}

test('the first request of a process, to a server that hangs up, ends by the deadline', async () => {
  const server = await startScripted('hang up')
  const error = await run('return register({ timeout: 500 })', server.origin)
  expect(error).toMatchObject({ outcome: 'unknown', attempts: 1 })
  expect(server.connections).toBe(1)
})

test('nothing is left behind that keeps a process alive', async () => {
  const created = { status: 201, body: { client_id: 'c1' } }
  const later = { status: 429, headers: { 'retry-after': '20' } }
  const server = await startScripted(created, 'never answer', later, 'drip', 'close')
  const results = await run(
    `const results = [await register()]
    for (let i = 0; i < 3; i++) results.push(await register({ signal: AbortSignal.timeout(300) }))
    return [...results, await register()]`,
    server.origin,
  )
  expect(results).toMatchObject([
    { client_id: 'c1' },
    { code: 'aborted' },
    { code: 'aborted' },
    { code: 'aborted' },
    { code: 'network_error' },
  ])
})
