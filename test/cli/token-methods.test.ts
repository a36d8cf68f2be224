import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { startProvider } from '../servers/oidc-provider.js'
import { dcr, emptyFolder, MANY_PROCESSES } from './run-dcr.js'

const HTTP = '--allow-insecure-requests'

async function textOf(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request.setEncoding('utf8')) text += chunk
  return text
}

test('a kept client signs by the algorithm it was registered with', { timeout: MANY_PROCESSES }, async () => {
  const forms: URLSearchParams[] = []
  const server = createServer(async (request, response) => {
    const body = await textOf(request)
    const issuer = `http://${request.headers.host}`
    const endpoints = { registration_endpoint: `${issuer}/register`, token_endpoint: `${issuer}/token` }
    if (request.url === '/token') forms.push(new URLSearchParams(body))
    const answer =
      request.url === '/token'
        ? { access_token: 'token', token_type: 'Bearer' }
        : request.url === '/register'
          ? {
              ...JSON.parse(body),
              client_id: 'c',
              client_secret: 's'.repeat(64),
              client_secret_expires_at: 0,
            }
          : { issuer, ...endpoints }
    response.writeHead(request.url === '/register' ? 201 : 200, { 'content-type': 'application/json' })
    response.end(JSON.stringify(answer))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  try {
    const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const folder = emptyFolder()
    const metadata = ['--grant-type', 'client_credentials', '--auth-method', 'client_secret_jwt']
    const signing = ['--set', 'token_endpoint_auth_signing_alg=HS512']
    expect((await dcr(['register', issuer, ...metadata, ...signing, HTTP], { folder })).code).toBe(0)
    const { code, stderr } = await dcr(['token', issuer, HTTP], { folder })
    expect([code, stderr]).toEqual([0, ''])
    const [head = ''] = forms[0]?.get('client_assertion')?.split('.') ?? []
    expect(JSON.parse(Buffer.from(head, 'base64url').toString()).alg).toBe('HS512')
  } finally {
    server.closeAllConnections()
    server.close()
  }
})

test('a manifest asks for tokens by each method of a secret', { timeout: MANY_PROCESSES }, async () => {
  const methods = ['client_secret_basic', 'client_secret_post', 'client_secret_jwt'] as const
  const secret = 'secret-of-the-token-client-0123456789abcdef'
  const tokenClients = methods.map((method) => ({
    client_id: method,
    client_secret: secret,
    token_endpoint_auth_method: method,
  }))
  const provider = await startProvider({ registration: 'token', tokenClients })
  try {
    for (const method of methods) {
      const token = { client_id: method, client_secret: { env: 'TOKEN_SECRET' }, method }
      const manifest = {
        version: 1,
        servers: { one: { issuer: provider.issuer, token } },
        clients: { [method]: { server: 'one', metadata: { redirect_uris: ['https://app.example.com/cb'] } } },
      }
      const environment = { TOKEN_SECRET: secret }
      const applied = await dcr(['apply', '-', HTTP], { stdin: JSON.stringify(manifest), environment })
      expect([applied.code, applied.stderr]).toEqual([0, '1 registered.\n'])
    }
  } finally {
    await provider.close()
  }
})
