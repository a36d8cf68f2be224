import { describe, expect, test, vi } from 'vitest'
import { DcrClient, type DcrError, discover, none, type RequestOptions, requestToken } from '../src/index.js'
import { failureOf } from './failure-of.js'

/** Stands in parts of URLs that may be secret: no message may repeat it. */
const CANARY = 'canary-71c2e0'
const AS = 'https://as.example.com'

/** Every way in for a URL, and the name it is known by. */
const doors: Record<string, (url: string, options: RequestOptions) => Promise<unknown>> = {
  registration_endpoint: (registration_endpoint, options) =>
    new DcrClient({ issuer: AS, registration_endpoint }, options).register({ redirect_uris: [`${AS}/cb`] }),
  token_endpoint: (token_endpoint, options) =>
    requestToken({ issuer: AS, token_endpoint }, none({ client_id: 'c1' }), options),
  registration_client_uri: (registration_client_uri, options) =>
    new DcrClient({ issuer: AS, registration_endpoint: `${AS}/register` }, options).get({
      client_id: 'c1',
      registration_access_token: 'rat-1',
      registration_client_uri,
    }),
  'the issuer': discover,
}

/** The error of a URL that is refused here: no fetch may have been asked for it. */
async function refusalOf(attempt: (options: RequestOptions) => Promise<unknown>): Promise<DcrError> {
  const fetch = vi.fn(() => Promise.reject(new Error('it was sent')))
  const error: DcrError = await attempt({ fetch }).then(
    () => expect.fail('it did not fail'),
    (thrown) => thrown,
  )
  expect(fetch).not.toHaveBeenCalled()
  expect(error).toMatchObject({ name: 'DcrError', outcome: 'not_sent', attempts: 0 })
  expect(error.message).not.toContain(CANARY)
  return error
}

