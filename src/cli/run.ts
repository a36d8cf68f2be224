import process from 'node:process'
import { UsageError } from './errors.js'
import { EXIT, type ExitCode, exitCodeOf } from './exit-codes.js'
import { told } from './failure.js'
import { Invocation } from './invocation.js'
import type { Chosen } from './program.js'
import { terminalOf } from './terminal.js'

const SIGNALS = ['SIGINT', 'SIGTERM'] as const

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
  try {
    const code = (await command.run(invocation)) ?? EXIT.done
    return invocation.signal.aborted ? EXIT.interrupted : code
  } catch (error) {
    const code = failed(error, command.name, invocation.requests.isAnythingSent)
    return invocation.signal.aborted ? EXIT.interrupted : code
  } finally {
    await invocation.close()
    for (const signal of SIGNALS) process.off(signal, interrupt)
  }
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
