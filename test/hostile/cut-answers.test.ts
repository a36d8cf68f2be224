import { randomUUID } from 'node:crypto'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { failureOf } from '../failure-of.js'
import {
  bytesOf,
  type EvilAnswer,
  type EvilServer,
  type HonestAnswer,
  type Method,
  startEvilServer,
} from '../servers/evil-server.js'
import { checkInvariants } from './evil-invariants.js'
import { CHANGED, keepers, type Life, METADATA } from './evil-scenes.js'

/* Answers that are cut after every fifth of their bytes, when the server has done what was asked. */

beforeEach(() => void vi.spyOn(Math, 'random').mockReturnValue(0))

/** As long as the answers of the server: its port has five digits. */
const LIKENESS = {
  ...METADATA,
  client_id: randomUUID(),
  client_secret: randomUUID(),
  client_secret_expires_at: 0,
  registration_access_token: randomUUID(),
  registration_client_uri: `http://127.0.0.1:12345/clients/${randomUUID()}`,
}
const whole = ({ status, json }: HonestAnswer) => bytesOf(status, json)
/** Without a length, the end of the connection is the end of the body: nothing tells that it was cut. */
const withoutLength = (honest: HonestAnswer) =>
  Buffer.from(
    whole(honest)
      .toString()
      .replace(/content-length: \d+\r\n/, ''),
  )

const cutAfter =
  (count: number, bytes = whole) =>
  (honest: HonestAnswer): EvilAnswer => {
    const all = bytes(honest)
    // It is shorter where the port of the server has fewer digits, and cut all the same.
    return { bytes: all.subarray(0, Math.min(count, all.length - 1)), end: count % 2 ? 'RST' : 'FIN' }
  }
const counts = (length: number, first = 0) =>
  Array.from({ length: length - first }, (_, index) => first + index)

const fifths = (length: number) => counts(length).filter((count) => count % 5 === 0)

/** A store in files waits for the disk: it takes its turn at each 50th byte, that in memory at all others. */
function lifeAt(count: number, server: EvilServer): Life {
  const [client, registrar, clientOfFiles, registrarOfFiles] = keepers
  const turn = count % 50 < 2 ? [clientOfFiles, registrarOfFiles] : [client, registrar]
  const [, open] = turn[count % 2] ?? []
  return open?.(server) ?? expect.fail('nothing keeps clients')
}

const registration = (bytes: typeof whole) => async (count: number) => {
  const server = await startEvilServer({ answers: [cutAfter(count, bytes)] })
  const life = lifeAt(count, server)
  await expect(life.register()).rejects.toMatchObject({ name: 'DcrError' })
  expect(server.log).toEqual(['POST'])
  await checkInvariants(server, life.store, 1)
}

describe('the answer to a registration', () => {
  const honest: HonestAnswer = { method: 'POST', status: 201, json: LIKENESS }
  const { length } = whole(honest)
  test.each(fifths(length))('G098: is cut after byte %i', registration(whole))

  const open = withoutLength(honest)
  const bodies = counts(open.length, open.indexOf('\r\n\r\n')).filter((count) => count % 25 === 0)
  test.each(bodies)('G101: ends with the connection, after byte %i', registration(withoutLength))
})

describe('the answer to an update', () => {
  const { length } = bytesOf(200, { ...LIKENESS, client_name: CHANGED.client_name })
  test.each(fifths(length))('L198, L199: is cut after byte %i', async (count) => {
    // Every other has a new token, and the old one is void then.
    const rotates: Method[] = count % 4 < 2 ? ['PUT'] : []
    const server = await startEvilServer({ rotates })
    const life = lifeAt(count, server)
    await life.register()
    server.behave({ rotates, answers: [cutAfter(count)] })
    const updated = life.update()
    // Without a new token a read finds the update done; with one, there may be nothing to ask with any more.
    if (rotates.length === 0) await expect(updated).resolves.toMatchObject(CHANGED)
    else expect((await failureOf(updated)).code).toMatch(/^(management_locked|network_error)$/)
    expect(server.log.join(' ')).toMatch(/^POST PUT( GET)?$/)
    await checkInvariants(server, life.store, 1)
  })
})