describe('a URL that is refused', () => {
  const rows: [name: string, url: unknown, code?: string][] = [
    ['A001: http', `http://as.example.com/register?${CANARY}`, 'insecure_url'],
    ['A002: http to this machine', `http://127.0.0.1:1/register?${CANARY}`, 'insecure_url'],
    ['A002: http to localhost', 'http://localhost/register', 'insecure_url'],
    ['ftp', `ftp://as.example.com/${CANARY}`],
    ['file', `file:///${CANARY}`],
    ['javascript', `javascript:${CANARY}`],
    ['data', `data:,${CANARY}`],
    ['websocket', 'wss://as.example.com/'],
    ['A006: a user name', `https://${CANARY}@as.example.com/r`],
    ['A006: a user name and password', `https://user:${CANARY}@as.example.com/r`],
    ['A006: an empty user name and password', 'https://:@as.example.com/r'],
    ['A009: a user name that looks like a host', `https://as.example.com:443@${CANARY}.example/`],
    ['A007: a fragment', `https://as.example.com/r#${CANARY}`],
    ['an empty fragment', 'https://as.example.com/r#'],
    ['a line break', `https://as.example.com/r\r\nx: ${CANARY}`],
    ['a line break at its end', 'https://as.example.com/r\n'],
    ['a tab in the scheme', 'ht\ttps://as.example.com/r'],
    ['a NUL', `https://as.example.com/r\0${CANARY}`],
    ['DEL', 'https://as.example.com/r\u007f'],
    ['a C1 control character', 'https://as.example.com/r\u0085'],
    ['half a surrogate pair', `https://as.example.com/${CANARY}\ud800`],
    ['text from right to left', `https://as.example.com/\u202e${CANARY}`],
    ['a space', `https://as.example.com/r ${CANARY}`],
    ['a no-break space', 'https://as.example.com/\u00a0'],
    ['A009: backslashes', 'https:\\\\as.example.com\\r'],
    ['A009: a backslash in the host', `https://as.example.com\\@${CANARY}.example/`],
    ['A009: no slashes', 'https:as.example.com/r'],
    ['A009: one slash', 'https:/as.example.com/r'],
    ['A004: no scheme', '//as.example.com/r'],
    ['A004: no scheme and no slashes', `as.example.com/${CANARY}`],
    ['A004: a path', `/${CANARY}`],
    ['no host', 'https://'],
    ['A011: a soft hyphen in the host', 'https://as.exa\u00admple.com/r'],
    ['A011: an address in circled digits', 'https://①②⑦.⓪.⓪.①/r'],
    ['A011: an ideographic full stop', 'https://as。example.com/r'],
    ['A011: letters of full width', 'https://ａs.example.com/r'],
    ['A011: an escaped letter in the host', 'https://%61s.example.com/r'],
    ['A013: port 0', 'https://as.example.com:0/r'],
    ['A013: a port that is none', 'https://as.example.com:65536/'],
    [
      'A014: 8,193 characters',
      `https://as.example.com/${'r'.repeat(8193 - 'https://as.example.com/'.length)}`,
    ],
    ['A014: a label of 64 characters', `https://${'a'.repeat(64)}.example.com/r`],
    ['A014: a host of 254 characters', `https://${'a.'.repeat(122)}example.com/r`],
    ['a host that is none', `https://${CANARY}%00.example/`],
    ['a number', 42],
    ['an object', { href: AS }],
  ]
  for (const [name, url, code = 'invalid_url'] of rows) {
    for (const [door, enter] of Object.entries(doors)) {
      test(`${door}: ${name}`, async () => {
        const error = await refusalOf((options) => enter(url as string, options))
        expect(error.code).toBe(code)
        expect(error.message).toContain(door)
      })
    }
  }

  const remote = [
    'http://as.example.com/',
    'http://127.0.0.1.example.com/',
    'http://localhost.example.com/',
    'http://10.0.0.1/',
    'http://0.0.0.0/',
    'http://169.254.169.254/',
    'http://[::2]/',
    'http://[::ffff:10.0.0.1]/',
    'http://1270.0.0.1/',
  ]
  for (const url of remote) {
    test(`allowInsecureRequests does not allow ${url}`, async () => {
      for (const enter of Object.values(doors)) {
        const error = await refusalOf((options) => enter(url, { ...options, allowInsecureRequests: true }))
        expect(['insecure_url', 'invalid_url']).toContain(error.code)
      }
    })
  }

  const local = [
    'http://127.0.0.1:1/',
    'http://127.8.8.8/',
    'http://localhost/',
    'http://[::1]/',
    'http://2130706433/',
  ]
  for (const url of local) {
    test(`A002: allowInsecureRequests allows ${url}`, async () => {
      const fetch = vi.fn(() => Promise.reject(new Error('it was sent')))
      const attempt = doors.registration_endpoint?.(url, { fetch, allowInsecureRequests: true })
      await expect(attempt).rejects.toMatchObject({ code: 'network_error' })
      expect(fetch).toHaveBeenCalledOnce()
    })
  }

  test('a polluted prototype does not loosen the rules', async () => {
    Object.assign(Object.prototype, { allowInsecureRequests: true, trustedOrigins: ['https://evil.example'] })
    try {
      for (const enter of Object.values(doors)) {
        const error = await refusalOf((options) => enter('http://127.0.0.1:1/', options))
        expect(error.code).toBe('insecure_url')
      }
      const elsewhere = await refusalOf(
        (options) => doors.registration_client_uri?.('https://evil.example/', options) as never,
      )
      expect(elsewhere.code).toBe('untrusted_origin')
    } finally {
      Reflect.deleteProperty(Object.prototype, 'allowInsecureRequests')
      Reflect.deleteProperty(Object.prototype, 'trustedOrigins')
    }
  })
})

