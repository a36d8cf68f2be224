import { generateKeyPairSync } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parseManifest } from '../../src/onboarding/index.js'
import { signingKeyIn } from '../../src/onboarding/signing-key.js'
import { failureOf } from '../failure-of.js'
import { startProvider } from '../servers/oidc-provider.js'
import { dcr, emptyFolder, MANY_PROCESSES } from './run-dcr.js'

const HTTP = '--allow-insecure-requests'
const asPem = { type: 'pkcs8', format: 'pem' } as const

test('a client with a key gets a token, and a manifest registers with one', {
  timeout: MANY_PROCESSES,
}, async () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const provider = await startProvider({
    registration: 'token',
    tokenClients: [
      {
        client_id: 'signer',
        token_endpoint_auth_method: 'private_key_jwt',
        jwks: { keys: [publicKey.export({ format: 'jwk' })] },
      },
    ],
  })
  try {
    const folder = emptyFolder()
    writeFileSync(join(folder, 'key.json'), JSON.stringify(privateKey.export({ format: 'jwk' })))
    const ask = ['token', provider.issuer, '--client-id', 'signer', '--scope', 'register', HTTP]
    const token = await dcr([...ask, '--client-key-file', 'key.json'], { folder })
    expect([token.code, token.stderr]).toEqual([0, ''])
    expect(JSON.parse(token.stdout)).toMatchObject({ access_token: '••••', scope: 'register' })

    const manifest = {
      version: 1,
      servers: {
        one: { issuer: provider.issuer, token: { client_id: 'signer', client_key: { file: './key.json' } } },
      },
      clients: { app: { server: 'one', metadata: { redirect_uris: ['https://app.example.com/cb'] } } },
    }
    writeFileSync(join(folder, 'clients.json'), JSON.stringify(manifest))
    const applied = await dcr(['apply', 'clients.json', HTTP], { folder })
    expect([applied.code, applied.stderr]).toEqual([0, '1 registered.\n'])
  } finally {
    await provider.close()
  }
})

test.each([
  ['a method by a key without one', ['--method', 'private_key_jwt'], '--client-key-file PATH'],
  [
    'a key and another method',
    ['--client-key-env', 'KEY', '--method', 'client_secret_post'],
    'private_key_jwt',
  ],
  ['a key and a secret', ['--client-key-env', 'KEY', '--client-secret-env', 'KEY'], 'needs no secret'],
  ['what is no key', ['--client-key-env', 'KEY'], 'PKCS#8'],
])('refused: %s', async (_what, line, told) => {
  const environment = { KEY: 'not-a-key' }
  const given = ['token', 'https://as.example.com', '--client-id', 'signer', ...line]
  const { code, stdout, stderr } = await dcr(given, { environment })
  expect([code, stdout, stderr]).toEqual([2, '', expect.stringContaining(told)])
  expect(stderr).not.toContain('not-a-key')
})

test.each([
  ['RSASSA-PKCS1-v1_5', generateKeyPairSync('rsa', { modulusLength: 2048 })],
  ['ECDSA', generateKeyPairSync('ec', { namedCurve: 'P-256' })],
  ['ECDSA', generateKeyPairSync('ec', { namedCurve: 'P-521' })],
  ['Ed25519', generateKeyPairSync('ed25519')],
])('%s as PEM and as JSON Web Key', async (name, { privateKey }) => {
  const pem = await signingKeyIn(privateKey.export(asPem) as string)
  expect([pem.key.algorithm.name, pem.key.extractable]).toEqual([name, false])
  const jwk = JSON.stringify({ ...privateKey.export({ format: 'jwk' }), kid: 'one', use: 'sig' })
  const { key, kid } = await signingKeyIn(jwk)
  expect([key.algorithm.name, kid]).toEqual([name, 'one'])
})

test('of RSA, the algorithm that the key names', async () => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const jwk = { ...privateKey.export({ format: 'jwk' }), alg: 'PS384' }
  const { key } = await signingKeyIn(JSON.stringify(jwk))
  expect(key.algorithm).toMatchObject({ name: 'RSA-PSS', hash: { name: 'SHA-384' } })
})

test.each([
  ['a public key', JSON.stringify(generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' }))],
  ['half of JSON', '{"kty":"RSA","d":"sensitive'],
  ['a list', '[]'],
  ['PKCS#1', '-----BEGIN RSA PRIVATE KEY-----\nc2Vuc2l0aXZl\n-----END RSA PRIVATE KEY-----'],
  ['PKCS#8 of nothing', '-----BEGIN PRIVATE KEY-----\nc2Vuc2l0aXZl\n-----END PRIVATE KEY-----'],
])('no key: %s', async (_what, text) => {
  const error = await failureOf(signingKeyIn(text))
  expect(error.code).toBe('invalid_argument')
  expect(error.message).not.toMatch(/sensitive|c2Vuc2l0aXZl/)
})

test('a manifest names the credential of its method', () => {
  const client_key = { file: 'key.pem' }
  const client_secret = { file: 'secret' }
  const parse = (token: object) =>
    parseManifest(
      {
        version: 1,
        servers: { one: { issuer: 'https://as.example.com', token: { client_id: 'signer', ...token } } },
        clients: { app: { server: 'one' } },
      },
      { readSecret: () => 'secret' },
    )
  expect(parse({ client_key }).servers[0]?.token?.method).toBe('private_key_jwt')
  expect(() => parse({ client_key, client_secret })).toThrow('servers.one.token.client_secret: is not what')
  expect(() => parse({ client_key, method: 'client_secret_post' })).toThrow('give client_secret')
  expect(() => parse({ client_secret, method: 'private_key_jwt' })).toThrow('give client_key')
})
