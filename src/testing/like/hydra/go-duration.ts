/** In nanoseconds. `u` and the two letters for micro are one unit in Go. */
const UNITS: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  µs: 1_000n,
  μs: 1_000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
}

const WHOLE = /^(?:\d+(?:\.\d+)?(?:ns|us|µs|μs|ms|s|m|h))+$/
const PART = /(\d+)(?:\.(\d+))?(ns|us|µs|μs|ms|s|m|h)/g

/** `1h30m` as Go prints it: `1h30m0s`. `undefined` where Go would not read it. */
export function normalizeDuration(text: string): string | undefined {
  if (!WHOLE.test(text)) return undefined
  let sum = 0n
  for (const [, whole = '', fraction = '', unit = ''] of text.matchAll(PART)) {
    const nanoseconds = UNITS[unit] ?? 0n
    sum +=
      BigInt(whole) * nanoseconds + (BigInt(fraction || 0) * nanoseconds) / 10n ** BigInt(fraction.length)
  }
  return printDuration(sum)
}

function printDuration(nanoseconds: bigint): string {
  if (nanoseconds === 0n) return '0s'
  // Below a second, the greatest unit of which there is one.
  const small = (['ns', 'µs', 'ms'] as const).find((unit) => nanoseconds < (UNITS[unit] ?? 0n) * 1000n)
  if (small) return decimal(nanoseconds, small)
  const { m: minute = 1n, h: hour = 1n } = UNITS
  const hours = nanoseconds / hour
  const minutes = (nanoseconds % hour) / minute
  const beforeSeconds = hours > 0n ? `${hours}h${minutes}m` : minutes > 0n ? `${minutes}m` : ''
  return beforeSeconds + decimal(nanoseconds % minute, 's')
}

function decimal(nanoseconds: bigint, unit: 'ns' | 'µs' | 'ms' | 's'): string {
  const one = UNITS[unit] ?? 1n
  const digits = String(one).length - 1
  const fraction = String(nanoseconds % one)
    .padStart(digits, '0')
    .replace(/0+$/, '')
  return `${nanoseconds / one}${fraction && `.${fraction}`}${unit}`
}
