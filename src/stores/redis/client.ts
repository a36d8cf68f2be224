import { storeFailure } from '../failure.js'

/** A connected client of ioredis 5 or later, also one of a cluster, or of node-redis (`redis`) 4 or later. */
export type RedisClient =
  | { call(command: string, ...values: string[]): Promise<unknown> }
  | { sendCommand(words: string[]): Promise<unknown> }

/** What a person can do about it, by the code that Redis has sent. */
const REMEDIES: Record<string, string> = {
  OOM: 'let Redis have more memory (maxmemory)',
  READONLY: 'connect the client to the primary, not to a replica',
  NOAUTH: 'give the client the user and the password that Redis wants',
  WRONGPASS: 'give the client the user and the password that Redis wants',
  NOPERM: 'let its user use GET, SET, DEL, PEXPIRE, SCAN and EVAL, on all keys of the prefix',
  WRONGTYPE: 'something else has this name: pass another prefix',
  LOADING: 'Redis is reading its data from the disk: call again when it has',
  MISCONF: 'Redis cannot save to its disk: look at its log',
}

/** Ours, and what clients call an answer that does not come. */
const SILENCE = ['ETIMEDOUT', 'TimeoutError']

/** Why it cannot be used, if so. */
export function objectionTo(client: RedisClient): string | undefined {
  const { call, sendCommand, options } = Object(client)
  if (typeof call !== 'function' && typeof sendCommand !== 'function') {
    return 'the client must be one of ioredis or of node-redis'
  }
  // SCAN knows nothing of it: nothing would be listed.
  return options?.keyPrefix ? 'the client must have no keyPrefix: use the option prefix instead' : undefined
}

/** Every server that has keys of its own. */
export function mastersOf(client: RedisClient, place: string): RedisClient[] {
  const { nodes } = client as { nodes?: (role: 'master') => RedisClient[] }
  if (!nodes) return [client]
  const masters = nodes.call(client, 'master')
  if (masters.length > 0) return masters
  throw storeFailure('store_failed', `${place} cannot be listed: the client is not connected to its cluster`)
}

/**
 * Sends a command. Clients may wait for their connection for ever; here what has no answer in time has failed.
 *
 * @param place - What it is about, for errors.
 * @param timeout - Milliseconds.
 */
export async function ask(client: RedisClient, place: string, timeout: number, words: [string, ...string[]]) {
  let timer: ReturnType<typeof setTimeout> | undefined
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(reject, timeout, { code: 'ETIMEDOUT' })
  })
  // ioredis has a sendCommand too, which takes something else.
  const answer = async () => ('call' in client ? client.call(...words) : client.sendCommand(words))
  try {
    return await Promise.race([answer(), silence])
  } catch (error) {
    throw failure(place, timeout, error)
  } finally {
    clearTimeout(timer)
  }
}

/** A client may be set up to give bytes. */
export function textOf(reply: unknown): string | undefined {
  return reply === null || reply === undefined ? undefined : String(reply)
}

/** The error of a client may hold the command, and with it what was to be stored: its code is all that is told. */
function failure(place: string, timeout: number, error: unknown) {
  const { code, message, constructor: kind } = Object(error)
  // Redis begins its errors with a code: `NOAUTH Authentication required.`
  const [sent] = /^[A-Z]{2,32}(?= )/.exec(String(message)) ?? []
  if (sent !== undefined) {
    const remedy = REMEDIES[sent] ?? 'look up this code of Redis, and look at its log'
    return storeFailure('store_failed', `${place} was refused by Redis (${sent}): ${remedy}`, sent)
  }
  const system = [code, kind?.name].find((word) => typeof word === 'string' && /^\w{1,64}$/.test(word))
  const remedy = SILENCE.includes(system)
    ? `no answer came within ${timeout} ms: check that Redis runs, and that nothing keeps it busy`
    : 'check that Redis runs, and that the client is connected'
  return storeFailure('store_failed', `${place} is out of reach in Redis (${system}): ${remedy}`, system)
}
