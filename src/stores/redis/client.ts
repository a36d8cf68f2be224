import { storeFailure } from '../failure.js'

/** A connected client of ioredis 5 or later, also one of a cluster, or of node-redis (`redis`) 4 or later. */
export type RedisClient =
  | { call(command: string, ...values: string[]): Promise<unknown> }
  | { sendCommand(words: string[]): Promise<unknown> }

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
    throw failure(place, error)
  } finally {
    clearTimeout(timer)
  }
}

/** A client may be set up to give bytes. */
export function textOf(reply: unknown): string | undefined {
  return reply === null || reply === undefined ? undefined : String(reply)
}

/** The error of a client may hold the command, and with it what was to be stored: its code is all that is told. */
function failure(place: string, error: unknown) {
  const { code, message, constructor: kind } = Object(error)
  // Redis begins its errors with a code: `NOAUTH Authentication required.`
  const [inMessage] = /^[A-Z]+(?= )/.exec(String(message)) ?? []
  const system = [code, inMessage, kind?.name].find(
    (word) => typeof word === 'string' && /^\w{1,64}$/.test(word),
  )
  const remedy =
    'check that Redis runs, that the client is connected, and that it may use GET, SET, DEL, PEXPIRE, SCAN and EVAL'
  return storeFailure('store_failed', `${place} is out of reach in Redis (${system}): ${remedy}`, system)
}
