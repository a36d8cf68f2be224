import process from 'node:process'
import { LONGEST_TIMER } from '../http/limits.js'
import type { CredentialStore, Warning } from '../index.js'
import type { JsonObject } from '../json.js'
import type { AsRows, Context } from './command.js'
import { UsageError } from './errors.js'
import { Files } from './files.js'
import { type Format, formatted } from './formats.js'
import { endsInTime, leave, PATIENCE } from './leaving.js'
import { masked } from './masking.js'
import { Requests } from './requests.js'
import { storeAddress } from './store-address.js'
import { storeEncryption } from './store-key.js'
import { type OpenStore, storeForm } from './stores.js'
import { type Terminal, terminalOf } from './terminal.js'

/** What was given for each argument and option, by their names. */
export interface Given {
  readonly arguments: ReadonlyMap<string, string>
  readonly options: ReadonlyMap<string, string | true | readonly string[]>
}

/** One run of a command: what it was given, and what it leaves behind. */
export class Invocation implements Context {
  readonly environment = process.env
  readonly requests: Requests
  picture: Context['picture']
  readonly #given: Given
  readonly #interruption = new AbortController()
  readonly #terminal: Terminal = terminalOf(process.env)
  readonly #files = new Files()
  #opening: Promise<OpenStore> | undefined
  #waitsInVain = () => {}
  /** Is told of an interruption after which nothing is under way that would have to be finished. */
  readonly interrupted = new Promise<void>((resolve) => {
    this.#waitsInVain = resolve
  })

  constructor(
    given: Given,
    readonly commands: Context['commands'],
  ) {
    this.#given = given
    const timeout = this.text('timeout')
    this.requests = new Requests({
      ...(timeout !== undefined && { timeout: milliseconds(timeout) }),
      allowInsecureRequests: this.isSet('allow-insecure-requests'),
      trustedOrigins: this.texts('trusted-origin'),
      onWarning: (warning) => this.tell(warningLine(warning)),
    })
  }

  get signal(): AbortSignal {
    return this.#interruption.signal
  }

  get isInteractive(): boolean {
    return this.#terminal.isInteractive
  }

  get hasColours(): boolean {
    return this.#terminal.hasColours
  }

  argument(name: string): string | undefined {
    return this.#given.arguments.get(name)
  }

  text(option: string): string | undefined {
    const value = this.#given.options.get(option)
    return typeof value === 'string' ? value : undefined
  }

  texts(option: string): readonly string[] {
    const value = this.#given.options.get(option)
    return Array.isArray(value) ? value : []
  }

  isSet(option: string): boolean {
    return this.#given.options.get(option) === true
  }

  async store(): Promise<CredentialStore> {
    this.#opening ??= storeEncryption(this).then(async (encryption) => {
      const address = storeAddress(this.text('store'), this.environment)
      return storeForm(address).open(address, encryption)
    })
    return (await this.#opening).store
  }

  /** Ends what would keep the process running. What a database says then is about its connection, and not about what was done. */
  async close(): Promise<void> {
    let isOpen = false
    const closing = this.#opening?.then((opened) => {
      isOpen = true
      return opened.close()
    })
    if (closing === undefined) return
    const giveUp = () => {
      if (isOpen)
        this.tell(
          `note: the store did not close within ${PATIENCE / 1000} s, and is left so; what was done is done.`,
        )
      leave()
    }
    // Connections may outlast it; of a store that could not be opened nobody waits for them.
    if (await endsInTime(closing)) setTimeout(giveUp, isOpen ? PATIENCE : 0).unref()
    else giveUp()
  }

  read(path: string, option: string): Promise<string> {
    return this.#files.read(path, option)
  }

  async print(result: unknown, asRows?: AsRows): Promise<boolean> {
    const format = (this.text('output') ?? (process.stdout.isTTY ? 'table' : 'json')) as Format
    const shown = this.isSet('show-secrets') ? result : masked(result)
    const rows = asRows && format === 'table' ? [shown as JsonObject].flat().flatMap(asRows) : shown
    // Some terminals do not say how wide they are, or that they are 0.
    const width = process.stdout.columns || undefined
    return this.write(await formatted(rows, format, (line) => this.tell(line), width))
  }

  write(text: string): Promise<boolean> {
    return new Promise((resolve) => process.stdout.write(text, (error) => resolve(!error)))
  }

  tell(line: string): void {
    this.picture?.clear()
    process.stderr.write(`${line}\n`)
  }

  /** The first stops what has not begun, the second gives up what has. */
  interrupt(): void {
    if (this.signal.aborted) {
      this.requests.abort()
      return
    }
    this.#interruption.abort(new Error('interrupted'))
    if (this.requests.interrupt())
      this.tell('Interrupted: what was sent is waited for. Press Ctrl-C again to give that up.')
    else this.#waitsInVain()
  }
}

/** Seconds. */
const LONGEST_TIMEOUT = Math.floor(LONGEST_TIMER / 1000)

function milliseconds(seconds: string): number {
  const given = /^\d+(\.\d+)?$/.test(seconds) ? Number(seconds) : 0
  if (given > 0 && given <= LONGEST_TIMEOUT) return given * 1000
  throw new UsageError(`--timeout must be seconds, more than 0 and at most ${LONGEST_TIMEOUT}`)
}

function warningLine({ code, member, message }: Warning): string {
  return `note: ${message}${member === undefined ? '' : ` (${member})`} [${code}]`
}
