import process from 'node:process'
import type { ExitCode } from './exit-codes.js'

const FAILED = 1 satisfies ExitCode

/**
 * Goes on where stdout or stderr cannot be written to: what was sent is still to be finished and saved. A result that was
 * not written is told, and is no success; who has closed a pipe has seen enough of it.
 */
export function surviveBrokenOutput(): void {
  let isWritten = true
  process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => {
    if (code === 'EPIPE' || !isWritten) return
    isWritten = false
    process.stderr.write(`dcr: the result could not be written (${code}); what was done is done\n`)
  })
  // There is nobody to tell.
  process.stderr.on('error', () => {})
  process.once('exit', () => {
    if (!isWritten && process.exitCode === 0) process.exitCode = FAILED
  })
}
