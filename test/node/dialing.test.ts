import { describe, expect, test, vi } from 'vitest'
import { checkedLookup, type Lookup, MOST_ADDRESSES } from '../../src/node/dialing.js'
import { targetOf } from '../../src/node/target.js'

/* The lookup of one connection: what the runtime is given to connect to. */

interface Found {
  readonly error: NodeJS.ErrnoException | null
  readonly addresses: unknown
}

function find(lookup: Lookup | undefined, { host = 'as.example', isAllowed = false } = {}): Promise<Found> {
  const allow = new Set(isAllowed ? [`${host}:443`] : [])
  const target = targetOf(new Request(`https://${host}/r`), { allow, allowLoopback: false })
  return new Promise((resolve) => {
    checkedLookup(target, lookup)(host, {}, (error, addresses) => resolve({ error, addresses }))
  })
}

const v4 = (count: number) => Array.from({ length: count }, (_, index) => `93.184.216.${index}`)
const v6 = (count: number) => Array.from({ length: count }, (_, index) => `2606:4700::${index + 1}`)
const of = (family: number, addresses: string[]) => addresses.map((address) => ({ address, family }))

test('every address that was found, with its family, in the order of the answer', async () => {
  const lookup = vi.fn<Lookup>(async () => ['2606:4700::1', '93.184.216.34', '2606:4700::2'])
  expect(await find(lookup)).toEqual({
    error: null,
    addresses: [
      { address: '2606:4700::1', family: 6 },
      { address: '93.184.216.34', family: 4 },
      { address: '2606:4700::2', family: 6 },
    ],
  })
  expect(lookup.mock.calls).toEqual([['as.example']])
})

test('of each family four at most, and all of them are checked', async () => {
  expect(MOST_ADDRESSES).toBe(8)
  expect((await find(async () => [...v4(4), ...v6(4)])).addresses).toEqual([...of(4, v4(4)), ...of(6, v6(4))])
  expect((await find(async () => [...v6(5), ...v4(5)])).addresses).toEqual([...of(6, v6(4)), ...of(4, v4(4))])
  expect((await find(async () => v6(9))).addresses).toEqual(of(6, v6(4)))
  expect((await find(async () => [...v4(100), '10.0.0.1'])).error).toMatchObject({ code: 'blocked_address' })
})

describe('an address that is refused', () => {
  test.each([
    ['10.0.0.1', 'private'],
    ['::ffff:127.0.0.1', 'loopback'],
    ['as.example', 'invalid'],
    ['127.1', 'invalid'],
    ['\u001b[2J', 'invalid', '\\u{1b}[2J'],
    ['x'.repeat(65), 'invalid', `${'x'.repeat(64)}…`],
  ])('%j refuses them all', async (address, found, shown = address) => {
    for (const addresses of [[address], [...v4(1), address], [address, ...v4(1)]]) {
      const { error, addresses: given } = await find(async () => addresses)
      expect(error).toMatchObject({ name: 'DcrError', code: 'blocked_address', outcome: 'not_sent' })
      expect(error?.message).toContain(
        `: as.example leads to ${shown}, an address that is ${found}; if that is meant, allow it`,
      )
      expect(given).toBe('')
    }
  })

  test('a name that is allowed may lead to any address, and to nothing that is none', async () => {
    const addresses = ['10.0.0.1', '::1', '169.254.169.254']
    const { error, addresses: given } = await find(async () => addresses, { isAllowed: true })
    expect(error).toBeNull()
    expect(given).toEqual([
      { address: '10.0.0.1', family: 4 },
      { address: '::1', family: 6 },
      { address: '169.254.169.254', family: 4 },
    ])
    const invalid = await find(async () => ['10.0.0.1', 'as.example'], { isAllowed: true })
    expect(invalid.error).toMatchObject({ code: 'blocked_address' })
    expect(invalid.error?.message).toContain('as.example leads to as.example, an address that is invalid')
  })
})

describe('what is no answer', () => {
  const failing = (error: unknown) => () => Promise.reject(error)
  test.each<[name: string, lookup: Lookup, code: string]>([
    ['nothing', async () => [], 'ENOTFOUND'],
    ['an error with a code', failing(Object.assign(new Error('no'), { code: 'EAI_AGAIN' })), 'EAI_AGAIN'],
    ['an error without one', failing(new Error('hunter22')), 'NO_ADDRESS'],
    ['what is no error', failing('hunter22'), 'NO_ADDRESS'],
    ['no list', async () => undefined as never, 'NO_ADDRESS'],
  ])('%s', async (_, lookup, code) => {
    const { error, addresses } = await find(lookup)
    expect(error).toBeInstanceOf(Error)
    expect(error).toMatchObject({ code })
    expect(error?.message).not.toContain('hunter22')
    expect(addresses).toBe('')
  })
})

test('where no other is given, the resolver of the system is asked for all addresses', async () => {
  const { error, addresses } = await find(undefined, { host: 'localhost', isAllowed: true })
  expect(error).toBeNull()
  const found = addresses as { address: string }[]
  expect(found.length).toBeGreaterThan(0)
  for (const { address } of found) expect(address).toMatch(/^(127\.0\.0\.1|::1)$/)
})
