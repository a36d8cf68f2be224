/** Runs `worker.ts` in workerd, the runtime of Cloudflare's edge, and sends it what a user would. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { startProvider } from '../test/servers/oidc-provider.js'
import { say } from './say.js'

const provider = await startProvider()
say('Started', `an authorization server at ${provider.issuer}`)

const folder = mkdtempSync(join(tmpdir(), 'dcr-worker-'))
await build({
  entryPoints: [fileURLToPath(new URL('worker.ts', import.meta.url))],
  outfile: join(folder, 'worker.js'),
  bundle: true,
  // It fails for what only Node has.
  platform: 'neutral',
  mainFields: ['module', 'main'],
  conditions: ['workerd', 'worker'],
  format: 'esm',
  logLevel: 'error',
})
writeFileSync(join(folder, 'worker.capnp'), configuration())

// The binary is among what the tests with other servers need.
const { default: workerd } = createRequire(new URL('../interop/package.json', import.meta.url))('workerd')
// It picks a free port, and tells which on descriptor 3.
const runtime = spawn(workerd, ['serve', '--control-fd=3', join(folder, 'worker.capnp')], {
  stdio: ['ignore', 'inherit', 'inherit', 'pipe'],
})
const exited = once(runtime, 'exit')
try {
  const early = exited.then(() => Promise.reject(new Error('workerd did not start')))
  const line = await Promise.race([
    once(createInterface({ input: runtime.stdio[3] as Readable }), 'line'),
    early,
  ])
  const origin = `http://127.0.0.1:${JSON.parse(`${line}`).port}`
  say('Started', `workerd at ${origin}`)

  const document = await fetch(`${origin}/oauth/client.json`)
  say('Served', `${document.status} ${await document.text()}`)
  const logins = [await login(origin), await login(origin)]
  say('Redirected', `two users, as the same client: ${logins.join(', ')}`)
  if (logins[0] !== logins[1]) process.exitCode = 1
} finally {
  runtime.kill()
  await exited.catch(() => {})
  await provider.close()
  rmSync(folder, { recursive: true })
}

/** The client that a user who wants to log in is sent to the server with. */
async function login(origin: string): Promise<string> {
  const answer = await fetch(`${origin}/login`, { redirect: 'manual' })
  const place = answer.headers.get('location')
  if (!place) throw new Error(`the worker answered ${answer.status}: ${await answer.text()}`)
  return `${new URL(place).searchParams.get('client_id')}`
}

/** One worker, which may call this machine. */
function configuration(): string {
  return `
using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [(name = "worker", worker = .worker), (name = "internet", network = (allow = ["local"]))],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "worker")],
);

const worker :Workerd.Worker = (
  modules = [(name = "worker.js", esModule = embed "worker.js")],
  bindings = [(name = "ISSUER", text = "${provider.issuer}")],
  compatibilityDate = "2026-06-01",
);
`
}
