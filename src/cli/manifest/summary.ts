import type { DcrError } from '../../index.js'
import type { ManifestClient, OnboardingEvent } from '../../onboarding/index.js'
import { EXIT, type ExitCode, exitCodeOf, exitCodeOfAll } from '../exit-codes.js'
import { told } from '../failure.js'

/** Names that are told of those that failed for the same reason. */
const MOST_NAMES = 5

/** One client in the result of a run. */
export interface Row {
  readonly server: string
  readonly name: string
  readonly action: string
  readonly client_id?: string
  readonly error?: string
}

/** What a run has come to, client by client. */
export class Summary {
  readonly #rows: Row[] = []
  readonly #codes: ExitCode[] = []
  readonly #counts = new Map<string, number>()
  readonly #failures = new Map<string, { readonly error: DcrError; readonly names: string[] }>()

  add({ type, server, name, client_id, error }: OnboardingEvent): void {
    if (name === undefined) return
    this.#counts.set(type, (this.#counts.get(type) ?? 0) + 1)
    this.#codes.push(type === 'failed' && error ? exitCodeOf(error, true) : EXIT.done)
    this.#rows.push({
      server,
      name,
      action: type,
      ...(client_id && { client_id }),
      ...(error && { error: error.code }),
    })
    if (!error) return
    const key = `${server}: ${error.message}`
    const alike = this.#failures.get(key) ?? { error, names: [] }
    alike.names.push(name)
    this.#failures.set(key, alike)
  }

  /** In the order of the manifest, whichever came first. */
  rows(clients: readonly ManifestClient[]): Row[] {
    const places = new Map(clients.map(({ server, name }, index) => [place(server.name, name), index]))
    const at = ({ server, name }: Row) => places.get(place(server, name)) ?? 0
    return this.#rows.sort((one, other) => at(one) - at(other))
  }

  get exitCode(): ExitCode {
    return exitCodeOfAll(this.#codes)
  }

  /** For people: what failed and why, and how many there are of each kind. */
  lines(command: string): string[] {
    const failures = [...this.#failures].map(([key, { error, names }]) => {
      const more = names.length - MOST_NAMES
      const list = names
        .slice(0, MOST_NAMES)
        .map((name) => JSON.stringify(name))
        .join(', ')
      const server = key.slice(0, key.indexOf(':'))
      return `${server}: ${list}${more > 0 ? ` and ${more} more` : ''}: ${told(error, command)}`
    })
    const counts = [...this.#counts].map(([type, count]) => `${count} ${type}`).join(', ')
    return [...failures, counts === '' ? 'There was nothing to do.' : `${counts}.`]
  }
}

function place(server: string, name: string): string {
  return JSON.stringify([server, name])
}
