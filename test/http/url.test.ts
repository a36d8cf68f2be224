import { describe, expect, test } from 'vitest'
import type { DcrError, ErrorCode } from '../../src/errors.js'
import { callableUrl, formEncoded, isLoopback, parse, showUrl } from '../../src/http/url.js'

const call = (value: unknown, allowInsecureRequests?: boolean) =>
  callableUrl(value, 'the endpoint', { operation: 'register', allowInsecureRequests })

function refused(value: unknown, allowInsecureRequests?: boolean): DcrError {
  try {
    call(value, allowInsecureRequests)
  } catch (error) {
    return error as DcrError
  }
  return expect.fail('it was taken')
}

const label = 'a'.repeat(63)
const ODD = 'must not have spaces, backslashes, control or invisible characters'
const NOT_ABSOLUTE = 'must be an absolute URL that starts with https://'
const USER = 'must not have a user name or password in it'

describe('what is called', () => {
  test.each<string[]>([
    ['https://as.example/'],
    ['HTTPS://As.Example/r', 'https://as.example/r'],
    ['https://as.example', 'https://as.example/'],
    ['https://as.example/r?a=b@c#'.slice(0, -1)],
    ['https://as.example:8443/@'],
    ['https://as.example:1/'],
    ['https://as.example/%20?%23'],
    [`https://${label}.${label}.${label}.${'a'.repeat(61)}/`],
    [`https://as.example/${'r'.repeat(8192 - 19)}`],
    ['https://éxample.as/é', 'https://xn--xample-9ua.as/%C3%A9'],
    ['https://as.日本/', 'https://as.xn--wgv71a/'],
    ['https://[2606:4700::1]/'],
    ['https://8.8.8.8./', 'https://8.8.8.8/'],
  ])('%s', (url = '', called = url) => {
    expect(call(url).href).toBe(called)
    expect(call(new URL(url)).href).toBe(called)
  })
})

describe('what is not', () => {
  test.each<[url: unknown, what: string]>([
    ['', 'must be an absolute https URL'],
    [undefined, 'must be an absolute https URL'],
    [42, 'must be an absolute https URL'],
    [{ href: 'https://as.example' }, 'must be an absolute https URL'],
    ['https://as.example/ ', ODD],
    ['https:\\\\as.example', ODD],
    ['https://as.example/\u0000', ODD],
    ['https://as.example/\u202e', ODD],
    ['https://as.example/\ud800', ODD],
    [`https://as.example/${'r'.repeat(8193 - 19)}`, 'must not be longer than 8192 characters'],
    ['as.example/https://x', NOT_ABSOLUTE],
    ['https:as.example', NOT_ABSOLUTE],
    ['1https://as.example', NOT_ABSOLUTE],
    ['://as.example', NOT_ABSOLUTE],
    ['https://user@as.example', USER],
    ['https://user:password@as.example/', USER],
    ['https://@as.example/', USER],
    ['https://a@b@as.example/', USER],
    ['https://as.example/#', 'must not have a fragment'],
    ['https://as.example#x', 'must not have a fragment'],
    ['https://as.example/?a#b', 'must not have a fragment'],
    ['https://', 'is not a valid URL'],
    ['https://:443/', 'is not a valid URL'],
    ['https://as.example:0/', 'is not a valid URL'],
    ['https://as.example:65536/', 'is not a valid URL'],
    ['https://as.example:x/', 'is not a valid URL'],
    [`https://a${label}.example/`, 'is not a valid URL'],
    [`https://as.a${label}/`, 'is not a valid URL'],
    [`https://${label}.${label}.${label}.${'a'.repeat(62)}/`, 'is not a valid URL'],
    ['ftp://as.example/', 'must be an https URL'],
    ['a+b-c.1://as.example/', 'must be an https URL'],
    ['wss://as.example/', 'must be an https URL'],
  ])('%s %s', (url, what) => {
    const error = refused(url)
    expect(error).toMatchObject({ code: 'invalid_url', outcome: 'not_sent' })
    expect(error.message).toBe(`register: the endpoint ${what}. Nothing was sent.`)
  })

  test.each([
    ['https://①②⑦.⓪.⓪.①/', '127.0.0.1'],
    ['https://as。example/', 'as.example'],
    ['https://%61s.example/', 'as.example'],
    ['https://exa\u2044mple.ｃom/', undefined],
    ['https://a.ⓛocalhost/', 'a.localhost'],
    ['https://é.ⓐ/', 'xn--9ca.a'],
    ['https://xn--9ca.ⓐ/', 'xn--9ca.a'],
    ['https://8.8.8.8.\ufe0f/', '8.8.8.8'],
  ])('a host that reads as another: %s', (url, host) => {
    const error = refused(url)
    expect(error.code).toBe('invalid_url')
    if (host) {
      const what = `the host of the endpoint must be written as what it is, ${host}`
      expect(error.message).toBe(`register: ${what}. Nothing was sent.`)
    }
  })

  test('an object of text is none', () => {
    expect(refused(new String('https://as.example')).code).toBe('invalid_url')
  })
})

describe('http', () => {
  const elsewhere = 'http is for loopback addresses only'
  const here = 'set allowInsecureRequests to reach a server on this machine'

  test.each([
    ['http://localhost:1/r'],
    ['http://127.0.0.1/'],
    ['http://127.255.255.255/'],
    ['http://[::1]:8080/'],
  ])('to this machine is allowed by the option: %s', (url) => {
    expect(call(url, true).href).toBe(url)
    for (const isAllowed of [false, undefined]) {
      const error = refused(`${url}?token=hidden`, isAllowed)
      const what = `the endpoint is not https (${url}?…); ${here}`
      expect(error.message).toBe(`register: ${what}. Nothing was sent.`)
      expect(error.code satisfies ErrorCode).toBe('insecure_url')
    }
  })

  test.each([
    ['http://as.example/'],
    ['http://128.0.0.1/'],
    ['http://127.0.0.1.example/'],
    ['http://x.127.0.0.1.example/'],
    ['http://localhost.example/'],
    ['http://x.localhost/'],
    ['http://[::2]/'],
  ])('to elsewhere is not: %s', (url) => {
    for (const isAllowed of [true, false]) {
      const error = refused(url, isAllowed)
      expect(error.code).toBe('insecure_url')
      expect(error.message).toBe(
        `register: the endpoint is not https (${url}); ${elsewhere}. Nothing was sent.`,
      )
    }
  })

  test('what only looks like an address of this machine', () => {
    for (const hostname of ['1127.0.0.1', '127.0.0.1x', '127.0.0', 'x127.0.0.1', '127.0.0.x', '127x0.0.1'])
      expect(isLoopback({ hostname } as URL), hostname).toBe(false)
  })
})

test('a URL is shown without what may be secret', () => {
  expect(showUrl(new URL('https://as.example:8443/r/c1?token=hidden'))).toBe('https://as.example:8443/r/c1?…')
  expect(showUrl(new URL('https://as.example/r'))).toBe('https://as.example/r')
  expect(showUrl(new URL('https://user:hidden@as.example/r#hidden'))).toBe('https://as.example/r')
})

test('text that is no URL is no error', () => {
  expect(parse('https://')).toBeUndefined()
  expect(parse('/r')).toBeUndefined()
  expect(parse('/r', new URL('https://as.example/x'))?.href).toBe('https://as.example/r')
})

test('a value as it stands in a form', () => {
  expect(formEncoded('a b+c/é=&"')).toBe('a+b%2Bc%2F%C3%A9%3D%26%22')
  expect(formEncoded('')).toBe('')
})
