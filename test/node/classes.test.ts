import { describe, expect, test } from 'vitest'
import { classOfAddress } from '../../src/node/addresses.js'
import { classOfName } from '../../src/node/names.js'

/* What addresses and names are, both sides of each boundary. What the guard does about it is in addresses.test.ts. */

/** The first and the last address of each range, and the addresses beside it, which are of no such range. */
const RANGES: [found: string, first: string, last: string, before?: string | undefined, after?: string][] = [
  ['unspecified', '0.0.0.0', '0.255.255.255', undefined, '1.0.0.0'],
  ['private', '10.0.0.0', '10.255.255.255', '9.255.255.255', '11.0.0.0'],
  ['shared', '100.64.0.0', '100.127.255.255', '100.63.255.255', '100.128.0.0'],
  ['loopback', '127.0.0.0', '127.255.255.255', '126.255.255.255', '128.0.0.0'],
  ['cloud metadata', '168.63.129.16', '168.63.129.16', '168.63.129.15', '168.63.129.17'],
  ['link-local', '169.254.0.0', '169.254.255.255', '169.253.255.255', '169.255.0.0'],
  ['private', '172.16.0.0', '172.31.255.255', '172.15.255.255', '172.32.0.0'],
  ['reserved', '192.0.0.0', '192.0.0.255', '191.255.255.255', '192.0.1.0'],
  ['documentation', '192.0.2.0', '192.0.2.255', '192.0.1.255', '192.0.3.0'],
  ['reserved', '192.31.196.0', '192.31.196.255', '192.31.195.255', '192.31.197.0'],
  ['reserved', '192.52.193.0', '192.52.193.255', '192.52.192.255', '192.52.194.0'],
  ['reserved', '192.88.99.0', '192.88.99.255', '192.88.98.255', '192.88.100.0'],
  ['private', '192.168.0.0', '192.168.255.255', '192.167.255.255', '192.169.0.0'],
  ['reserved', '192.175.48.0', '192.175.48.255', '192.175.47.255', '192.175.49.0'],
  ['benchmarking', '198.18.0.0', '198.19.255.255', '198.17.255.255', '198.20.0.0'],
  ['documentation', '198.51.100.0', '198.51.100.255', '198.51.99.255', '198.51.101.0'],
  ['documentation', '203.0.113.0', '203.0.113.255', '203.0.112.255', '203.0.114.0'],
  ['multicast', '224.0.0.0', '239.255.255.255', '223.255.255.255'],
  ['reserved', '240.0.0.0', '255.255.255.255'],
  ['reserved', '200::', '1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', undefined, '2000::'],
  ['Teredo', '2001::', '2001:0:ffff:ffff:ffff:ffff:ffff:ffff', '2000:ffff::'],
  ['reserved', '2001:1::', '2001:1:ffff::'],
  ['benchmarking', '2001:2::', '2001:2:0:ffff:ffff:ffff:ffff:ffff'],
  ['reserved', '2001:2:1::', '2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff', undefined, '2001:200::'],
  ['documentation', '2001:db8::', '2001:db8:ffff:ffff:ffff:ffff:ffff:ffff', '2001:db7:ffff::', '2001:db9::'],
  ['reserved', '2620:4f:8000::', '2620:4f:8000:ffff:ffff:ffff:ffff:ffff', '2620:4f:7fff::', '2620:4f:8001::'],
  ['documentation', '3fff::', '3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff', '3ffe:ffff::', '3fff:1000::'],
  [
    'reserved',
    '4000::',
    'fbff:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
    '3fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
  ],
  ['private', 'fc00::', 'fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['reserved', 'fe00::', 'fe7f:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['link-local', 'fe80::', 'febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['private', 'fec0::', 'feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['multicast', 'ff00::', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['unspecified', '::', '::'],
  ['loopback', '::1', '0:0:0:0:0:0:0:1'],
  ['reserved', '100::', '64:ff9b:1:ffff:ffff:ffff:ffff:ffff'],
  ['reserved', '64:ff9a::', '64:ff9b:0:0:0:1::'],
]

test.each(RANGES)('%s: from %s to %s', (found, first, last, before, after) => {
  expect(classOfAddress(first)).toBe(found)
  expect(classOfAddress(last)).toBe(found)
  if (before) expect(classOfAddress(before)).toBeUndefined()
  if (after) expect(classOfAddress(after)).toBeUndefined()
})

describe('an IPv6 address that carries one of IPv4 is what that is', () => {
  test.each<[address: string, found: string | undefined]>([
    ['::ffff:127.0.0.1', 'loopback'],
    ['::ffff:7f00:1', 'loopback'],
    ['::ffff:8.8.8.8', undefined],
    ['::ffff:9.255.255.255', undefined],
    ['::ffff:255.255.255.255', 'reserved'],
    ['::ffff:1.0.0.0', undefined],
    ['::ffff:0.0.0.0', 'unspecified'],
    ['64:ff9b::10.0.0.1', 'private'],
    ['64:ff9b::8.8.8.8', undefined],
    ['2002:a00:1::', 'private'],
    ['2002:a00:1:ffff:ffff:ffff:ffff:ffff', 'private'],
    ['2002:808:808::', undefined],
    ['2002:808:808:a00:1:a00:1:a00', undefined],
    ['2002::', 'unspecified'],
    ['2002:0:0:1::808:808', 'unspecified'],
    ['2002:0:1:2:3:4:5:6', 'unspecified'],
    ['::127.0.0.1', 'loopback'],
    ['::8.8.8.8', 'reserved'],
    ['::ffff:0:127.0.0.1', 'loopback'],
    ['::ffff:0:8.8.8.8', 'reserved'],
    ['::ffff:10.0.0.1%eth0', 'private'],
    ['::ffff:8.8.8.8%eth0', undefined],
    ['64:ff9b::10.0.0.1%eth0', 'private'],
    ['fe80::1%eth0', 'link-local'],
    ['2606:4700::6810:84e5', undefined],
  ])('%s', (address, found) => {
    expect(classOfAddress(address)).toBe(found)
  })
})

test.each([
  '',
  'localhost',
  '127.1',
  '0x7f000001',
  '2130706433',
  '010.0.0.1',
  '8.8.8.8:53',
  '[::1]',
  '::1::',
  '8.8.8',
  ' 8.8.8.8',
])('"%s" is no address', (text) => {
  expect(classOfAddress(text)).toBe('invalid')
})

describe('names', () => {
  test.each<[name: string, found: string | undefined]>([
    ['localhost', 'loopback'],
    ['localhost.', 'loopback'],
    ['localhost...', 'loopback'],
    ['a.localhost', 'loopback'],
    ['localhost6', 'loopback'],
    ['localdomain', 'loopback'],
    ['localhost.localdomain', 'loopback'],
    ['localhost6.localdomain6', 'loopback'],
    ['metadata.goog', 'cloud metadata'],
    ['metadata.goog.', 'cloud metadata'],
    ['metadata.google.internal', 'cloud metadata'],
    ['a.metadata.google.internal', 'special-use'],
    ...['local', 'internal', 'home.arpa', 'test', 'invalid', 'onion', 'alt'].flatMap((name) => [
      [name, 'special-use'] as [string, string],
      [`a.${name}`, 'special-use'] as [string, string],
      [`a.b.${name}.`, 'special-use'] as [string, string],
      [`a.x${name}`, undefined] as [string, undefined],
      [`a.${name}x`, undefined] as [string, undefined],
      [`${name}.example`, undefined] as [string, undefined],
    ]),
    ['redis', 'single-label'],
    ['redis.', 'single-label'],
    ['', 'single-label'],
    ['as.example', undefined],
    ['as.example.', undefined],
    ['xlocalhost.example', undefined],
    ['a.xlocalhost', undefined],
    ['localhost.example', undefined],
    ['localhost7.example', undefined],
    ['metadata.google', undefined],
    ['xmetadata.goog', undefined],
    ['metadata.goog.example', undefined],
  ])('%s', (name, found) => {
    expect(classOfName(name)).toBe(found)
  })
})
