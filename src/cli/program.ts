import { Argument, Command as Program, Option as ProgramOption } from 'commander'
import { catalogue } from './catalogue.js'
import type { Command, Option } from './command.js'
import { MEANINGS } from './exit-meanings.js'
import type { Given } from './invocation.js'

/** A command that is to be run, and what it was given. */
export interface Chosen {
  readonly command: Command
  readonly given: Given
  /** Loads all commands there are. */
  readonly commands: () => Promise<readonly Command[]>
}

const DESCRIPTION = `Registers OAuth 2.0 and OpenID Connect clients at authorization servers (RFC 7591), keeps them, and reads, changes and deletes them (RFC 7592).`

/**
 * Reads the command line. Of the commands those are loaded that it names.
 *
 * @param write - Where help goes that was asked for.
 * @returns The command, or undefined where help or the version was asked for.
 * @throws {CommanderError} What was given is not understood.
 */
export async function chosenBy(
  line: readonly string[],
  version: string,
  write: (text: string) => void,
): Promise<Chosen | undefined> {
  let chosen: Chosen | undefined
  const program = new Program('dcr')
    .description(DESCRIPTION)
    .version(version, '-V, --version', 'Print the version')
    .helpOption('-h, --help', 'Show this help')
    .helpCommand('help [command]', 'Show the help of a command')
    .exitOverride()
    .configureOutput({ writeOut: write, writeErr: () => {} })
  for (const { name, summary, load } of catalogue) {
    const part = program.command(name).description(summary).helpOption('-h, --help', 'Show this help')
    if (!line.includes(name)) continue
    const { command } = await load()
    complete(part, command)
    part.action((...values: unknown[]) => {
      chosen = { command, given: givenTo(command, part, values), commands: allCommands }
    })
  }
  program.addHelpText('after', `\nExit codes:\n${exitCodes()}\n\nStart with: dcr register --help`)
  await program.parseAsync([...line], { from: 'user' })
  return chosen
}

/** For what is about all of them: the completion of shells. */
function allCommands(): Promise<Command[]> {
  return Promise.all(catalogue.map(async ({ load }) => (await load()).command))
}

function complete(part: Program, { summary, description, exampleFile, ...command }: Command): void {
  part.description(description === undefined ? `${summary}.` : `${summary}. ${description}`)
  for (const { name, description, isOptional = false, choices } of command.arguments) {
    const argument = new Argument(isOptional ? `[${name}]` : `<${name}>`, description)
    part.addArgument(choices ? argument.choices(choices) : argument)
  }
  for (const option of command.options) part.addOption(programOption(option))
  const examples = command.examples.map(({ what, command }) => `  # ${what}\n  ${command}`)
  part.addHelpText('after', `\nExamples:\n${examples.join('\n\n')}`)
  if (exampleFile)
    part.addHelpText('after', `\n${exampleFile.what}:\n${exampleFile.text.replace(/^(?=.)/gm, '  ')}`)
}

function programOption({ name, value, description, isRepeatable, choices }: Option): ProgramOption {
  const told = isRepeatable ? `${description}; may be repeated` : description
  const option = new ProgramOption(value === undefined ? `--${name}` : `--${name} <${value}>`, told)
  if (choices) option.choices(choices)
  if (isRepeatable) option.argParser((given: string, before: string[] = []) => [...before, given])
  return option
}

function givenTo({ arguments: names, options }: Command, part: Program, values: readonly unknown[]): Given {
  const texts = names.flatMap(({ name }, index) => {
    const value = values[index]
    return typeof value === 'string' ? [[name, value] as const] : []
  })
  const found = options.flatMap(({ name }) => {
    const value = part.getOptionValue(new ProgramOption(`--${name}`).attributeName())
    return value === undefined ? [] : [[name, value] as const]
  })
  return { arguments: new Map(texts), options: new Map(found) }
}

function exitCodes(): string {
  return MEANINGS.map(([code, meaning]) => `  ${`${code}`.padEnd(4)} ${meaning}`).join('\n')
}
