import { once } from 'node:events'
import type { RequestListener } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { describe, expect, onTestFinished, test } from 'vitest'
import { DcrError } from '../../src/index.js'
import { checkClientIdMetadataDocument } from '../../src/mcp/checking-document.js'
import { clientIdMetadataDocument } from '../../src/mcp/client-id-metadata-document.js'
import { serveClientIdMetadataDocument } from '../../src/mcp/serving-document.js'
import { certificate } from '../servers/certificates.js'
import { trustingFetch } from '../servers/trusting-fetch.js'

const metadata = { client_name: 'App', redirect_uris: ['http://127.0.0.1/cb'] }
const document = clientIdMetadataDocument('https://app.example.com/oauth/client.json', metadata)

describe('the fetch handler', () => {
  const handle = serveClientIdMetadataDocument(document)
  const ask = (method: string, headers: HeadersInit = {}, path = '/oauth/client.json') =>
    handle(new Request(`http://internal.test${path}`, { method, headers }))

  test('serves the document whatever the host, and lets servers keep it', async () => {
    const response = await ask('GET')
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual(document)
    expect(Object.fromEntries(response.headers)).toEqual({
      'access-control-allow-origin': '*',
      'cache-control': 'public, max-age=3600',
      'content-type': 'application/json',
      etag: expect.stringMatching(/^"[0-9a-f]{64}"$/),
      'x-content-type-options': 'nosniff',
    })
  })

  test('says for how long it may be kept', async () => {
    const request = new Request(document.client_id)
    const response = await serveClientIdMetadataDocument(document, { maxAge: 60 })(request)
    expect(response.headers.get('cache-control')).toBe('public, max-age=60')
  })

  test('says the same to HEAD, without the document', async () => {
    const [get, head] = [await ask('GET'), await ask('HEAD')]
    expect([head.status, await head.text()]).toEqual([200, ''])
    expect([...head.headers]).toEqual([...get.headers])
  })

  test('sends nothing to who has it, by any way of writing the tag', async () => {
    const etag = `${(await ask('GET')).headers.get('etag')}`
    for (const held of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
      const response = await ask('GET', { 'if-none-match': held })
      expect([response.status, await response.text(), response.headers.get('etag')]).toEqual([304, '', etag])
    }
    expect((await ask('GET', { 'if-none-match': '"other"' })).status).toBe(200)
  })

  test('has another tag for another document', async () => {
    const other = serveClientIdMetadataDocument({ ...document, client_name: 'App 2' })
    const tags = [await ask('GET'), await other(new Request(document.client_id))].map((a) =>
      a.headers.get('etag'),
    )
    expect(new Set(tags).size).toBe(2)
  })

  test.each(['/oauth/other.json', '/oauth/client.json/', '/oauth/client.json?v=2', '/'])(
    'has nothing at %s',
    async (path) => {
      expect((await ask('GET', {}, path)).status).toBe(404)
    },
  )

  test.each(['POST', 'PUT', 'DELETE'])('refuses %s', async (method) => {
    const response = await ask(method)
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD, OPTIONS'])
  })

  test('lets a page read it', async () => {
    const response = await ask('OPTIONS', {
      origin: 'https://page.example',
      'access-control-request-method': 'GET',
    })
    expect(response.status).toBe(204)
    expect(response.headers.get('access-control-allow-methods')).toContain('GET')
  })

  test('does not serve what is not fit to be published', () => {
    const leaky = { ...document, client_secret: 'a-secret-of-nobody' }
    expect(() => serveClientIdMetadataDocument(leaky)).toThrow(/not fit to be published\. client_secret:/)
  })
})

describe('what is no document, or no time', () => {
  test.each<[string, unknown, unknown]>([
    ['nothing', undefined, {}],
    ['null', null, null],
    ['a URL', document.client_id, {}],
    ['a time that is text', document, { maxAge: '60' }],
    ['half a second', document, { maxAge: 0.5 }],
    ['a time before now', document, { maxAge: -1 }],
  ])('%s', (_name, given, options) => {
    const refused = () => serveClientIdMetadataDocument(given as never, options as never)
    expect(refused).toThrow(expect.objectContaining({ code: 'invalid_argument' }))
  })
})

