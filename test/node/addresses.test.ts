import { describe, expect, test } from 'vitest'
import { DcrClient, discover } from '../../src/index.js'
import { guardedFetch } from '../../src/node/index.js'
import { failureOf } from '../failure-of.js'
import { startScripted } from '../servers/scripted.js'
import { fakeInternet } from './internet.js'

/* The guard, by the numbers of the list of faults. Whatever is refused is refused before any lookup or connection. */

const REFUSED: [number: string, hosts: [host: string, found: string][]][] = [
  [
    'B017',
    [
      ...['127.0.0.1', '127.255.255.254', '127.1', '2130706433', '0x7f.1', '0177.0.0.1', '127.0.0.1.'],
      ...['0x7f000001', '%31%32%37.0.0.1', '①②⑦.⓪.⓪.①', '127。0。0。1', '017700000001', '127.0.1'],
    ].map((host) => [host, 'loopback']),
  ],
  ['B018', ['0.0.0.0', '0', '0.1.2.3'].map((host) => [host, 'unspecified'])],
  [
    'B019',
    [
      ...['10.0.0.0', '10.255.255.255', '172.16.0.0', '172.31.255.255', '192.168.0.1', '192.168.255.255'].map(
        (host): [string, string] => [host, 'private'],
      ),
      ...['100.64.0.1', '100.64.0.0', '100.127.255.255', '100.100.100.200'].map((host): [string, string] => [
        host,
        'shared',
      ]),
    ],
  ],
  [
    'B020',
    [
      ...[
        '169.254.169.254',
        '169.254.0.0',
        '169.254.255.255',
        '0xa9fea9fe',
        '2852039166',
        '169.254.43518',
      ].map((host): [string, string] => [host, 'link-local']),
      ['168.63.129.16', 'cloud metadata'],
    ],
  ],
  [
    'B021',
    [
      ['192.0.0.1', 'reserved'],
      ['192.0.2.1', 'documentation'],
      ['198.18.0.1', 'benchmarking'],
      ['198.19.255.255', 'benchmarking'],
      ['198.51.100.1', 'documentation'],
      ['203.0.113.1', 'documentation'],
      ['192.88.99.1', 'reserved'],
      ['192.31.196.1', 'reserved'],
      ['192.52.193.1', 'reserved'],
      ['192.175.48.1', 'reserved'],
    ],
  ],
  [
    'B022',
    [
      ['224.0.0.1', 'multicast'],
      ['239.255.255.255', 'multicast'],
      ['240.0.0.1', 'reserved'],
      ['255.255.255.255', 'reserved'],
    ],
  ],
  [
    'B023',
    [
      ['[::1]', 'loopback'],
      ['[::]', 'unspecified'],
      ['[0:0:0:0:0:0:0:1]', 'loopback'],
      ['[::ffff:127.0.0.1]', 'loopback'],
      ['[::ffff:7f00:1]', 'loopback'],
      ['[::ffff:a9fe:a9fe]', 'link-local'],
      ['[::ffff:0:127.0.0.1]', 'loopback'],
      ['[::127.0.0.1]', 'loopback'],
      ['[0000:0000:0000:0000:0000:FFFF:0A00:0001]', 'private'],
      ['[::ffff:100.64.0.1]', 'shared'],
      ['[::8.8.8.8]', 'reserved'],
      ['[::ffff:0:8.8.8.8]', 'reserved'],
    ],
  ],
  [
    'B024',
    [
      ['[64:ff9b::7f00:1]', 'loopback'],
      ['[64:ff9b::a9fe:a9fe]', 'link-local'],
      ['[64:ff9b:1::1]', 'reserved'],
      ['[64:ff9b:1:ffff::808:808]', 'reserved'],
      ['[2002:7f00:1::]', 'loopback'],
      ['[2002:a00:1::]', 'private'],
      ['[2001:0:0:0:0:0:80ff:fffe]', 'Teredo'],
      ['[2001::ffff:ffff]', 'Teredo'],
    ],
  ],
  [
    'B025',
    [
      ['[fc00::]', 'private'],
      ['[fd00:ec2::254]', 'private'],
      ['[fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]', 'private'],
      ['[fe80::1]', 'link-local'],
      ['[febf::1]', 'link-local'],
      ['[fec0::1]', 'private'],
      ['[ff02::1]', 'multicast'],
      ['[2001:db8::1]', 'documentation'],
      ['[2001:2::1]', 'benchmarking'],
      ['[2001:10::1]', 'reserved'],
      ['[2001:1ff:ffff::1]', 'reserved'],
      ['[100::1]', 'reserved'],
      ['[4000::1]', 'reserved'],
      ['[1fff:ffff::1]', 'reserved'],
    ],
  ],
  [
    'B026',
    [
      ['[3fff::1]', 'documentation'],
      ['[3fff:fff:ffff::1]', 'documentation'],
      ['[5f00::1]', 'reserved'],
      ['[2620:4f:8000::1]', 'reserved'],
    ],
  ],
  [
    'B027',
    [
      ...['localhost', 'localhost.', 'LOCALHOST', 'a.localhost', 'localhost6', 'a.b.localhost.'].map(
        (host): [string, string] => [host, 'loopback'],
      ),
      ...['localhost.localdomain', 'ⓛocalhost', 'lo\u00ADcalhost'].map((host): [string, string] => [
        host,
        'loopback',
      ]),
      ...['metadata.google.internal', 'metadata.google.internal.', 'metadata.goog', 'METADATA.GOOG.'].map(
        (host): [string, string] => [host, 'cloud metadata'],
      ),
    ],
  ],
  [
    'B028',
    [
      ...['redis', 'kubernetes', 'db.', '_', 'xn--bcher-kva'].map((host): [string, string] => [
        host,
        'single-label',
      ]),
      ...[
        'x.local',
        'x.internal',
        'x.local..',
        'nas.home.arpa',
        'a.onion',
        'a.test',
        'a.invalid',
        'a.alt',
      ].map((host): [string, string] => [host, 'special-use']),
    ],
  ],
]

