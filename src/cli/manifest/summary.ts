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

/** What a run has come to, client by client, in the order of the manifest, whichever came first. */
export class Summary {
  readonly #places: ReadonlyMap<string, number>
  readonly #rows: Row[] = []
  readonly #codes: ExitCode[] = []
  #doubts = 0
  readonly #failures = new Map<string, { readonly error: DcrError; readonly rows: Row[] }>()

  constructor(clients: readonly ManifestClient[]) {
    this.#places = new Map(clients.map(({ server, name }, index) => [place(server.name, name), index]))
  }

  add({ type, server, name, client_id, reasons, error }: OnboardingEvent): void {
    if (name === undefined) return
    if (reasons?.includes('registration_in_doubt')) this.#doubts++
    this.#codes.push(type === 'failed' && error ? exitCodeOf(error, true) : EXIT.done)
    const told = { ...(client_id && { client_id }), ...(error && { error: error.code }) }
    const row = { server, name, action: type, ...told }
    this.#rows.push(row)
    if (!error) return
    const key = `${server}: ${kindOf(error)}`
    const alike = this.#failures.get(key) ?? { error, rows: [] }
    alike.rows.push(row)
    this.#failures.set(key, alike)
  }

  get rows(): Row[] {
    return this.#inOrder(this.#rows)
  }

  get exitCode(): ExitCode {
    return exitCodeOfAll(this.#codes)
  }

  /** For people: what failed and why, and how many there are of each kind. */
  lines(command: string): string[] {
    const failures = [...this.#failures.values()].map(({ error, rows }) => {
      const ordered = this.#inOrder(rows)
      const names = ordered.slice(0, MOST_NAMES).map(({ name }) => JSON.stringify(name))
      const more = rows.length - MOST_NAMES
      const list = `${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}`
      return `${ordered[0]?.server}: ${list}: ${told(error, command)}`
    })
    const counts = new Map<string, number>()
    for (const { action } of this.rows) counts.set(action, (counts.get(action) ?? 0) + 1)
    const words = [...counts].map(([action, count]) => `${count} ${action}`)
    const sum = words.length === 0 ? 'There was nothing to do.' : `${words.join(', ')}.`
    return [...failures, ...this.#doubtful(), sum]
  }

  /** What an interrupted run has left may be one client too many, which nobody but the list of orphans knows of. */
  #doubtful(): string[] {
    if (this.#doubts === 0) return []
    const many = this.#doubts === 1 ? '1 client was' : `${this.#doubts} clients were`
    return [
      `note: ${many} registered after a registration that was never answered, and may be at the server twice: dcr orphans`,
    ]
  }

  #inOrder(rows: readonly Row[]): Row[] {
    const at = ({ server, name }: Row) => this.#places.get(place(server, name)) ?? 0
    return [...rows].sort((one, other) => at(one) - at(other))
  }
}

/** What those have in common that are told as one. Of a store, each names another file. */
function kindOf({ code, message, outcome, cause }: DcrError): string {
  return code.startsWith('store_') ? `${code} ${outcome} ${Object(cause).code}` : message
}

function place(server: string, name: string): string {
  return JSON.stringify([server, name])
}
