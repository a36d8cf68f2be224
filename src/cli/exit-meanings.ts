import type { ExitCode } from './exit-codes.js'

/** What each exit code means, for the help and the documentation. */
export const MEANINGS: readonly (readonly [ExitCode, string])[] = [
  [0, 'done'],
  [1, 'refused by a server, or failed; nothing is left in doubt'],
  [2, 'bad usage: nothing was sent'],
  [3, 'partly done; stderr says what is not'],
  [
    4,
    'unsafe or ambiguous: a request may have been done, or its answer could not be used; see `dcr orphans`',
  ],
  [130, 'interrupted; what was sent has been finished and saved'],
]
