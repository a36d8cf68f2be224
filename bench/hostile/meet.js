import { fork } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { startOrigins } from './origins.js'

/** Milliseconds that a client is given: far more than an honest server on this machine takes. */
export const DEADLINE = 5000
/** A client makes two requests in turn, each of which may use up its deadline; the third is for a busy machine. */
const DEADLINES = 3

/** Attempts at most: on a machine that stands still for a while, a client may give up before it meets the fault. */
const ATTEMPTS = 3

/**
 * Lets one client meet one server: right, wrong, hangs, or crashes; "not met" says nothing about the client.
 * `HOSTILE_DEBUG` in the environment prints what was seen.
 */
export async function meet(contender, fault) {
  let verdict = 'not met'
  for (let done = 0; done < ATTEMPTS && verdict === 'not met'; done++)
    verdict = await attempt(contender, fault)
  return verdict
}

async function attempt(contender, fault) {
  const canaries = {
    id: `id-${randomUUID()}`,
    secret: `secret-${randomUUID()}`,
    token: `token-${randomUUID()}`,
  }
  const origins = await startOrigins(fault, canaries)
  const { deadline = DEADLINE } = fault
  const module = fileURLToPath(new URL('attempt.js', import.meta.url))
  const child = fork(module, [contender, `${deadline}`], { silent: true })
  let printed = ''
  child.stdout.on('data', (text) => {
    printed += text
  })
  child.stderr.on('data', (text) => {
    printed += text
  })
  const ended = once(child, 'exit')
  try {
    await Promise.race([once(child, 'message'), ended.then(() => Promise.reject(new Error(printed)))])
    child.send({ issuer: origins.issuer, canaries })
    const facts = await Promise.race([
      once(child, 'message').then(([told]) => told),
      ended.then(() => undefined),
      new Promise((resolve) => setTimeout(resolve, DEADLINES * deadline, 'hangs').unref()),
    ])
    if (facts === 'hangs') return 'hangs'
    // A process that ended without a word has crashed.
    if (!facts) return 'crashes'
    if (!origins.met()) return 'not met'
    const seen = { ...facts, ...origins.seen, canaries, shown: facts.shown + printed }
    if (process.env.HOSTILE_DEBUG) console.error(fault.name, contender, seen)
    return fault.right(seen) ? 'right' : 'wrong'
  } finally {
    child.kill('SIGKILL')
    origins.close()
  }
}
