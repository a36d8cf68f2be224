import process from 'node:process'
import { CommandError, UsageError } from './errors.js'
import { EXIT, type ExitCode, exitCodeOf } from './exit-codes.js'
import { told } from './failure.js'
import { Invocation } from './invocation.js'
import { endsInTime, leaveInterrupted } from './leaving.js'
import type { Chosen } from './program.js'
import { rescue } from './rescuing.js'
import { terminalOf } from './terminal.js'

/** Ctrl-C, the end of a container or a job, and that of a terminal. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** Runs a command to its end, whatever that is. */
export async function run({ command, given, commands }: Chosen): Promise<ExitCode> {
  let invocation: Invocation
  try {
    invocation = new Invocation(given, commands)
  } catch (error) {
    return failed(error, command.name, false)
  }
  const interrupt = () => invocation.interrupt()
  for (const signal of SIGNALS) process.on(signal, interrupt)
  let isStuck = false
  try {
    const work = command.run(invocation)
    const late = invocation.interrupted.then(async () => {
      if (await endsInTime(work)) return work
      isStuck = true
      throw new CommandError('interrupted while it waited for a file or a store; nothing was under way')
    })
    return ended((await Promise.race([work, late])) ?? EXIT.done, invocation)
  } catch (error) {
    const code = failed(error, command.name, invocation.requests.isAnythingSent)
    await rescue(invocation, error)
    return ended(code, invocation)
  } finally {
    if (!isStuck) await invocation.close()
    for (const signal of SIGNALS) process.off(signal, interrupt)
    if (isStuck) leaveInterrupted()
  }
}

/** An interruption is no excuse for what is in doubt. */
function ended(code: ExitCode, { signal }: Invocation): ExitCode {
  return signal.aborted && code !== EXIT.unsafe ? EXIT.interrupted : code
}

/** Tells what is wrong with a command line. */
export function refuse(objection: string, command: string): ExitCode {
  return failed(new UsageError(objection), command, false)
}

function failed(error: unknown, command: string, isAnythingSent: boolean): ExitCode {
  const label = terminalOf(process.env).hasColours ? '\u001b[1;31mdcr:\u001b[0m' : 'dcr:'
  process.stderr.write(`${label} ${told(error, command)}\n`)
  return exitCodeOf(error, isAnythingSent)
}
