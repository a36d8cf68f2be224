import type { CredentialStore } from '../index.js'
import type { JsonObject } from '../json.js'
import type { ExitCode } from './exit-codes.js'
import type { Requests } from './requests.js'

/** A command as data: the program, its help, the completion of shells and docs/cli.md are all made of it. */
export interface Command {
  readonly name: string
  /** Half a line, as in the list of `dcr --help`: the catalogue has the same. */
  readonly summary: string
  /** What the summary leaves out. */
  readonly description?: string
  readonly arguments: readonly Argument[]
  readonly options: readonly Option[]
  readonly examples: readonly Example[]
  /** The file that its argument names, where people write one: a short one, complete. */
  readonly exampleFile?: ExampleFile
  /** @returns The exit code; none is that all is done. What fails is thrown. */
  run(context: Context): Promise<ExitCode | undefined>
}

export interface Argument {
  readonly name: string
  readonly description: string
  readonly isOptional?: boolean
  /** Whether it is the path of a file, for the completion of shells. */
  readonly isFile?: boolean
  readonly choices?: readonly string[]
}

export interface Option {
  /** Without its dashes. */
  readonly name: string
  /** What stands for its value in the help. Without it, it is a switch. */
  readonly value?: string
  readonly description: string
  /** Whether it may be given more than once, each time with one value. */
  readonly isRepeatable?: boolean
  /** All values there are. */
  readonly choices?: readonly string[]
  /** What values begin with whose end is the user's. */
  readonly beginnings?: readonly string[]
}

export interface ExampleFile {
  readonly what: string
  readonly text: string
}

export interface Example {
  readonly what: string
  readonly command: string
}

/** How one item of a list, or a result that is none, stands in a table, where its members alone are not what people read. */
export type AsRows = (item: JsonObject) => object[]

/** What a command is run with. */
export interface Context {
  /** The argument of that name, or undefined where it is optional and absent. */
  argument(name: string): string | undefined
  /** The value of an option that is given once. */
  text(option: string): string | undefined
  /** All values of an option that may be given more than once. */
  texts(option: string): readonly string[]
  isSet(option: string): boolean
  /** All commands there are. */
  commands(): Promise<readonly Command[]>
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Aborted by the first Ctrl-C: nothing new is begun then, and what was sent is finished and saved. */
  readonly signal: AbortSignal
  /** The requests of this command. */
  readonly requests: Requests
  /** The store of `--store`, opened once and closed when the command is over. */
  store(): Promise<CredentialStore>
  /** All of a file, or of stdin for `-`, which can be read once. */
  read(path: string, option: string): Promise<string>
  /**
   * The result, on stdout, in the format of `--output`, with its secrets masked unless `--show-secrets` is given.
   *
   * @returns Whether it could be written. Where not, that is told as the command ends.
   */
  print(result: unknown, asRows?: AsRows): Promise<boolean>
  /** Text that is the result as it is, on stdout. @returns as {@link print} does. */
  write(text: string): Promise<boolean>
  /** A line for people, on stderr. Text of servers in it must have been made printable. */
  tell(line: string): void
  /** What is drawn anew over itself on stderr: taken away before each line for people. */
  picture: { clear(): void } | undefined
  /** Whether people look at stderr as it is written: a terminal, and not that of a CI. */
  readonly isInteractive: boolean
  /** Whether stderr may have colours. */
  readonly hasColours: boolean
}
