import { describe, expect, test } from 'vitest'
import type { DcrError } from '../../src/errors.js'
import { entryOf, isAllowed, keyOf } from '../../src/node/allow-list.js'
import { isBlockedPort, portOf } from '../../src/node/ports.js'
import { blocked, checkTarget, refusal, targetOf } from '../../src/node/target.js'

/* What a request is for, and what needs no lookup to be refused. */

const target = (url: string, ...allow: string[]) =>
  targetOf(new Request(url), { allow: new Set(allow), allowLoopback: false })

describe('a target', () => {
  test.each([
    ['https://as.example/r?token=hidden', 'as.example', false, 'GET https://as.example/r?…'],
    ['https://10.0.0.1:8443/', '10.0.0.1', true, 'GET https://10.0.0.1:8443/'],
    ['https://[2606:4700::1]/', '2606:4700::1', true, 'GET https://[2606:4700::1]/'],
  ])('%s', (url, host, isLiteral, endpoint) => {
    expect(target(url)).toEqual({ url: new URL(url), host, isLiteral, endpoint, isAllowed: false })
  })

  test('has the method of its request', () => {
    const request = new Request('https://as.example/r', { method: 'DELETE' })
    expect(targetOf(request, { allow: new Set(), allowLoopback: false }).endpoint).toBe(
      'DELETE https://as.example/r',
    )
  })
})

function refused(url: string, ...allow: string[]): DcrError | undefined {
  try {
    checkTarget(target(url, ...allow))
  } catch (error) {
    return error as DcrError
  }
  return undefined
}

describe('what is refused at once', () => {
  test.each<[url: string, why: string, key: string]>([
    ['https://10.0.0.1/r', '10.0.0.1 is an address that is private', '10.0.0.1:443'],
    ['http://[::1]:8080/r', '::1 is an address that is loopback', '[::1]:8080'],
    ['https://db/r', 'db is a name that is single-label', 'db:443'],
    ['http://as.internal./r', 'as.internal. is a name that is special-use', 'as.internal:80'],
    ['https://as.example:22/r', 'port 22 is for another protocol than HTTP', 'as.example:22'],
    ['https://10.0.0.1:22/r', 'port 22 is for another protocol than HTTP', '10.0.0.1:22'],
  ])('%s', (url, why, key) => {
    const error = refused(url)
    expect(error).toMatchObject({ code: 'blocked_address', outcome: 'not_sent', endpoint: `GET ${url}` })
    expect(error?.message).toBe(
      `guardedFetch: GET ${url} is not connected to: ${why}; if that is meant, allow it: ` +
        `guardedFetch({ allow: ['${key}'] }). Nothing was sent.`,
    )
    expect(refused(url, key)).toBeUndefined()
  })

  test.each(['ftp://as.example/', 'data:text/plain,x', 'blob:https://as.example/x'])('%s', (url) => {
    const error = refused(url)
    expect(error).toMatchObject({ code: 'invalid_url', outcome: 'not_sent' })
    expect(error?.message).toContain(' is not called: it must be an https URL. Nothing was sent.')
    // Whatever is allowed.
    expect(refused(url, ':80', 'as.example:80', 'as.example:21')?.code).toBe('invalid_url')
  })

  test('a name of any length is shown in part', () => {
    expect(refused(`https://${'a'.repeat(300)}/`)?.message).toContain(`: ${'a'.repeat(256)}… is a name`)
    expect(refused(`https://${'a'.repeat(256)}/`)?.message).toContain(`: ${'a'.repeat(256)} is a name`)
  })

  test('not what is public', () => {
    for (const url of ['https://as.example/', 'http://8.8.8.8:8080/', 'https://[2606:4700::1]/'])
      expect(refused(url), url).toBeUndefined()
  })
})