describe('a URL that is odd and all right', () => {
  const rows: [name: string, url: string, called: string, shown?: string][] = [
    [
      'A003: capitals in scheme and host',
      'HTTPS://AS.Example.com/register',
      'https://as.example.com/register',
    ],
    [
      'A008: a query',
      `https://as.example.com/r?tenant=${CANARY}`,
      `https://as.example.com/r?tenant=${CANARY}`,
      '/r?…',
    ],
    ['A012: a letter of another script', 'https://\u0435xample.com/r', 'https://xn--xample-2of.com/r'],
    ['A013: an empty port', 'https://as.example.com:/r', 'https://as.example.com/r'],
    [
      'A014: 8,192 characters',
      `${AS}/${'r'.repeat(8192 - AS.length - 1)}`,
      `${AS}/${'r'.repeat(8192 - AS.length - 1)}`,
    ],
    ['a dot at the end of the host', 'https://as.example.com./r', 'https://as.example.com./r'],
    ['an address of version 6', 'https://[2606:4700::6810:84E5]/r', 'https://[2606:4700::6810:84e5]/r'],
  ]
  for (const [name, url, called, shown = called] of rows) {
    test(name, async () => {
      const fetch = vi.fn((_request: Request) => Promise.reject(new Error('it was sent')))
      const error = await failureOf(doors.registration_endpoint?.(url, { fetch }) as never)
      expect(fetch.mock.calls[0]?.[0].url).toBe(called)
      expect(error.endpoint).toContain(shown)
      expect(error.message).not.toContain(CANARY)
    })
  }

  test('A013: a port that no fetch connects to', async () => {
    const error = await failureOf(doors.registration_endpoint?.('https://as.example.com:22/r', {}) as never)
    expect(error).toMatchObject({ code: 'network_error', outcome: 'not_sent', cause: { code: 'BAD_PORT' } })
  })
})

describe('a missing endpoint', () => {
  for (const registration_endpoint of [undefined, '', null]) {
    test(`A004: registration_endpoint ${JSON.stringify(registration_endpoint)}`, async () => {
      const server = { issuer: AS, registration_endpoint } as never
      const error = await refusalOf((options) => new DcrClient(server, options).register({}))
      expect(error.code).toBe('registration_not_supported')
      expect(error.message).toContain('registration_endpoint')
    })
  }

  for (const token_endpoint of [undefined, '', null]) {
    test(`token_endpoint ${JSON.stringify(token_endpoint)}`, async () => {
      const server = { issuer: AS, token_endpoint } as never
      const error = await refusalOf((options) => requestToken(server, none({ client_id: 'c1' }), options))
      expect(error).toMatchObject({ code: 'invalid_argument' })
      expect(error.message).toContain('token_endpoint')
    })
  }
})

describe('an issuer that is refused', () => {
  const rows: [name: string, issuer: unknown][] = [
    ['nothing', ''],
    ['null', null],
    ['a query', `${AS}?${CANARY}`],
    ['a query after a path', `${AS}/tenant?id=${CANARY}`],
    ['A016: a dot segment', `${AS}/a/./b`],
    ['A016: two dots', `${AS}/a/../b`],
    ['A016: two dots at its end', `${AS}/a/..`],
    ['A016: encoded dots', `${AS}/%2e%2E/b`],
    ['A016: half-encoded dots', `${AS}/.%2e/b`],
    ['its OpenID Connect document', `${AS}/.well-known/openid-configuration`],
    ['its RFC 8414 document', `${AS}/.well-known/oauth-authorization-server/tenant`],
    ['a document below its path', `${AS}/tenant/.well-known/openid-configuration`],
    ['a URL object with a query', new URL(`${AS}?${CANARY}`)],
    ['a URL object of a document', new URL(`${AS}/.well-known/openid-configuration`)],
  ]
  for (const [name, issuer] of rows) {
    test(name, async () => {
      const error = await refusalOf((options) => discover(issuer as string, options))
      expect(error.code).toBe('invalid_url')
      expect(error.message).toContain('issuer')
    })
  }
})
