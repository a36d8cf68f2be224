/** Names that are never looked up, as what they lead to is never on the public internet. The first that fits counts. */
const CLASSES: Record<string, RegExp> = {
  loopback: /(^|\.)(localhost6?|localdomain6?)$/,
  'cloud metadata': /^metadata\.(goog|google\.internal)$/,
  // The special-use names of IANA that a resolver on this machine or in this network may know all the same, and
  // `internal`, which ICANN has set aside for networks that are not public.
  'special-use': /(^|\.)(local|internal|home\.arpa|test|invalid|onion|alt)$/,
  // A neighbour in the same network, or what a search list makes of it.
  'single-label': /^[^.]*$/,
}

/** What a name is, if it is none of the public internet: `special-use`, `single-label` … */
export function classOfName(hostname: string): string | undefined {
  const name = hostname.replace(/\.+$/, '')
  return Object.entries(CLASSES).find(([, pattern]) => pattern.test(name))?.[0]
}