const refused = REFUSED.flatMap(([number, hosts]) => hosts.map(([host, found]) => ({ number, host, found })))

const lookups: string[] = []
const guard = guardedFetch({
  lookup: async (name) => {
    lookups.push(name)
    return ['93.184.216.34']
  },
})
const METADATA = { redirect_uris: ['https://app.example.com/cb'] }

describe('what is refused', () => {
  test.each(refused)('$number: $host is $found', async ({ host, found }) => {
    const { begun } = fakeInternet()
    lookups.length = 0
    for (const scheme of ['https', 'http']) {
      const error = await failureOf(guard(new Request(`${scheme}://${host}/register?token=hidden`)))
      expect(error).toMatchObject({ name: 'DcrError', code: 'blocked_address', outcome: 'not_sent' })
      expect(error.message).toContain(`that is ${found};`)
      expect(error.message).toContain(`allow it: guardedFetch({ allow: ['`)
      expect(error.message).toMatch(
        /^guardedFetch: GET https?:\/\/.* is not connected to: .*\. Nothing was sent\.$/,
      )
      expect(error.message).not.toContain('hidden')
    }
    expect({ begun, lookups }).toEqual({ begun: [], lookups: [] })
  })

  test.each(refused)('$number: $host, wherever it stands', async ({ host }) => {
    const { begun } = fakeInternet()
    lookups.length = 0
    const origin = `https://${host}`
    const options = { fetch: guard, trustedOrigins: URL.canParse(origin) ? [new URL(origin).origin] : [] }
    const as = 'https://as.example.com'
    const client = {
      client_id: 'c',
      registration_access_token: 't-a-k-e-n',
      registration_client_uri: `${origin}/c`,
    }
    const errors = await Promise.all(
      [
        new DcrClient({ issuer: as, registration_endpoint: `${origin}/register` }, options).register(
          METADATA,
        ),
        new DcrClient({ issuer: as, registration_endpoint: `${as}/register` }, options).get(client),
        discover(origin, options),
      ].map(failureOf),
    )
    for (const error of errors) {
      expect(error.outcome).toBe('not_sent')
      // The library has rules of its own for how a URL is written, which are looked at first.
      expect(error.code).toMatch(/^(blocked_address|invalid_url)$/)
      expect(error.message).toMatch(/^(register|get|discover): .*\. Nothing was sent\.$/)
    }
    expect({ begun, lookups }).toEqual({ begun: [], lookups: [] })
  })
})

