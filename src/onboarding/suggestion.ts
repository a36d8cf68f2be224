/** Letters by which a slip of the pen may differ: one in a short word, two in a longer one. */
const SHORT_WORD = 6

/** The one of the known names that was most likely meant. */
export function suggestion(name: string, known: Iterable<string>): string | undefined {
  const most = name.length < SHORT_WORD ? 1 : 2
  let best: string | undefined
  let least = most + 1
  for (const candidate of known) {
    if (Math.abs(candidate.length - name.length) >= least) continue
    const count = distance(name.toLowerCase(), candidate.toLowerCase())
    if (count < least) {
      least = count
      best = candidate
    }
  }
  return best
}

/** How many letters have to be put in, left out, replaced or swapped with the next (optimal string alignment). */
function distance(one: string, other: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: other.length + 1 }, (_, index) => index)
  for (let row = 1; row <= one.length; row++) {
    const current = [row]
    for (let column = 1; column <= other.length; column++) {
      const replaced = at(last, column - 1) + (one[row - 1] === other[column - 1] ? 0 : 1)
      const isSwapped = one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1]
      const swapped = isSwapped && row > 1 && column > 1 ? at(beforeLast, column - 2) + 1 : Infinity
      current.push(Math.min(at(last, column) + 1, at(current, column - 1) + 1, replaced, swapped))
    }
    beforeLast = last
    last = current
  }
  return at(last, other.length)
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Infinity
}
