/** Runs every example, each in a process of its own, and fails if one fails: `npm run examples`. */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const examples = [
  'web-app.ts',
  'machine-to-machine.ts',
  'onboard.ts',
  'replicas.ts',
  'edge-worker.ts',
  // Where the MCP SDK is.
  '../interop/agent-runtime.ts',
]
/** Milliseconds; the slowest takes some seconds on a machine that has other work. */
const LONGEST = 60_000

const failed = examples.filter((example) => {
  console.log(`\n${example}`)
  const file = fileURLToPath(new URL(example, import.meta.url))
  const options = { stdio: 'inherit', timeout: LONGEST } as const
  return spawnSync(process.execPath, [...process.execArgv, file], options).status !== 0
})
if (failed.length > 0) {
  console.error(`\nFailed: ${failed.join(', ')}`)
  process.exitCode = 1
}
