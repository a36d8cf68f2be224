import process from 'node:process'

/** Whether people look at stderr as it is written, and what it can show. */
export interface Terminal {
  readonly isInteractive: boolean
  readonly hasColours: boolean
}

/** @see https://no-color.org */
export function terminalOf(environment: Readonly<Record<string, string | undefined>>): Terminal {
  const { CI, NO_COLOR, TERM } = environment
  const isInteractive = process.stderr.isTTY === true && !CI && TERM !== 'dumb'
  return { isInteractive, hasColours: isInteractive && !NO_COLOR }
}
