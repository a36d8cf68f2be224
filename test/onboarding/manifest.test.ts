// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are variables of manifests
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { KEY_METHOD, SECRET_METHODS } from '../../src/authentication/methods.js'
import { CLIENT_MEMBERS } from '../../src/onboarding/clients.js'
import {
  checkSecrets,
  type ManifestError,
  type ParseManifestOptions,
  parseManifest,
} from '../../src/onboarding/index.js'
import { METADATA_MEMBERS } from '../../src/onboarding/metadata.js'
import { MANIFEST_MEMBERS } from '../../src/onboarding/parsing.js'
import { ENDPOINT_MEMBERS, SERVER_MEMBERS, TOKEN_MEMBERS } from '../../src/onboarding/servers.js'
import * as providers from '../../src/providers/index.js'

const SERVERS = { bank: { issuer: 'https://as.example.com' } }
const CLIENTS = { app: { server: 'bank', metadata: { redirect_uris: ['https://app.example.com/cb'] } } }

/** What is wrong, each with its place. */
function problemsOf(value: unknown, options?: ParseManifestOptions): string[] {
  try {
    parseManifest(value, options)
    return []
  } catch (error) {
    expect(error).toMatchObject({ name: 'ManifestError', code: 'invalid_argument', outcome: 'not_sent' })
    return (error as ManifestError).problems.map(({ path, message }) => `${path.join('/')}: ${message}`)
  }
}

const withServer = (server: object) => ({
  version: 1,
  servers: { bank: { ...SERVERS.bank, ...server } },
  clients: CLIENTS,
})
const withMetadata = (metadata: unknown) => ({
  version: 1,
  servers: SERVERS,
  clients: { app: { server: 'bank', metadata } },
})

test('defaults of all, of the server and the client itself, the nearest wins, and null takes away', () => {
  const { clients } = parseManifest({
    version: 1,
    defaults: { scope: 'a', contacts: ['all@example.com'], client_name: 'All' },
    servers: { bank: { ...SERVERS.bank, defaults: { scope: 'b', client_name: 'Bank' } } },
    clients: { app: { server: 'bank', metadata: { client_name: 'App', contacts: null } } },
  })
  expect(clients.map(({ metadata }) => metadata)).toEqual([{ scope: 'b', client_name: 'App' }])
})

test('variables, their defaults, and what looks like one', () => {
  const environment = { HOST: 'app.example.com', EMPTY: '' }
  const text = ['${HOST}', '${EMPTY:-none}', '${NONE:-}', '$${HOST}', '$HOST', 'a$'].join(' ')
  const { clients } = parseManifest(
    withMetadata({ client_name: text, redirect_uris: ['https://${HOST}/cb'] }),
    {
      environment,
    },
  )
  expect(clients[0]?.metadata).toEqual({
    client_name: 'app.example.com none  ${HOST} $HOST a$',
    redirect_uris: ['https://app.example.com/cb'],
  })
})

test('a variable is not taken from a prototype, and its value is not looked through for others', () => {
  expect(problemsOf(withMetadata({ client_name: '${toString}' }))).toEqual([
    expect.stringContaining('clients/app/metadata/client_name: the environment variable toString is not set'),
  ])
  const environment = { A: '${B}', B: 'b' }
  const { clients } = parseManifest(withMetadata({ client_name: '${A}' }), { environment })
  expect(clients[0]?.metadata.client_name).toBe('${B}')
})

const wrong: Record<string, [value: unknown, ...problems: string[]]> = {
  'no object': [[], ': must be an object with members'],
  nothing: [
    {},
    'version: must be 1, which is the version of manifests that this reads',
    'servers: must be an object with members',
    'clients: must be an object with members',
  ],
  'a later version': [
    { version: 2, servers: SERVERS, clients: CLIENTS },
    'version: must be 1, which is the version of manifests that this reads',
  ],
  'a slip in each kind of object': [
    {
      version: 1,
      defualts: {},
      servers: { bank: { ...SERVERS.bank, token: { clientid: 'a' } } },
      clients: { app: { server: 'bank', meta: {} } },
    },
    'defualts: defualts is no member of this; did you mean defaults?',
    'servers/bank/token/clientid: clientid is no member of this; did you mean client_id?',
    'servers/bank/token/client_id: must be a text',
    'servers/bank/token/client_secret: a secret is not taken in clear; write { env: NAME } for an environment variable, or { file: PATH } for a file',
    'clients/app/meta: meta is no member of this; there are server, metadata',
  ],
  'no issuer that can be called': [
    withServer({ issuer: 'http://as.example.com' }),
    'servers/bank/issuer: the issuer is not https (http://as.example.com/); http is for loopback addresses only',
  ],
  'a token and a token': [
    withServer({
      initial_access_token: { env: 'A' },
      token: { client_id: 'a', client_secret: { env: 'A' } },
    }),
    'servers/bank/token: give initial_access_token or token, not both',
  ],
  'management by a token that is not there': [
    withServer({ manage_with: 'initial_access_token' }),
    'servers/bank/manage_with: initial_access_token needs one: initial_access_token, or token',
  ],
  'too much at once': [
    withServer({ concurrency: 1000 }),
    'servers/bank/concurrency: must be a whole number from 1 to 256',
  ],
  'a credential among the metadata': [
    withMetadata({ client_secret: 's3cret' }),
    "clients/app/metadata/client_secret: the metadata must be without client_secret, which is the server's to give",
  ],
  'a private key': [
    withMetadata({ jwks: { keys: [{ kty: 'RSA', d: 's3cret' }] } }),
    'clients/app/metadata/jwks: jwks must hold public keys only, and one has private members (such as "d" or "k")',
  ],
  'a name with a line break': [
    { version: 1, servers: SERVERS, clients: { 'a\nb': CLIENTS.app } },
    'clients/a\nb: a name must be 1 to 256 characters, none of them a control character',
  ],
  'a variable without an end': [
    withMetadata({ client_name: '${HOST' }),
    'clients/app/metadata/client_name: has a ${ that begins no variable: write ${NAME}, ${NAME:-default}, or $${ for itself',
  ],
}

