import { BlockList, isIP, Socket } from 'node:net'
import { afterEach, beforeEach } from 'vitest'

/*
 * No test connects to anything but this machine: what tries is refused, and the test fails that it was in.
 */

interface Guard {
  /** Where this test tried to connect to. */
  readonly refused: string[]
  expected: number
}

interface Target {
  readonly path?: string | undefined
  readonly host?: string | undefined
  readonly port?: number | string | undefined
  readonly lookup?: Lookup | undefined
}
type Lookup = (hostname: string, options: unknown, done: Found) => void
type Found = (error: Error | null, found: string | { address: string }[], family?: number) => void

const LOOPBACK = new BlockList()
LOOPBACK.addSubnet('127.0.0.0', 8)
LOOPBACK.addAddress('::1', 'ipv6')

// Files share a process, and this is run before each of them.
const shared = globalThis as { dcrNetworkGuard?: Guard }
shared.dcrNetworkGuard ??= install({ refused: [], expected: 0 })
const guard: Guard = shared.dcrNetworkGuard

/** Says that this test tries so many connections to other machines, which are refused. */
export function expectRefusedConnects(count: number): void {
  guard.expected = count
}

/** Where this test has tried to connect to, as `host:port`. */
export const refusedConnects = (): readonly string[] => guard.refused

beforeEach(() => {
  guard.refused.length = 0
  guard.expected = 0
})

afterEach(() => {
  if (guard.refused.length === guard.expected) return
  const tried = guard.refused.join(', ') || 'none'
  throw new Error(`${guard.expected} connections to other machines were expected, these were tried: ${tried}`)
})

function install(installed: Guard): Guard {
  const connect = Socket.prototype.connect as (this: Socket, ...given: unknown[]) => Socket
  Socket.prototype.connect = function (this: Socket, ...given: unknown[]): Socket {
    const target = targetOf(given)
    const { path, host = 'localhost', port, lookup } = target
    if (path || isThisMachine(host)) return connect.apply(this, given)
    const where = `${host}:${port}`
    const refuse = () => refusal(where, installed)
    // A name that a test resolves by itself may be one of this machine. All else fails as a name that is not found.
    const resolved = lookup && !isIP(host) ? guardedLookup(lookup, refuse) : failingLookup(refuse())
    const listener = given.flat().find((part) => typeof part === 'function')
    return connect.call(
      this,
      { ...target, host: isIP(host) ? 'refused.invalid' : host, lookup: resolved },
      listener,
    )
  } as Socket['connect']
  return installed
}

function refusal(where: string, { refused }: Guard): Error {
  refused.push(where)
  const message = `refused to connect to ${where}: tests connect to this machine alone`
  return Object.assign(new Error(message), { code: 'ERR_TEST_NETWORK_GUARD', syscall: 'connect' })
}

/** What `net.connect` takes: options, a path, or a port and a host; by itself it passes a list of them on. */
function targetOf(given: readonly unknown[]): Target {
  const [first, host] = given.flat()
  if (typeof first === 'object' && first !== null) return first
  const isPort = typeof first === 'number' || /^\d+$/.test(`${first}`)
  if (!isPort) return { path: `${first}` }
  return { port: `${first}`, host: typeof host === 'string' ? host : undefined }
}

function isThisMachine(host: string): boolean {
  const version = isIP(host)
  if (version === 0) return host.toLowerCase() === 'localhost'
  return LOOPBACK.check(host, version === 4 ? 'ipv4' : 'ipv6')
}

function failingLookup(error: Error): Lookup {
  return (_hostname, _options, done) => process.nextTick(done, error, [])
}

function guardedLookup(lookup: Lookup, refuse: () => Error): Lookup {
  return (hostname, options, done) =>
    lookup(hostname, options, (error, found, family) => {
      const addresses = typeof found === 'string' ? [found] : (found ?? []).map(({ address }) => address)
      if (error || addresses.every(isThisMachine)) done(error, found, family)
      else done(refuse(), found, family)
    })
}
