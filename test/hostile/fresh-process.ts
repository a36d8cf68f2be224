import { spawn } from 'node:child_process'
import { lastWordsOf } from '../last-words-of.js'

interface ProcessOptions {
  readonly env?: Record<string, string>
  /** Most files and sockets that it may have open. */
  readonly files?: number
}

/** Milliseconds for a test that starts a process: on a busy machine, that alone can take ten seconds. */
export const FRESH_PROCESS = 60_000

/** Milliseconds that an end may come after its deadline, by timers that are as late as those of the calls. */
const LATENESS = 250

/**
 * Runs code in a fresh process, which is to end by itself; resolves for what it returned. The code has `DcrClient`;
 * `tell`, which makes of an error what can be printed; and `endsBy`, which tells whether a promise settles in time.
 */
export async function inFreshProcess(code: string, { env = {}, files }: ProcessOptions = {}) {
  const program = `
    const { DcrClient } = await import('${new URL('../../src/index.ts', import.meta.url)}')
    const tell = (promise) => promise.catch(({ code, outcome, attempts, cause, message }) => ({ code, outcome, attempts, cause, message }))
    const endsBy = (timeout, promise) => new Promise((resolve) => {
      let timer = setTimeout(() => { timer = setTimeout(() => resolve(false), ${LATENESS}) }, timeout)
      promise.finally(() => { clearTimeout(timer); resolve(true) })
    })
    console.log(JSON.stringify(await (async () => { ${code} })()))`
  const node = [process.execPath, '--import', 'tsx', '--input-type=module', '--eval', program]
  const [command = '', ...given] = files ? ['sh', '-c', `ulimit -n ${files}; exec "$@"`, 'sh', ...node] : node
  const child = spawn(command, given, {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...env },
  })
  return JSON.parse(await lastWordsOf(child))
}