test.each(Object.entries(wrong))('%s', (_what, [value, ...problems]) => {
  expect(problemsOf(value, { environment: { A: 'a' } })).toEqual(problems)
  expect(problems.join()).not.toContain('s3cret')
})

test('members of a server of its own are taken, and those of its profile are no slips', () => {
  expect(problemsOf(withMetadata({ software_roles: ['DATA'], 'client_name#ja': 'アプリ' }))).toEqual([])
})

test('a bad default is told once, however many clients have it', () => {
  const clients = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`app-${index}`, CLIENTS.app]))
  const value = { version: 1, defaults: { contacts: 'one' }, servers: SERVERS, clients }
  expect(problemsOf(value)).toEqual(['defaults/contacts: contacts must be an array of strings'])
})

test('what repeats itself without end, or multiplies, is refused and not copied', () => {
  const cycle: Record<string, unknown> = {}
  cycle.again = cycle
  expect(problemsOf(withMetadata({ extra: cycle })).join()).toContain('is nested more than 32 deep')
  let part: unknown = 'x'.repeat(1000)
  for (let depth = 0; depth < 20; depth++) part = [part, part, part]
  // Of the processor, as others use the machine too.
  const before = process.cpuUsage()
  expect(problemsOf(withMetadata({ extra: part })).join()).toContain('the manifest comes to more than')
  expect(process.cpuUsage(before).user / 1000).toBeLessThan(5000)
})

test('a secret is read when it is needed, and each that is missing is told', async () => {
  const server = { ...SERVERS.bank, initial_access_token: { file: 'token.txt' } }
  const token = { client_id: 'registrar', client_secret: { env: 'SECRET' } }
  const value = {
    version: 1,
    servers: { one: server, two: { ...SERVERS.bank, token } },
    clients: { app: { server: 'one' } },
  }
  const asked: unknown[] = []
  const readSecret = (reference: object) => {
    asked.push(reference)
    if ('env' in reference) throw new Error('s3cret')
    return 'abc\n'
  }
  const manifest = parseManifest(value, { readSecret })
  expect(asked).toEqual([])
  expect(await manifest.servers[0]?.initialAccessToken?.read()).toBe('abc')
  await expect(checkSecrets(manifest)).rejects.toMatchObject({
    problems: [
      {
        path: ['servers', 'two', 'token', 'client_secret'],
        message: 'the secret in the environment variable SECRET cannot be read',
      },
    ],
  })
  expect(problemsOf(value)).toEqual([
    'servers/one/initial_access_token: a file can be read only where options.readSecret is given',
    'servers/two/token/client_secret: the environment variable SECRET is not set, or empty',
  ])
})

test('the JSON Schema knows what the library knows', () => {
  const { $defs, properties } = JSON.parse(
    readFileSync(new URL('../../schemas/manifest.json', import.meta.url), 'utf8'),
  )
  const members = (schema: { properties: object }) => Object.keys(schema.properties).sort()
  expect(Object.keys(properties).sort()).toEqual([...MANIFEST_MEMBERS].sort())
  expect(members($defs.Server)).toEqual([...SERVER_MEMBERS].sort())
  expect(members($defs.Client)).toEqual([...CLIENT_MEMBERS].sort())
  expect(members($defs.Token)).toEqual([...TOKEN_MEMBERS].sort())
  expect(members($defs.Server.properties.endpoints)).toEqual([...ENDPOINT_MEMBERS].sort())
  expect(members($defs.Metadata)).toEqual([...METADATA_MEMBERS].sort())
  expect($defs.Token.properties.method.enum).toEqual([...SECRET_METHODS, KEY_METHOD])
  expect($defs.Server.properties.provider.enum).toEqual(Object.keys(providers).sort())
})
