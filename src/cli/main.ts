import process from 'node:process'
import { CommanderError } from 'commander'
import { catalogue } from './catalogue.js'
import type { ExitCode } from './exit-codes.js'
import { type Chosen, chosenBy } from './program.js'
import { secretArgument } from './secret-argument.js'
import { version } from './version.js'

/**
 * Runs the command of a command line. All that the help does not need is loaded afterwards: it is there at once.
 *
 * @param line - Without the program itself.
 */
export async function main(line: readonly string[]): Promise<ExitCode> {
  const objection = secretArgument(line) ?? (await chosenOr(line))
  if (objection === 'done') return 0
  const { run, refuse } = await import('./run.js')
  if (typeof objection !== 'string') return run(objection)
  return refuse(objection, catalogue.find(({ name }) => line[0] === name)?.name ?? '')
}

/** What is chosen; `done`, where that was help; or what is wrong. */
async function chosenOr(line: readonly string[]): Promise<Chosen | string> {
  try {
    return (await chosenBy(line, version(), (text) => process.stdout.write(text))) ?? 'done'
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    if (error.exitCode === 0) return 'done'
    // Of a command that is not there, the help is that of all: it ends as if there were none.
    return misunderstood(line[0] === 'help' && line[1] ? unknown(line[1]) : error)
  }
}

function unknown(command: string): CommanderError {
  return new CommanderError(2, 'commander.unknownCommand', `unknown command '${command}'`)
}

/** What was given as an option's value, or in the place of a command, may be a secret, and is not repeated. */
function misunderstood({ code, message }: CommanderError): string {
  if (code === 'commander.help') return 'a command is missing'
  return message
    .replace(/^error: /, '')
    .replace(/^(unknown option '(?:--[^=]*|-\w)).*'/s, "$1'")
    .replace(/^(unknown command) '(?![a-z]{1,16}').*'/s, '$1')
    .replace(/^(option '[^']*' argument) '.*?' (is invalid)/s, '$1 $2')
}
