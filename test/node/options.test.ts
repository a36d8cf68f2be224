import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { DcrError } from '../../src/index.js'
import { type GuardedFetchOptions, guardedFetch } from '../../src/node/index.js'
import { certificate } from '../servers/certificates.js'
import { authority } from './authority.js'

function refused(options: unknown): DcrError {
  try {
    guardedFetch(options as GuardedFetchOptions)
  } catch (error) {
    return error as DcrError
  }
  return expect.fail('it was taken')
}

const origin = 'https://as.example.com'

describe('what is refused', () => {
  test.each<[what: string, options: unknown]>([
    ['the options must be an object', null],
    ['the options must be an object', 'allow'],
    ['the options must be an object', new Map()],
    ['options.allowLoopback must be true or false', { allowLoopback: 'yes' }],
    ['options.allow must be a list', { allow: '127.0.0.1:8080' }],
    ['options.allow must be a list', { allow: new Set(['127.0.0.1:8080']) }],
    ...[
      ...[
        '127.0.0.1',
        'as.example',
        ':443',
        'as.example:',
        'as.example:0',
        'as.example:65536',
        'as.example:4x',
      ],
      ...['https://as.example:443', 'as.example:443/', 'as.example:443/path', 'user@as.example:443', '*:443'],
      ...[
        '*.example:443',
        'as.example:443?',
        'as.example:443#',
        'as example:443',
        '::1:443',
        '[::1]',
        '[::1:443',
      ],
      ...['[not]:443', 'as.example\\:443', '', 'a%00b:443', 443, null, undefined, {}, ['as.example:443']],
      ...['10.0.0.0/8:443', 'as.example:443,b.example:443', 'as.example:443 '],
    ].map((entry): [string, unknown] => [
      'options.allow must list hosts with their ports',
      { allow: [entry] },
    ]),
    ['options.lookup must be a function', { lookup: 'dns' }],
    ['options.lookup must be a function', { lookup: null }],
    ...[0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31, '10', null].flatMap(
      (value): [string, unknown][] => [
        ['options.connectTimeout must be a whole number of milliseconds', { connectTimeout: value }],
        ['options.maxHeaderSize must be a whole number of bytes', { maxHeaderSize: value }],
      ],
    ),
    ...['not in PEM: hunter22', 42, {}, [42], [authority, 'hunter22'], null].map((ca): [string, unknown] => [
      'must hold certificates, and the key of one, in PEM',
      { ca },
    ]),
    ...[
      { ...certificate('valid'), origin, key: 'hunter22' },
      { ...certificate('valid'), origin, cert: 'hunter22' },
      { cert: certificate('valid').cert, key: authority, origin },
      { ...certificate('valid'), origin, key: 42 },
    ].map((clientCertificate): [string, unknown] => ['the key of one, in PEM', { clientCertificate }]),
    ...[
      ...[undefined, 42, '', 'as.example.com', `${origin}/`, `${origin}:443`, `${origin}/path`, 'https://'],
      ...['http://as.example.com', 'https://AS.example.com', 'http://https:8443', '*'],
    ].map((given): [string, unknown] => [
      'options.clientCertificate.origin must be one such as',
      { clientCertificate: { ...certificate('valid'), origin: given } },
    ]),
    ['options.clientCertificate.origin must be', { clientCertificate: 'a certificate' }],
    ['options.clientCertificate must have cert and key', { clientCertificate: { origin } }],
    [
      'options.clientCertificate must have cert and key',
      { clientCertificate: { origin, cert: certificate('valid').cert } },
    ],
    [
      'options.clientCertificate must have cert and key',
      { clientCertificate: { origin, key: certificate('valid').key } },
    ],
  ])('%s: %j', (what, options) => {
    const error = refused(options)
    expect(error).toBeInstanceOf(DcrError)
    expect(error).toMatchObject({ code: 'invalid_argument', outcome: 'not_sent' })
    expect(error.message).toMatch(/^guardedFetch: .*\. Nothing was sent\.$/)
    expect(error.message).toContain(what)
    expect(inspect(error, { showHidden: true, depth: 9 })).not.toContain('hunter22')
  })
})

describe('what is taken', () => {
  test.each<[name: string, options: GuardedFetchOptions | undefined]>([
    ['nothing', undefined],
    ['no options', {}],
    [
      'options that are not given',
      { allow: undefined, lookup: undefined, ca: undefined, connectTimeout: undefined },
    ],
    ['an object without a prototype', Object.create(null)],
    ['the smallest numbers', { connectTimeout: 1, maxHeaderSize: 1 }],
    ['the largest', { connectTimeout: 2 ** 31 - 1, maxHeaderSize: 2 ** 20 }],
    ['authorities as text, bytes and a list', { ca: [authority, Buffer.from(authority)] }],
    ['a certificate as bytes', bytes()],
    [
      'hosts of every kind',
      { allow: ['as.example:443', '10.0.0.1:1', '[::1]:65535', 'AS.internal.:080', 'bücher.example:80'] },
    ],
  ])('%s', (_name, options) => {
    expect(guardedFetch(options)).toBeTypeOf('function')
  })

  function bytes(): GuardedFetchOptions {
    const { cert, key } = certificate('valid')
    return {
      ca: Buffer.from(authority),
      clientCertificate: { origin, cert: Buffer.from(cert), key: Buffer.from(key) },
    }
  }
})

test('what a prototype says lets nothing through', async () => {
  const options = Object.create({ allow: ['127.0.0.1:1'] })
  expect(refused(options).code).toBe('invalid_argument')
  Object.defineProperty(Object.prototype, 'allow', {
    value: ['10.0.0.1:443'],
    configurable: true,
    writable: true,
  })
  try {
    const guard = guardedFetch({})
    await expect(guard(new Request('https://10.0.0.1/'))).rejects.toMatchObject({ code: 'blocked_address' })
  } finally {
    Reflect.deleteProperty(Object.prototype, 'allow')
  }
})

test('options that are changed later change nothing', async () => {
  const allow: string[] = []
  const guard = guardedFetch({ allow })
  allow.push('10.0.0.1:443')
  await expect(guard(new Request('https://10.0.0.1/'))).rejects.toMatchObject({ code: 'blocked_address' })
})
