/** Seconds since the epoch as people and scripts read them: in UTC, without fractions. */
export function time(seconds: number): string {
  const date = new Date(seconds * 1000)
  // A server may name any number, and not each is a date.
  return Number.isNaN(date.getTime()) ? `${seconds}` : date.toISOString().replace('.000Z', 'Z')
}
