import { BlockList, isIP, isIPv6 } from 'node:net'

/**
 * Where no authorization server of the public internet is: the special-purpose registries of IANA for IPv4 and IPv6,
 * and the one metadata service of a cloud that has a public address (Azure). An address belongs to the first that has it.
 */
const CLASSES: Record<string, readonly string[]> = {
  loopback: ['127.0.0.0/8', '::1/128'],
  unspecified: ['0.0.0.0/8', '::/128'],
  'link-local': ['169.254.0.0/16', 'fe80::/10'],
  'cloud metadata': ['168.63.129.16/32'],
  private: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7', 'fec0::/10'],
  // Between a carrier and its customers, and in clouds (RFC 6598).
  shared: ['100.64.0.0/10'],
  documentation: ['192.0.2.0/24', '198.51.100.0/24', '203.0.113.0/24', '2001:db8::/32', '3fff::/20'],
  benchmarking: ['198.18.0.0/15', '2001:2::/48'],
  multicast: ['224.0.0.0/4', 'ff00::/8'],
  // Whose IPv4 address is behind it, its relay decides; there is none left.
  Teredo: ['2001::/32'],
  reserved: [
    ...['192.0.0.0/24', '192.31.196.0/24', '192.52.193.0/24', '192.88.99.0/24', '192.175.48.0/24'],
    ...['240.0.0.0/4', '64:ff9b:1::/48', '2001::/23', '2620:4f:8000::/48'],
  ],
}

/** What carries an IPv4 address, and in which of its eight groups that begins. It leads where the IPv4 address leads. */
const CARRIERS: Record<string, number> = {
  // Mapped: the same address in the other notation.
  '::ffff:0:0/96': 6,
  // NAT64, as networks without IPv4 write all of its addresses (RFC 6052).
  '64:ff9b::/96': 6,
  // 6to4
  '2002::/16': 1,
  // Compatible and translated: out of use, so that what is public in them is reserved all the same.
  '::/96': 6,
  '::ffff:0:0:0/96': 6,
}

const classes = Object.entries(CLASSES).map(([name, ranges]) => [name, listOf(ranges)] as const)
const carriers = Object.entries(CARRIERS).map(([range, group]) => ({ list: listOf([range]), group }))
/** All that is given out of IPv6, and what stands for IPv4. */
const inUse = listOf(['2000::/3', '::ffff:0:0/96', '64:ff9b::/96'])

/** What an address is, if it is no public one: `loopback`, `private` … What is no address is `invalid`. */
export function classOfAddress(address: string): string | undefined {
  if (isIP(address) === 0) return 'invalid'
  const [named] = classes.find(([, list]) => has(list, address)) ?? []
  if (named !== undefined || !isIPv6(address)) return named
  const carrier = carriers.find(({ list }) => has(list, address))
  const carried = carrier && classOfAddress(carriedBy(address, carrier.group))
  return carried ?? (has(inUse, address) ? undefined : 'reserved')
}

function has(list: BlockList, address: string): boolean {
  return list.check(address, isIPv6(address) ? 'ipv6' : 'ipv4')
}

function listOf(ranges: readonly string[]): BlockList {
  const list = new BlockList()
  for (const range of ranges) {
    const [network, length] = range.split('/') as [string, string]
    list.addSubnet(network, Number(length), isIPv6(network) ? 'ipv6' : 'ipv4')
  }
  return list
}

function carriedBy(address: string, group: number): string {
  // The parser of URLs knows every spelling, and leaves one: groups in hexadecimal, the longest zeros as `::`.
  const { hostname } = new URL(`http://[${address.replace(/%.*/, '')}]`)
  const [head = [], tail = []] = hostname
    .slice(1, -1)
    .split('::')
    .map((part) => part.split(':').filter(Boolean))
  const groups = [...head, ...Array(8 - head.length - tail.length).fill('0'), ...tail]
  return groups
    .slice(group, group + 2)
    .map((text) => Number.parseInt(text, 16))
    .map((value) => `${value >> 8}.${value & 0xff}`)
    .join('.')
}
