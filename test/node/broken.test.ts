import { describe, expect, test } from 'vitest'
import { broken, coded, codeOf } from '../../src/node/broken.js'
import { targetOf } from '../../src/node/target.js'

const target = targetOf(new Request('https://as.example/r'), { allow: new Set(), allowLoopback: false })
const failed = (code: string) => Object.assign(new Error('hunter22'), { code })
const UNREACHED = 'guardedFetch: GET https://as.example/r could not be reached'
const LOST = 'guardedFetch: GET https://as.example/r closed or lost the connection'

describe('before there was a connection', () => {
  test.each([
    ['CERT_HAS_EXPIRED', 'its certificate has expired'],
    ['CERT_NOT_YET_VALID', 'its certificate is not valid yet'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'its certificate is self-signed'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'its certificate is for another host'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'its certificate is from an authority that is not trusted'],
    ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'its certificate is from an authority that is not trusted'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'its certificate is from an authority that is not trusted'],
    ['EPROTO', 'it does not speak TLS there, or no version of it that is safe'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'it does not speak TLS there'],
    ['ECONNREFUSED', 'nothing listens there'],
    ['EAI_AGAIN', 'its name could not be looked up now'],
    ['EMFILE', 'this process may open no more files'],
    ['ENOTFOUND', 'its name has no address'],
    ['NO_ADDRESS', 'the lookup that it was given failed'],
    ['CONNECT_TIMEOUT', 'it took too long to connect'],
    ['EWHATEVER', undefined],
  ])('%s: nothing was sent', (code, reason) => {
    const error = broken(target, failed(code), false)
    expect(error).toMatchObject({ code: 'network_error', outcome: 'not_sent', cause: { code } })
    expect(error.message).toBe(`${UNREACHED} (${code}${reason ? `: ${reason}` : ''}). Nothing was sent.`)
  })

  test.each([
    ['ECONNRESET', 'CONNECT_RESET', 'the connection ended before it was made'],
    ['EPIPE', 'CONNECT_RESET', 'the connection ended before it was made'],
    ['ETIMEDOUT', 'CONNECT_TIMEOUT', 'it took too long to connect'],
    ['ERR_SOCKET_CONNECTION_TIMEOUT', 'CONNECT_TIMEOUT', 'it took too long to connect'],
  ])('%s means %s', (found, code, reason) => {
    const error = broken(target, failed(found), false)
    expect(error).toMatchObject({ outcome: 'not_sent', cause: { code } })
    expect(error.message).toBe(`${UNREACHED} (${code}: ${reason}). Nothing was sent.`)
  })
})

describe('of a connection', () => {
  test.each([
    ['ECONNRESET', undefined],
    ['EPIPE', undefined],
    ['ECONNREFUSED', 'nothing listens there'],
    ['HPE_HEADER_OVERFLOW', 'the head of the answer is too large'],
    ['TOO_MANY_INTERIM', 'too many interim answers came'],
    ['NOT_HTTP', 'what came is not the answer to a request'],
  ])('%s: it is not known what became of the request', (code, reason) => {
    const error = broken(target, failed(code), true)
    expect(error).toMatchObject({ code: 'network_error', outcome: 'unknown', cause: { code } })
    // A read changes nothing.
    expect(error.message).toBe(`${LOST} (${code}${reason ? `: ${reason}` : ''}).`)
  })
})

test.each([true, false])(
  'without a code nothing is known, whether there was a connection or not (%s)',
  (isConnected) => {
    for (const thrown of [new Error('hunter22'), 'hunter22', undefined, null, failed('hunter 22')]) {
      const error = broken(target, thrown, isConnected)
      expect(error).toMatchObject({ outcome: 'unknown', cause: { code: '' } })
      expect(error.message).toBe(`${LOST} (no code).`)
    }
  },
)

test('what is a code', () => {
  const long = 'X'.repeat(64)
  for (const code of ['ABC', 'E_1', long]) expect(codeOf(failed(code))).toBe(code)
  for (const code of [
    'AB',
    `${long}X`,
    'A B',
    ' ABC',
    'ABC ',
    'A-BC',
    '',
    42,
    undefined,
    { length: 3 },
    ['ABC'],
  ])
    expect(codeOf(failed(code as string)), `${code}`).toBe('')
  expect(codeOf({ code: 'ABC' })).toBe('')
  expect(codeOf('ABC')).toBe('')
  expect(coded('ABC')).toBeInstanceOf(Error)
  expect(codeOf(coded('ABC'))).toBe('ABC')
})
