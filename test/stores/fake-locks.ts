import { turns } from '../../src/stores/turns.js'

/** What browsers give as `navigator.locks`, to all tabs of an origin; `names` are those that were asked for. */
export function fakeLocks() {
  const inTurn = turns()
  const names: string[] = []
  const request = (name: string, { signal }: { signal: AbortSignal }, task: () => Promise<unknown>) => {
    names.push(name)
    return inTurn(name, async () => task(), signal)
  }
  return { names, request }
}
