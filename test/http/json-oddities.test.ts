import { describe, expect, test } from 'vitest'
import { openCall } from '../../src/http/call.js'
import { contradiction, mended } from '../../src/http/json-oddities.js'
import { scanJson } from '../../src/http/json-scan.js'
import type { Provider } from '../../src/providers/provider.js'

/* JSON that parses and that nobody can mean: what makes it useless, and what is left of it otherwise. */

function read(
  text: string,
  { stringLength = 65_536, provider }: { stringLength?: number; provider?: Provider } = {},
) {
  const warnings: string[] = []
  const call = {
    ...openCall('register', {
      limits: { stringLength },
      onWarning: ({ code, member, message }) => void warnings.push(`${code} ${member}: ${message}`),
    }),
    provider,
  }
  const { oddities } = scanJson(text, call.limits)
  return {
    contradiction: contradiction(oddities, call),
    mended: mended(JSON.parse(text), oddities, call),
    warnings,
  }
}

const DECIDING = [
  ...['client_id', 'client_secret', 'client_secret_expires_at', 'registration_access_token'],
  ...['registration_client_uri', 'token_endpoint_auth_method', 'issuer', 'registration_endpoint'],
  ...['authorization_endpoint', 'token_endpoint', 'access_token', 'token_type'],
]

describe('a member twice', () => {
  test.each(DECIDING)('%s is acted upon: nobody knows which is meant', (member) => {
    expect(read(`{"${member}":"a","x":1,"${member}":"a"}`).contradiction).toBe(
      `the member ${member} more than once`,
    )
  })

  test.each(DECIDING)('%s within another is nothing that is acted upon', (member) => {
    expect(read(`{"x":{"${member}":"a","${member}":"b"}}`).contradiction).toBeUndefined()
    expect(read(`{"${member}":{"x":"a","x":"b"}}`).contradiction).toBeUndefined()
  })

  test('any other: the last one counts, with one warning', () => {
    const { contradiction, mended, warnings } = read('{"x":1,"x":2,"x":3,"y":1,"y":2}')
    expect(contradiction).toBeUndefined()
    expect(mended).toEqual({ x: 3, y: 2 })
    expect(warnings).toEqual([
      'duplicate_member x: It is there more than once: the last one counts.',
      'duplicate_member y: It is there more than once: the last one counts.',
    ])
  })

  test('what is acted upon is found behind what is not', () => {
    expect(read('{"x":1,"x":2,"y":"\\ud800","issuer":"a","issuer":"b"}').contradiction).toBe(
      'the member issuer more than once',
    )
  })

  test('a member that has another name on the wire', () => {
    const provider = { name: 'own', wireNames: { client_id: 'clientId', client_name: 'name' } }
    const twice = (member: string) => read(`{"${member}":"a","${member}":"b"}`, { provider }).contradiction
    expect(twice('clientId')).toBe('the member client_id more than once')
    expect(twice('client_id')).toBe('the member client_id more than once')
    expect(twice('name')).toBeUndefined()
    expect(
      read('{"clientId":"a","clientId":"b"}', { provider: { name: 'own' } }).contradiction,
    ).toBeUndefined()
  })
})

describe.each(['client_id', 'client_secret'])('%s', (member) => {
  test('that is too long', () => {
    const { contradiction } = read(`{"${member}":"${'x'.repeat(21)}"}`, { stringLength: 20 })
    expect(contradiction).toBe(
      `a ${member} of more than 20 characters; the option limits.stringLength sets that`,
    )
    expect(read(`{"${member}":"${'x'.repeat(20)}"}`, { stringLength: 20 }).contradiction).toBeUndefined()
  })

  test('with half a character', () => {
    expect(read(`{"${member}":"a\\ud800"}`).contradiction).toBe(
      `half a character (a lone surrogate) in the ${member}`,
    )
  })

  test('that is an endless number', () => {
    expect(read(`{"${member}":1e400}`)).toMatchObject({ contradiction: undefined, mended: {} })
  })
})

test('an access token that is too long, or no text, is left out as any other member', () => {
  const { contradiction, mended } = read(`{"access_token":"${'x'.repeat(21)}"}`, { stringLength: 20 })
  expect([contradiction, mended]).toEqual([undefined, {}])
  expect(read('{"issuer":"\\ud800"}').contradiction).toBeUndefined()
})

describe('what is left out, with a warning', () => {
  const prototype =
    'ignored_member __proto__: A member __proto__ was left out: it would change what an object inherits.'
  const within = prototype.replace('__proto__:', 'x:')
  const infinite = 'ignored_member x: A number in it is larger than any that can be kept.'
  const long = 'ignored_member x: A string in it is longer than the option limits.stringLength allows.'
  const half = 'Half a character in it (a lone surrogate) reads as U+FFFD.'

  test.each<[text: string, left: object, warnings: string[]]>([
    ['{"x":1e400,"y":1}', { y: 1 }, [infinite]],
    ['{"x":[{"z":-1e400}],"y":1}', { y: 1 }, [infinite]],
    ['{"x":[1e400,1e400],"y":1}', { y: 1 }, [infinite]],
    [`{"x":"${'x'.repeat(101)}","y":1}`, { y: 1 }, [long]],
    [`{"x":["${'x'.repeat(101)}"],"y":1}`, { y: 1 }, [long]],
    ['{"__proto__":{"a":1},"y":1}', { y: 1 }, [prototype]],
    [
      '{"x":{"__proto__":{"a":1},"b":[{"__proto__":1,"c":2}]},"y":1}',
      { x: { b: [{ c: 2 }] }, y: 1 },
      [within],
    ],
    ['{"x":"a\\ud800b\\udfff","y":1}', { x: 'a\ufffdb\ufffd', y: 1 }, [`converted_member x: ${half}`]],
    [
      '{"x":["\\ud800",1,null,{"z":"\\udc00","w":true}]}',
      { x: ['\ufffd', 1, null, { z: '\ufffd', w: true }] },
      [`converted_member x: ${half}`],
    ],
    ['{"x":{"\\ud800":1,"z":2}}', { x: { z: 2 } }, [`converted_member x: ${half}`]],
    ['{"\\ud800":1,"y":1}', { y: 1 }, [`ignored_member \\u{d800}: ${half}`]],
    ['{"x":"\\ud83d\\ude00"}', { x: '😀' }, []],
    ['{"x":{"prototype":1,"constructor":2}}', { x: { prototype: 1, constructor: 2 } }, []],
    ['{}', {}, []],
  ])('%s', (text, left, warnings) => {
    const found = read(text, { stringLength: 100 })
    expect(found.mended).toEqual(left)
    expect(Object.getPrototypeOf(found.mended)).toBe(Object.prototype)
    expect(found.warnings).toEqual(warnings)
  })

  test('of a member that has more than one oddity, each is told', () => {
    const { mended, warnings } = read('{"x":{"a":"\\ud800","b":1,"b":2,"__proto__":3}}')
    expect(mended).toEqual({ x: { a: '\ufffd', b: 2 } })
    expect(warnings.map((warning) => warning.split(' ')[0])).toEqual([
      'converted_member',
      'duplicate_member',
      'ignored_member',
    ])
  })

  test('what an object has from another is not cleaned where nothing is odd', () => {
    const { mended } = read('{"x":1,"x":{"y":"a"},"z":"\\ud800"}')
    expect(mended).toEqual({ x: { y: 'a' }, z: '\ufffd' })
  })
})
