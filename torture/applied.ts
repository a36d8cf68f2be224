import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { KIND } from './disk-store.js'
import { newDirectory } from './folders.js'
import { isShort, randomBelow } from './seed.js'
import { type Server, startServer } from './server.js'
import { insist } from './violation.js'

const CLIENTS = isShort ? 150 : 1000
const KILLS = isShort ? 15 : 100
/** As `dcr` has it by default: as many requests of a process can be under way when it is killed. */
const AT_A_TIME = 4
/** Registrations before a kill, on average: fewer than would be the end of it before the last kill. */
const BEFORE_A_KILL = Math.floor((0.9 * CLIENTS) / KILLS)
/** Milliseconds in which a process starts, and in which a registration is under way. */
const STARTING = 400
const REGISTERING = 6

const DCR = fileURLToPath(new URL('../dist/cli.js', import.meta.url))

/** A line of `dcr list` or `dcr orphans`. */
interface Listed {
  readonly id: string
  readonly client_id?: string
  readonly client_name?: string
  readonly reason?: string
}

/** The command `dcr` with one manifest and one store. */
class Operator {
  constructor(
    readonly manifest: string,
    readonly store: string,
  ) {}

  start(...line: string[]) {
    const stdio = ['ignore', 'pipe', 'pipe'] as const
    return spawn(process.execPath, [DCR, ...line, '--store', `${KIND}:${this.store}`], { stdio: [...stdio] })
  }

  apply() {
    return this.start('apply', this.manifest, '--allow-insecure-requests')
  }

  async end(child: ReturnType<Operator['start']>) {
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
    return { code: child.exitCode, stdout, stderr }
  }

  async list(command: 'list' | 'orphans'): Promise<Listed[]> {
    return JSON.parse((await this.end(this.start(command))).stdout)
  }
}

/** Kills `dcr apply` again and again at random moments, and has it finish: no client is there that nobody knows of. */
export async function applied(): Promise<string> {
  const server = await startServer('rotating')
  const store = await newDirectory()
  const manifest = `${store}.json`
  await writeFile(manifest, JSON.stringify(wanted(server.metadata.issuer)))
  const operator = new Operator(manifest, store)
  let kills = 0
  for (; kills < KILLS; kills++) if (!(await isKilled(operator, server))) break
  insist(kills > KILLS / 2, `all was done after ${kills} kills`)

  const first = await operator.end(operator.apply())
  const doubtful = await settled(operator, server, first, kills)
  const { size } = server.clients
  const sent = server.log.length
  const again = await operator.end(operator.apply())
  insist(again.code === 0 && server.log.length === sent, 'the second apply sent something', () => again)
  await server.close()
  const surplus = size - CLIENTS
  return `${CLIENTS} clients, ${kills} kills: ${surplus} clients too many, each listed; ${doubtful} were asked for twice in vain, and settled by hand`
}

function wanted(issuer: string): object {
  const names = Array.from({ length: CLIENTS }, (_, index) => `client-${index + 1}`)
  const clientOf = (client_name: string) => ({
    server: 'one',
    metadata: { client_name, redirect_uris: [`https://${client_name}.example.com/cb`] },
  })
  return {
    version: 1,
    servers: { one: { issuer, concurrency: AT_A_TIME } },
    clients: Object.fromEntries(names.map((name) => [name, clientOf(name)])),
  }
}

/** @returns Whether the kill came before the end. */
async function isKilled(operator: Operator, server: Server): Promise<boolean> {
  const registrations = randomBelow(2 * BEFORE_A_KILL + 1)
  const moment = randomBelow(registrations === 0 ? STARTING : REGISTERING)
  const before = server.count('POST')
  const child = operator.apply()
  const ended = operator.end(child)
  while (child.exitCode === null && server.count('POST') < before + registrations) await pause(1)
  await pause(moment)
  child.kill('SIGKILL')
  const { code } = await ended
  // Of a process that is dead the server answers what it has read by then.
  await server.quiet()
  return code === null
}

/**
 * Checks that each client of the server is in force or listed, and settles as an operator does who can see what the server
 * has: what was in doubt twice is asked for a third time only when somebody has looked.
 *
 * @returns How many there were of these.
 */
async function settled(
  operator: Operator,
  server: Server,
  { code, stdout, stderr }: { code: number | null; stdout: string; stderr: string },
  kills: number,
): Promise<number> {
  const kept = await operator.list('list')
  const listed = await operator.list('orphans')
  const identifiers = new Set([...kept, ...listed].map(({ client_id }) => client_id))
  const doubts = listed.filter(({ reason }) => reason === 'in_doubt').map(({ client_name }) => client_name)
  for (const { client_id, client_name } of server.clients.values()) {
    if (identifiers.has(client_id)) continue
    const doubt = doubts.indexOf(client_name)
    insist(doubt >= 0, 'the server has a client that is neither kept nor listed', () => ({
      client_id,
      listed,
    }))
    doubts.splice(doubt, 1)
  }
  const surplus = server.clients.size - kept.length
  insist(surplus <= kills * AT_A_TIME, `${surplus} clients too many after ${kills} kills`)
  if (code === 0) return 0

  const rows = JSON.parse(stdout) as { action: string; error?: string }[]
  const failed = rows.filter(({ action }) => action === 'failed')
  const isDoubt = failed.every(({ error }) => error === 'registration_in_doubt')
  insist(isDoubt && failed.length > 0, 'apply failed', () => stderr)
  const ids = listed.filter(({ reason }) => reason === 'in_doubt').flatMap(({ id }) => ['--forget', id])
  const forgotten = await operator.end(operator.start('orphans', ...ids))
  insist(forgotten.code === 0, 'what is in doubt could not be forgotten', () => forgotten)
  const last = await operator.end(operator.apply())
  insist(last.code === 0, 'apply failed although nothing was in doubt', () => last)
  return failed.length
}
