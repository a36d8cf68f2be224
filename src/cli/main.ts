import process from 'node:process'
import { CommanderError } from 'commander'
import { UsageError } from './errors.js'
import { EXIT, type ExitCode, exitCodeOf } from './exit-codes.js'
import { told } from './failure.js'
import { Invocation } from './invocation.js'
import { type Chosen, chosenBy } from './program.js'
import { refuseSecretArguments } from './secrets.js'
import { terminalOf } from './terminal.js'
import { version } from './version.js'

/**
 * Runs the command of a command line.
 *
 * @param line - Without the program itself.
 */
export async function main(line: readonly string[]): Promise<ExitCode> {
  let chosen: Chosen | undefined
  try {
    refuseSecretArguments(line)
    chosen = await chosenBy(line, version(), (text) => process.stdout.write(text))
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return EXIT.done
    return refused(error instanceof CommanderError ? misunderstood(error) : error, '')
  }
  return chosen ? run(chosen) : EXIT.done
}

async function run({ command, given }: Chosen): Promise<ExitCode> {
  let invocation: Invocation
  try {
    invocation = new Invocation(given)
  } catch (error) {
    return refused(error, command.name)
  }
  const interrupt = () => invocation.interrupt()
  for (const signal of SIGNALS) process.on(signal, interrupt)
  try {
    const code = (await command.run(invocation)) ?? EXIT.done
    return invocation.signal.aborted ? EXIT.interrupted : code
  } catch (error) {
    const code = refused(error, command.name, invocation.requests.isAnythingSent)
    return invocation.signal.aborted ? EXIT.interrupted : code
  } finally {
    await invocation.close()
    for (const signal of SIGNALS) process.off(signal, interrupt)
  }
}

const SIGNALS = ['SIGINT', 'SIGTERM'] as const

function refused(error: unknown, command: string, isAnythingSent = false): ExitCode {
  const label = terminalOf(process.env).hasColours ? '\u001b[1;31mdcr:\u001b[0m' : 'dcr:'
  process.stderr.write(`${label} ${told(error, command)}\n`)
  return exitCodeOf(error, isAnythingSent)
}

/** What was given as the value of an option may be a secret, and is not repeated. */
function misunderstood({ code, message }: CommanderError): Error {
  if (code === 'commander.help') return new UsageError('a command is missing')
  const what = message.replace(/^error: /, '').replace(/('--?[\w-]+)=[^']*'/s, "$1'")
  return new UsageError(what.replace(/^(option '[^']*' argument) '.*?' (is invalid)/s, '$1 $2'))
}
