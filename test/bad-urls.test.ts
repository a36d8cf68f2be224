import { describe, expect, test, vi } from 'vitest'
import { DcrClient, type DcrError, discover, none, type RequestOptions, requestToken } from '../src/index.js'

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
    ['http', `http://as.example.com/register?${CANARY}`, 'insecure_url'],
    ['http to this machine', `http://127.0.0.1:1/register?${CANARY}`, 'insecure_url'],
    ['http to localhost', 'http://localhost/register', 'insecure_url'],
    ['ftp', `ftp://as.example.com/${CANARY}`],
    ['file', `file:///${CANARY}`],
    ['javascript', `javascript:${CANARY}`],
    ['data', `data:,${CANARY}`],
    ['websocket', 'wss://as.example.com/'],
    ['a user name', `https://${CANARY}@as.example.com/r`],
    ['a user name and password', `https://user:${CANARY}@as.example.com/r`],
    ['an empty user name and password', 'https://:@as.example.com/r'],
    ['a user name that looks like a host', `https://as.example.com:443@${CANARY}.example/`],
    ['a fragment', `https://as.example.com/r#${CANARY}`],
    ['an empty fragment', 'https://as.example.com/r#'],
    ['a line break', `https://as.example.com/r\r\nx: ${CANARY}`],
    ['a line break at its end', 'https://as.example.com/r\n'],
    ['a tab in the scheme', 'ht\ttps://as.example.com/r'],
    ['a NUL', `https://as.example.com/r\0${CANARY}`],
    ['DEL', 'https://as.example.com/r\u007f'],
    ['a C1 control character', 'https://as.example.com/r\u0085'],
    ['a space', `https://as.example.com/r ${CANARY}`],
    ['a no-break space', 'https://as.example.com/\u00a0'],
    ['backslashes', 'https:\\\\as.example.com\\r'],
    ['a backslash in the host', `https://as.example.com\\@${CANARY}.example/`],
    ['no slashes', 'https:as.example.com/r'],
    ['one slash', 'https:/as.example.com/r'],
    ['no scheme', '//as.example.com/r'],
    ['no scheme and no slashes', `as.example.com/${CANARY}`],
    ['a path', `/${CANARY}`],
    ['no host', 'https://'],
    ['a port that is none', 'https://as.example.com:65536/'],
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
    test(`allowInsecureRequests allows ${url}`, async () => {
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

describe('a missing endpoint', () => {
  for (const registration_endpoint of [undefined, '', null]) {
    test(`registration_endpoint ${JSON.stringify(registration_endpoint)}`, async () => {
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
    ['a dot segment', `${AS}/a/./b`],
    ['two dots', `${AS}/a/../b`],
    ['two dots at its end', `${AS}/a/..`],
    ['encoded dots', `${AS}/%2e%2E/b`],
    ['half-encoded dots', `${AS}/.%2e/b`],
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
