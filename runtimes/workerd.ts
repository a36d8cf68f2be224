import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { binaryOf, versionOf } from './binary.js'
import { bundle } from './bundle.js'
import type { Run } from './runtime.js'

const PACKAGE = '@cloudflare/workerd-linux-64'

/** One worker, which may call this machine. */
const CONFIGURATION = `
using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "suite", worker = .suite),
    (name = "internet", network = (allow = ["local"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "suite")],
);

const suite :Workerd.Worker = (
  modules = [(name = "worker.js", esModule = embed "worker.js")],
  compatibilityDate = "2026-06-01",
);
`

/** Runs the suite as a worker, in the runtime of Cloudflare. */
export const runInWorkerd: Run = async (project, servers) => {
  const workerd = binaryOf(PACKAGE, 'bin/workerd')
  const file = join(project.folder, 'worker.capnp')
  writeFileSync(join(project.folder, 'worker.js'), await bundle(project, 'worker.js', 'esm'))
  writeFileSync(file, CONFIGURATION)
  // It picks a free port, and tells which on descriptor 3.
  const runtime = spawn(workerd, ['serve', '--control-fd=3', file], {
    stdio: ['ignore', 'inherit', 'inherit', 'pipe'],
  })
  const exited = once(runtime, 'exit')
  try {
    const line = await Promise.race([
      once(createInterface({ input: runtime.stdio[3] as Readable }), 'line'),
      exited.then(() => Promise.reject(new Error('workerd did not start'))),
    ])
    const { port } = JSON.parse(`${line}`)
    const response = await fetch(`http://127.0.0.1:${port}/`, {
      method: 'POST',
      body: JSON.stringify(servers),
    })
    const answer = await response.text()
    if (!response.ok) throw new Error(`workerd answered ${response.status} ${answer}`)
    return { version: versionOf(PACKAGE), results: JSON.parse(answer) }
  } finally {
    runtime.kill()
    await exited
  }
}
