import { KIND, storeIn } from './disk-store.js'
import { newDirectory } from './folders.js'
import { kill, startChild } from './processes.js'
import { numberIn } from './texts.js'
import { insist } from './violation.js'

const WRITERS = 4
/** Saves by each of them. */
const TIMES = 250
const READERS = 2

const KEY = 'one that all of them write'

/** While processes write as fast as they can, readers see whole saves only, and none older than the one before. */
export async function torn(): Promise<string> {
  const directory = await newDirectory()
  const anywhere = { place: { kind: KIND, directory }, key: KEY } as const
  const readers = Array.from({ length: READERS }, () => startChild({ do: 'read', ...anywhere }))
  const writers = Array.from({ length: WRITERS }, () =>
    startChild({ do: 'write', ...anywhere, times: TIMES }),
  )
  const children = [...readers, ...writers]
  await Promise.all(children.map((child) => child.next('ready')))
  for (const child of children) child.begin()

  const ends = await Promise.all(writers.map(({ ended }) => ended))
  await Promise.all(readers.map(kill))
  const said = children.flatMap((child) => child.said)
  insist(!said.some((heard) => heard.said === 'error'), 'a process failed', () => said)
  insist(
    ends.every((end) => end === 0),
    'a writer ended early',
    () => ends,
  )
  const saves = await numberIn(storeIn(directory), KEY)
  insist(saves === WRITERS * TIMES, `of ${WRITERS * TIMES} saves, ${saves} were counted: some were lost`)

  const reads = readers.map((child) =>
    Math.max(0, ...child.said.map((heard) => (heard.said === 'read' ? heard.times : 0))),
  )
  insist(
    reads.every((count) => count > 0),
    'a reader read nothing',
  )
  return `${saves} saves by ${WRITERS} processes, ${reads.reduce((sum, count) => sum + count)} reads, none torn`
}
