import { lookup as askSystem } from 'node:dns/promises'
import { isIP, type LookupFunction } from 'node:net'
import { printable } from '../printable.js'
import { classOfAddress } from './addresses.js'
import { coded, codeOf } from './broken.js'
import { blocked, type Target } from './target.js'

/** Finds the addresses of a name. */
export type Lookup = (hostname: string) => Promise<readonly string[]>

/**
 * Addresses of one family that are tried at most: of eight in all, the last one has its turn within the time that there
 * is to connect.
 */
const MOST_OF_A_FAMILY = 4
export const MOST_ADDRESSES = 2 * MOST_OF_A_FAMILY

const lookupBySystem: Lookup = async (hostname) => {
  const found = await askSystem(hostname, { all: true })
  return found.map(({ address }) => address)
}

/**
 * The lookup of one connection. What it has checked is what the runtime connects to: it asks once, and nobody else
 * after that. One address that is refused refuses them all, as whoever answers so is not to be trusted with the rest.
 */
export function checkedLookup(target: Target, lookup: Lookup = lookupBySystem): LookupFunction {
  return (hostname, _options, callback) => {
    resolve(target, hostname, lookup).then(
      (addresses) => callback(null, addresses),
      // What is no error would be taken for an answer, and what has no code for a failure of something else.
      (error) => callback(codeOf(error) ? error : coded('NO_ADDRESS'), ''),
    )
  }
}

async function resolve(target: Target, hostname: string, lookup: Lookup) {
  const addresses = (await lookup(hostname)).map((address) => ({ address, family: isIP(address) }))
  for (const { address, family } of addresses) {
    const found = target.isAllowed && family ? undefined : classOfAddress(address)
    if (found)
      throw blocked(
        target,
        `${target.host} leads to ${printable(`${address}`, 64)}, an address that is ${found}`,
      )
  }
  const tried = [4, 6].flatMap((wanted) =>
    addresses.filter(({ family }) => family === wanted).slice(0, MOST_OF_A_FAMILY),
  )
  if (tried.length === 0) throw coded('ENOTFOUND')
  // In the order of the answer, which is that of what the system would try first.
  return addresses.filter((address) => tried.includes(address))
}