test('an error says of which request it is, and what became of it', () => {
  const of = target('https://as.example/r')
  expect(blocked(of, 'it is so').message).toContain('is not connected to: it is so; if that is meant')
  expect(refusal(of, 'network_error', 'broke')).toMatchObject({
    message: 'guardedFetch: GET https://as.example/r broke. Nothing was sent.',
    endpoint: 'GET https://as.example/r',
  })
  const cause = { code: 'X' }
  expect(refusal(of, 'network_error', 'broke', { outcome: 'unknown', cause })).toMatchObject({
    code: 'network_error',
    outcome: 'unknown',
    cause,
    endpoint: 'GET https://as.example/r',
  })
})

describe('entries of the allow-list', () => {
  test.each([
    ['as.example:443', 'as.example:443'],
    ['AS.Example.:8443', 'as.example:8443'],
    ['bücher.example:80', 'xn--bcher-kva.example:80'],
    ['127.1:8080', '127.0.0.1:8080'],
    ['[::1]:8080', '[::1]:8080'],
    ['[0:0:0:0:0:0:0:1]:1', '[::1]:1'],
    ['as.example:080', 'as.example:80'],
    ['as.example:65535', 'as.example:65535'],
  ])('%s is %s', (text, entry) => {
    expect(entryOf(text)).toBe(entry)
  })

  test.each([
    ...['', ':443', 'as.example', 'as.example:', 'as.example:0', 'as.example:00000', 'as.example:65536'],
    ...['as.example:123456', 'as.example:4x', 'as.example:x4', 'https://as.example:443', '::1:443', '[::1]'],
    ...['[]:443', '[::1:443', '::1]:443', '[::1]]:443', 'x[::1]:443', 'a*:443', 'a b:443', 'a/b:443'],
    ...[
      'a?b:443',
      'a#b:443',
      'u@a:443',
      'a\\b:443',
      ' a:443',
      'a:443 ',
      'a:443/',
      'x\n:443',
      '%:443',
      '[x]:443',
    ],
  ])('"%s" is none', (text) => {
    expect(entryOf(text)).toBeUndefined()
  })

  test('one lets through that host and that port alone', () => {
    const list = { allow: new Set(['as.example:443', '[::1]:80']), allowLoopback: false }
    const allowed = (url: string) => isAllowed(list, new URL(url))
    expect(
      ['https://as.example/', 'https://as.example./', 'http://as.example:443/', 'http://[::1]/'].map(allowed),
    ).toEqual([true, true, true, true])
    expect(
      ['http://as.example/', 'https://as.example:444/', 'https://x.as.example/', 'https://[::1]/'].map(
        allowed,
      ),
    ).toEqual([false, false, false, false])
    expect(keyOf(new URL('https://as.example../'))).toBe('as.example.:443')
  })

  test('and this machine, at every port, where that is allowed', () => {
    const allowed = (url: string, allowLoopback: boolean) =>
      isAllowed({ allow: new Set(['as.example:443']), allowLoopback }, new URL(url))
    for (const url of ['http://localhost:1/', 'https://127.8.8.8/', 'http://[::1]:8080/']) {
      expect(allowed(url, true), url).toBe(true)
      expect(allowed(url, false), url).toBe(false)
    }
    for (const url of ['http://a.localhost/', 'https://10.0.0.1/', 'https://b.example/'])
      expect(allowed(url, true), url).toBe(false)
    expect(allowed('https://as.example/', true)).toBe(true)
  })
})

test('a port that is left out is that of the scheme', () => {
  expect(portOf(new URL('https://as.example/'))).toBe(443)
  expect(portOf(new URL('http://as.example/'))).toBe(80)
  expect(portOf(new URL('http://as.example:443/'))).toBe(443)
  expect(portOf(new URL('https://as.example:80/'))).toBe(80)
})

test('ports of other protocols', () => {
  for (const port of [0, 1, 22, 25, 111, 554, 5060, 6000, 10_080])
    expect(isBlockedPort(port), `${port}`).toBe(true)
  for (const port of [80, 443, 444, 8080, 8443, 10_081, 65_535])
    expect(isBlockedPort(port), `${port}`).toBe(false)
})
