import type { Failure } from './broken-disk.js'
import { KIND } from './disk-store.js'
import { newDirectory } from './folders.js'
import { startChild } from './processes.js'
import { scenarios } from './scenarios.js'
import { isShort } from './seed.js'
import { insist } from './violation.js'

/** Processes at a time: more than a small machine has cores, as they wait for locks that could not be released. */
const LANES = 4

/** A full disk stays full, and one that cannot be written to stays so; the others may be a moment's. */
const ALL: readonly Failure[] = [
  { code: 'ENOSPC', lasts: true },
  { code: 'EIO', lasts: false },
  { code: 'EACCES', lasts: false },
  { code: 'EROFS', lasts: true },
]
const FAILURES = isShort ? ALL.slice(0, 2) : ALL

/** Without the one that does no more with files than another, and less. */
const played = scenarios.filter(({ management }) => management !== 'none')

async function inProcess(scenario: string, failure: Failure): Promise<number> {
  const place = { kind: KIND, directory: await newDirectory() } as const
  const child = startChild({ do: 'break', place, scenario, failure })
  await child.next('ready')
  child.begin()
  const { times } = await child.next('broken')
  insist((await child.ended) === 0, 'a process failed', () => child.said)
  return times
}

/** Has every operation of the disk fail, in every way, while a process registers, replaces and changes clients. */
export async function failures(): Promise<string> {
  const waiting = played.flatMap(({ name }) => FAILURES.map((failure) => ({ name, failure })))
  const counts: number[] = []
  const lane = async () => {
    for (let next = waiting.pop(); next; next = waiting.pop()) {
      counts.push(await inProcess(next.name, next.failure))
    }
  }
  await Promise.all(Array.from({ length: LANES }, lane))
  const total = counts.reduce((sum, count) => sum + count, 0)
  const codes = FAILURES.map(({ code }) => code).join(', ')
  return `${total} failures (${codes}) in ${played.length} scenarios: each told, nothing lost or half written`
}
