import { setTimeout } from 'node:timers/promises'
import { KIND } from './disk-store.js'
import type { Scene } from './invariants.js'
import { kill, startChild } from './processes.js'
import { randomBelow } from './seed.js'
import { insist } from './violation.js'

/** Processes that work in one store at the same time, two and two at the same client. */
export const TOGETHER = 4
const NAMES = ['one', 'other']

/** What they may say and do before the last of them is killed: each changes its client a time or two. */
const MOST_SAID = 10
/** As long as a request takes, so that any of its parts may be the last. */
const MOST_MILLISECONDS = 10

/** When a process is killed: so many milliseconds after so many things were said by all of them. */
export interface Moment {
  readonly said: number
  readonly milliseconds: number
}

export function randomMoment(): Moment {
  return { said: randomBelow(MOST_SAID), milliseconds: randomBelow(MOST_MILLISECONDS) }
}

/** What a process may be told that follows one which was killed in the middle of a request. */
const EXPECTED = new Set(['management_locked', 'registration_in_doubt'])

/**
 * Starts processes that want another client all the time, and kills each at its moment.
 *
 * @returns What they were promised, and how many clients they were given.
 */
export async function killTree(
  directory: string,
  issuer: Scene['server']['metadata'],
  label: string,
  moments: readonly Moment[],
): Promise<{ kept: Set<string>; results: number }> {
  let count = 0
  const waiting = new Set<() => void>()
  const hasSaid = (wanted: number) =>
    new Promise<void>((resolve) => {
      const look = () => {
        if (count < wanted) return
        waiting.delete(look)
        resolve()
      }
      waiting.add(look)
      look()
    })
  const children = moments.map((_, index) => {
    const name = NAMES[index % NAMES.length] ?? ''
    const place = { kind: KIND, directory } as const
    return startChild({ do: 'ensure for ever', place, issuer, name, label }, ({ said }) => {
      if (said !== 'ready') count++
      for (const look of waiting) look()
    })
  })
  await Promise.all(children.map((child) => child.next('ready')))
  for (const child of children) child.begin()
  const ends = await Promise.all(
    moments.map(async (moment, index) => {
      await hasSaid(moment.said)
      await setTimeout(moment.milliseconds)
      const child = children[index]
      if (child) await kill(child)
      return child?.ended
    }),
  )
  const said = children.flatMap((child) => child.said)
  insist(new Set(ends).size === 1 && ends[0] === 'SIGKILL', 'one had ended before it was killed', () => said)
  const isExpected = said.every((heard) => heard.said !== 'error' || EXPECTED.has(heard.code))
  insist(isExpected, 'a process failed', () => said)
  const kept = said.flatMap((heard) => (heard.said === 'kept' ? heard.credential : []))
  return { kept: new Set(kept), results: said.filter((heard) => heard.said === 'result').length }
}
