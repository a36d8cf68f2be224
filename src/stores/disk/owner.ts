import { createHash } from 'node:crypto'
import { readFile, readlink } from 'node:fs/promises'
import { hostname } from 'node:os'
import process from 'node:process'
import { codeOf } from './system-error.js'

/** The process that this code runs in, as far as others on its machine can recognise it. */
export interface Self {
  readonly machine: string
  /** When the process started, for the number of a dead process may be given to another. `-` where nobody tells. */
  readonly start: string
}

const UNKNOWN_START = '-'
const NAME = /^held-by\.(\d+)\.(\d+|-)\.([0-9a-f]{16})\.[0-9a-f-]{36}$/

let known: Self | undefined

export async function thisProcess(): Promise<Self> {
  if (known) return known
  const self = { machine: await thisMachine(), start: (await startOf('self')) ?? UNKNOWN_START }
  // What could not be read, for too many files were open, may be read later.
  if (self.start !== UNKNOWN_START) known = self
  return self
}

/** A name that nobody has had before. */
export function ownerName({ machine, start }: Self): string {
  return `held-by.${process.pid}.${start}.${machine}.${crypto.randomUUID()}`
}

/** For people, who look for it in a list of processes. */
export function ownerToTell(name: string, self: Self): string {
  const [, pid, , machine] = NAME.exec(name) ?? []
  if (pid === undefined) return 'a process that gave no name'
  return `process ${pid} of ${machine === self.machine ? 'this machine' : 'another machine or container'}`
}

/** Whether the process of that name is alive. Undefined if that cannot be known: it may be of another machine. */
export async function isAlive(name: string, self: Self): Promise<boolean | undefined> {
  const [, pid = '', start, machine] = NAME.exec(name) ?? []
  if (machine !== self.machine) return undefined
  if (isGone(Number(pid))) return false
  const found = await startOf(pid)
  return found === undefined || start === UNKNOWN_START ? undefined : found === start
}

function isGone(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return false
  } catch (error) {
    return codeOf(error) === 'ESRCH'
  }
}

/** As Linux tells it: ticks since it was booted. A process that nobody has waited for is dead, though it is listed. */
async function startOf(pid: string): Promise<string | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
    // The second field is the program's own choice of a name, in parentheses. This is the third, and the 22nd.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return 'ZXx'.includes(fields[0] ?? '') ? 'dead' : fields[19]
  } catch {
    return undefined
  }
}

/** Containers have numbers of processes of their own, and may share everything else. */
async function thisMachine(): Promise<string> {
  if (process.platform !== 'linux') return digest(`${process.platform} ${hostname()}`)
  try {
    const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8')
    return digest(`${boot} ${await readlink('/proc/self/ns/pid')} ${hostname()}`)
  } catch {
    // Then none that any other process has.
    return digest(crypto.randomUUID())
  }
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16)
}
