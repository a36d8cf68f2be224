import { DcrError } from '../errors.js'
import { LONGEST_NAME, printable } from '../printable.js'

/** Something in a manifest that cannot be carried out. */
export interface ManifestProblem {
  /** Where it stands: names of members, and places in lists. */
  readonly path: readonly (string | number)[]
  /** What is wrong, and how to repair it. Never a value that may be a secret. */
  readonly message: string
}

/** The first ones are told; a person repairs no more at a time. */
const MOST_TOLD = 10

/**
 * A manifest cannot be carried out; nothing was sent. Its `code` is `invalid_argument`, and {@link problems} are all of
 * them, so that they can be repaired at once.
 */
export class ManifestError extends DcrError {
  override readonly name: string = 'ManifestError'
  /** All that were found; the message tells the first of them. */
  readonly problems: readonly ManifestProblem[]

  constructor(problems: readonly ManifestProblem[]) {
    const told = problems.slice(0, MOST_TOLD).map(({ path, message }) => `${placeOf(path)}: ${message}`)
    const more = problems.length > MOST_TOLD ? `; and ${problems.length - MOST_TOLD} more` : ''
    const message = `manifest: ${told.join('; ')}${more}. Nothing was sent.`
    super('invalid_argument', message, { outcome: 'not_sent' })
    this.problems = problems
  }
}

/** A path as people write it: `clients.web-shop.metadata.redirect_uris[0]`. */
export function placeOf(path: ManifestProblem['path']): string {
  const parts = path.map((part) =>
    typeof part === 'number' ? `[${part}]` : `.${printable(part, LONGEST_NAME)}`,
  )
  return parts.join('').replace(/^\./, '') || 'the manifest'
}