/** Both sides of each boundary: what is public is let through, with one connection to that address. */
const PUBLIC = [
  ...[
    '1.0.0.1',
    '9.255.255.255',
    '11.0.0.1',
    '100.63.255.255',
    '100.128.0.1',
    '126.255.255.255',
    '128.0.0.1',
  ],
  ...['169.253.255.255', '169.255.0.1', '172.15.255.255', '172.32.0.1', '192.167.255.255', '198.17.255.255'],
  ...['198.20.0.1', '223.255.255.255', '2606:4700::6810:84e5'],
  // And of the ranges beside them.
  ...['192.0.1.0', '192.0.3.0', '192.31.195.255', '192.31.197.0', '192.52.192.255', '192.52.194.0'],
  ...['192.88.98.255', '192.88.100.0', '192.169.0.0', '192.175.47.255', '192.175.49.0', '198.51.99.255'],
  ...['198.51.101.0', '203.0.112.255', '203.0.114.0', '168.63.129.15', '168.63.129.17'],
  ...[
    '2000::1',
    '2001:200::1',
    '2001:db7:ffff::1',
    '2001:db9::1',
    '2003::1',
    '2620:4f:7fff::1',
    '2620:4f:8001::1',
  ],
  ...['3ffe:ffff::1', '3fff:1000::1', '2002:808:808::1', '64:ff9b::808:808', '::ffff:8.8.8.8'],
]

describe('B029: nothing else is refused', () => {
  test.each(PUBLIC)('%s', async (address) => {
    const server = await startScripted({ status: 200, body: 'here' })
    const internet = fakeInternet()
    const { port } = new URL(server.origin)
    const host = address.includes(':') ? `[${address}]` : address
    const answer = await guard(new Request(`http://${host}:${port}/`))
    expect(await answer.text()).toBe('here')
    const canonical = new URL(`http://${host}`).hostname.replace(/^\[|\]$/g, '')
    expect(internet.dialed).toEqual([[canonical]])
    expect(internet.begun).toEqual([canonical])
    expect(server.requests).toHaveLength(1)
  })

  test.each([
    'as.example',
    'a.localhost.example',
    'xlocalhost.example',
    'local.example',
    'internal.example.com',
  ])('the name %s', async (host) => {
    const server = await startScripted({ status: 200, body: 'here' })
    const internet = fakeInternet()
    const answer = await guard(new Request(`http://${host}:${new URL(server.origin).port}/`))
    expect(await answer.text()).toBe('here')
    expect(internet.dialed).toEqual([['93.184.216.34']])
  })
})

describe('ports', () => {
  test.each([1, 22, 25, 53, 110, 143, 6000, 6667, 10080])('%i, which no fetch connects to', async (port) => {
    const { begun } = fakeInternet()
    const error = await failureOf(guard(new Request(`https://as.example:${port}/`)))
    expect(error).toMatchObject({ code: 'blocked_address', outcome: 'not_sent' })
    expect(error.message).toContain(`port ${port} is for another protocol`)
    expect(begun).toEqual([])
  })

  test.each(['ftp://as.example/', 'file:///etc/passwd', 'data:text/plain,x', 'blob:https://as.example/x'])(
    '%s is not of HTTP',
    async (url) => {
      const error = await failureOf(guard(new Request(url)))
      expect(error).toMatchObject({ code: 'invalid_url', outcome: 'not_sent' })
    },
  )
})
