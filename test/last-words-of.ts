import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { expect, onTestFinished } from 'vitest'

/** Milliseconds: less than any timer of the library, so that one that is left behind is noticed. */
const LINGERING = 9000

/**
 * What a process prints, which is to end by itself when it has. It may take its time until then: on a busy machine, to
 * start takes longer than all that it does.
 */
export async function lastWordsOf(child: ChildProcess): Promise<string> {
  onTestFinished(() => void child.kill('SIGKILL'))
  let printed = ''
  let timer: NodeJS.Timeout | undefined
  child.stdout?.setEncoding('utf8').on('data', (text) => {
    printed += text
    timer ??= setTimeout(() => child.kill(), LINGERING)
  })
  await once(child, 'close').finally(() => clearTimeout(timer))
  expect(child.signalCode, 'it was killed, as it did not end').toBeNull()
  return printed
}
