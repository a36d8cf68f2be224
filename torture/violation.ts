/** What must never be was. It ends the run. */
export class Violation extends Error {
  override name = 'Violation'
}

/** @param account - What was found: all that somebody needs who looks for the reason. */
export function insist(holds: unknown, what: string, account?: () => unknown): asserts holds {
  if (holds) return
  throw new Violation(account ? `${what}\n${JSON.stringify(account(), null, 2)}` : what)
}