describe('a live document', () => {
  /** An https server on this machine, and what checking a document at it gives. */
  async function check(listenerOf: (url: string) => RequestListener) {
    const server = createServer(certificate('valid'))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    onTestFinished(() => void server.close().closeAllConnections())
    const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/oauth/client.json`
    server.on('request', listenerOf(url))
    return checkClientIdMetadataDocument(url, { fetch: await trustingFetch() })
  }
  const answering =
    (text: string, status = 200, type = 'application/json'): RequestListener =>
    (_request, response) =>
      response.writeHead(status, { 'content-type': type }).end(text)
  const local = 'The URL is on this machine: servers on others cannot read it.'

  test('as the handler serves it', async () => {
    const { document: read, findings } = await check((url) => {
      const handle = serveClientIdMetadataDocument(clientIdMetadataDocument(url, metadata))
      return async (request, response) => {
        const { status, headers, body } = await handle(new Request(new URL(request.url ?? '', url)))
        response.writeHead(status, Object.fromEntries(headers))
        if (body) Readable.fromWeb(body as never).pipe(response)
      }
    })
    expect(findings.map(({ message }) => message)).toEqual([local])
    expect(read).toMatchObject(metadata)
  })

  const text = (url: string) => JSON.stringify({ ...document, client_id: url })
  test.each<[string, (url: string) => RequestListener, string[]]>([
    [
      'with another status',
      (url) => answering(text(url), 203),
      ['error: It is served with 203; servers take 200 alone.'],
    ],
    [
      'as a page',
      (url) => answering(text(url), 200, 'text/html'),
      ['warning: The answer is JSON, its content type says otherwise.'],
    ],
    [
      'with a member twice',
      (url) => answering(text(url).replace('{', '{"client_name":"x",')),
      [expect.stringMatching(/^warning: /)],
    ],
    [
      'of another URL',
      () => answering(JSON.stringify(document)),
      ['error: It must be the URL of the document, character for character.'],
    ],
  ])('%s', async (_name, listenerOf, expected) => {
    const { findings } = await check(listenerOf)
    const others = findings.filter(({ message }) => message !== local)
    expect(others.map(({ severity, message }) => `${severity}: ${message}`)).toEqual(expected)
  })

  const large = 'The document has more than 5000 bytes; servers read no more than 5000.'
  test.each<[string, (url: string) => RequestListener, string]>([
    ['too large, with its client_id first', (url) => answering(`${text(url)}${' '.repeat(5000)}`), large],
    ['too large, and nothing of it known', () => answering(' '.repeat(5001)), large],
    [
      'that breaks off',
      (url) => answering(text(url).slice(0, -1)),
      'It cannot be read: it is broken JSON, or contradicts itself.',
    ],
    [
      'that breaks off at once',
      () => answering('{"client_na'),
      'It cannot be read: it is broken JSON, or contradicts itself.',
    ],
  ])('%s', async (_name, listenerOf, message) => {
    expect(await check(listenerOf)).toEqual({
      document: undefined,
      findings: [{ severity: 'error', message }],
    })
  })

  test('that is no JSON at all', async () => {
    const { findings } = await check(() => answering('<p>', 200, 'text/html'))
    expect(findings[0]).toEqual({ severity: 'error', message: 'The document must be a JSON object.' })
  })

  test.each<[string, RequestListener, Partial<DcrError>]>([
    ['not there', answering('', 404), { code: 'not_found' }],
    [
      'not there as a whole',
      (_request, response) => {
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': 1000 })
        response.write('{"client_id":"x","client_secret":"a-secret-of-nobody",', () => response.destroy())
      },
      { code: 'network_error' },
    ],
    [
      'elsewhere',
      (_request, response) => response.writeHead(302, { location: '/' }).end(),
      { code: 'redirect_refused' },
    ],
  ])('%s', async (_name, listener, expected) => {
    const failed = check(() => listener)
    await expect(failed).rejects.toBeInstanceOf(DcrError)
    await expect(failed).rejects.toMatchObject(expected)
  })

  test('at a place that is not to be called', async () => {
    await expect(checkClientIdMetadataDocument('http://127.0.0.1/client.json')).rejects.toMatchObject({
      code: 'insecure_url',
    })
  })
})
