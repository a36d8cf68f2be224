import { constants } from 'node:crypto'
import { Agent } from 'node:http'
import { Agent as TlsAgent } from 'node:https'
import { expect, test } from 'vitest'
import { connectionsOf } from '../../src/node/connections.js'
import { settingsOf } from '../../src/node/options.js'
import { certificate } from '../servers/certificates.js'
import { authority } from './authority.js'

/* What the options of the guard become. */

test('what is not given has its default', () => {
  const settings = settingsOf({})
  expect(settings).toMatchObject({ connectTimeout: 10_000, maxHeaderSize: 16_384 })
  expect(settings.allow).toEqual(new Set())
  expect(settings.allowLoopback).toBe(false)
  expect(settings.lookup).toBeUndefined()
  expect(settings.identity).toBeUndefined()
  expect(settings.secure.options).not.toHaveProperty('ca')
})

test('what is given counts', () => {
  const lookup = async () => []
  const origin = 'https://as.example'
  const { cert, key } = certificate('valid')
  const settings = settingsOf({
    allow: ['AS.example.:443', '127.1:8080'],
    allowLoopback: true,
    lookup,
    ca: authority,
    clientCertificate: { origin, cert, key },
    connectTimeout: 1,
    maxHeaderSize: 2,
  })
  expect(settings).toMatchObject({ lookup, allowLoopback: true, connectTimeout: 1, maxHeaderSize: 2 })
  expect(settings.allow).toEqual(new Set(['as.example:443', '127.0.0.1:8080']))
  expect(settings.identity).toEqual({ origin, cert: Buffer.from(cert), key: Buffer.from(key) })
})

test('the connections are kept for four seconds, and safe whatever the environment says', () => {
  const { plain, secure } = connectionsOf(undefined, undefined)
  expect(plain).toBeInstanceOf(Agent)
  expect(secure).toBeInstanceOf(TlsAgent)
  // Its type does not tell of them.
  expect(plain).toHaveProperty('options', expect.objectContaining({ keepAlive: true, timeout: 4000 }))
  expect(secure.options).toMatchObject({
    keepAlive: true,
    timeout: 4000,
    rejectUnauthorized: true,
    minVersion: 'TLSv1.2',
    secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
  })
})

test.each([
  ['text', authority],
  ['bytes', Buffer.from(authority)],
  ['a list', [authority]],
])('authorities as %s', (_, ca) => {
  expect(connectionsOf(ca, undefined).secure.options.ca).toEqual([Buffer.from(authority)])
})

test('what is changed later changes nothing', () => {
  const ca = Buffer.from(authority)
  const { secure } = connectionsOf(ca, undefined)
  ca.fill(0)
  expect(secure.options.ca).toEqual([Buffer.from(authority)])
})

test.each([
  ['an authority that is none', 'hunter22', undefined],
  ['one of a list', [authority, 'hunter22'], undefined],
  ['a key that is none', undefined, { cert: certificate('valid').cert, key: 'hunter22' }],
  ['a certificate that is none', undefined, { cert: 'hunter22', key: certificate('valid').key }],
])('%s is found out at once', (_, ca, identity) => {
  expect(() => connectionsOf(ca, identity && { origin: 'https://as.example', ...identity })).toThrow()
})
