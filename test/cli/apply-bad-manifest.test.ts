import { truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startScripted } from '../servers/scripted.js'
import { dcr, emptyFolder } from './run-dcr.js'

/* What is wrong is told by file, line and column, all at once, before anything is sent. */

const HEAD = 'version: 1\nservers:\n  bank: { issuer: https://as.example.com }\n'
const JSON_HEAD = '{\n  "version": 1,\n  "servers": { "bank": { "issuer": "https://as.example.com" } }'
const CLIENT = '    server: bank\n    metadata: { redirect_uris: [https://app.example.com/cb] }\n'

const problems: Record<string, [text: string, ...told: string[]]> = {
  'a slip in a member': [
    `${HEAD}clients:\n  web:\n    server: bank\n    metadata: { redirect_uri: [https://app.example.com/cb] }\n`,
    'bad.yaml:7:17: clients.web.metadata.redirect_uri: no specification has this member; did you mean redirect_uris?',
  ],
  'several at once, in the order of the file': [
    `${HEAD}clients:\n  web:\n    sever: bank\n    server: bnak\n    metadata: { client_name: 7 }\n`,
    'bad.yaml:6:5: clients.web.sever: sever is no member of this; did you mean server?',
    'bad.yaml:7:5: clients.web.server: there is no server bnak; did you mean bank?',
    'bad.yaml:8:17: clients.web.metadata.client_name: client_name must be a string',
  ],
  'a variable that is not set': [
    `version: 1\nservers:\n  bank:\n    issuer: https://\${REALM}.example.com\nclients:\n  web:\n${CLIENT}`,
    `bad.yaml:4:5: servers.bank.issuer: the environment variable REALM is not set, or empty; a default is \${REALM:-…}`,
  ],
  'two clients of one name': [
    `${HEAD}clients:\n  web:\n${CLIENT}  web:\n${CLIENT}`,
    'bad.yaml:8:3: "web" stands here twice',
  ],
  'two servers in which one client is the same': [
    `${HEAD}  other: { issuer: https://as.example.com/ }\nclients:\n  web:\n    server: [bank, other]\n`,
    'bad.yaml:7:5: clients.web.server: this client is named twice at one issuer, and would be kept in one place',
  ],
  'an unknown profile': [
    `version: 1\nservers:\n  bank:\n    issuer: https://as.example.com\n    provider: keyclock\nclients:\n  web:\n${CLIENT}`,
    'bad.yaml:5:5: servers.bank.provider: must be one of the known names; did you mean keycloak?',
  ],
  'a secret in clear': [
    `version: 1\nservers:\n  bank:\n    issuer: https://as.example.com\n    initial_access_token: s3cret\nclients:\n  web:\n${CLIENT}`,
    'bad.yaml:5:5: servers.bank.initial_access_token: a secret is not taken in clear; write { env: NAME } for an environment variable, or { file: PATH } for a file',
  ],
  'a secret that is not there': [
    `version: 1\nservers:\n  bank:\n    issuer: https://as.example.com\n    initial_access_token: { file: none.txt }\nclients:\n  web:\n${CLIENT}`,
    'bad.yaml:5:5: servers.bank.initial_access_token: the secret in the file none.txt cannot be read',
  ],
  'what contradicts itself': [
    `${HEAD}clients:\n  web:\n    server: bank\n    metadata: { token_endpoint_auth_method: private_key_jwt }\n`,
    'bad.yaml:7:5: clients.web.metadata: private_key_jwt needs a public key in jwks, or jwks_uri',
  ],
  'no YAML': [
    `${HEAD}clients: {\n`,
    'bad.yaml:5:1: this is neither YAML nor JSON: Flow map in block collection must be sufficiently indented and end with a }',
  ],
  'an alias of nothing': [
    `${HEAD}clients:\n  web: *base\n`,
    'bad.yaml:5:8: this alias (*name) has no anchor (&name) before it',
  ],
  'a merge of no object': [
    'version: 1\nservers: { a: { <<: text } }',
    'bad.yaml: a merge key (<<) takes an object, or a list of them',
  ],
  'an alias in itself': [
    `${HEAD}clients: &all\n  web: *all\n`,
    'bad.yaml:5:8: this alias (*name) stands in what it repeats',
  ],
  'aliases that multiply': [
    `a: &a [x, x]\n${[...'bcdefghijklmnopqrst'].map((name, index) => `${name}: &${name} [${Array(9).fill(`*${'abcdefghijklmnopqrst'[index]}`)}]\n`).join('')}`,
    'bad.yaml: aliases (*name) come to more than 100000',
  ],
  'a slip in JSON': [
    `${JSON_HEAD},\n  "clients": {\n    "web": { "sever": "bank" }\n  }\n}\n`,
    'bad.yaml:5:14: clients.web.sever: sever is no member of this; did you mean server?',
  ],
  'two clients of one name in JSON': [
    `${JSON_HEAD},\n  "clients": {\n    "web": { "server": "bank" },\n    "w\\u0065b": { "server": "bank" }\n  }\n}\n`,
    'bad.yaml:6:5: "web" stands here twice',
  ],
  'JSON that breaks off': [
    `${JSON_HEAD},\n  "clients": {`,
    'bad.yaml:4:15: this is neither YAML nor JSON: Flow map must end with a }',
  ],
  'members one level too deep': [
    `version: 1\ndefaults:\n  metadata: { client_name: App }\nservers:\n  bank: { issuer: https://as.example.com }\nclients:\n  web:\n${CLIENT}`,
    'bad.yaml:3:3: defaults.metadata: no client has a member metadata: its members stand here themselves',
  ],
  'a list as a name': [
    `${HEAD}clients:\n  ? [one, two]\n  :\n${CLIENT}`,
    'bad.yaml:5:5: a name must be a text',
  ],
  'a name that YAML takes for another': [
    `${HEAD}clients:\n  007:\n${CLIENT}`,
    'bad.yaml:5:3: "007" is "7" to YAML: write it in quotes',
  ],
  'a secret that is a tag': [
    `version: 1\nservers:\n  bank:\n    initial_access_token: !s3cret!\n`,
    'bad.yaml:4:27: what begins with ! is a tag to YAML, and this is none that is known: write a text in quotes',
  ],
  'two documents': [
    `${HEAD}clients:\n  web:\n${CLIENT}---\nversion: 1\n`,
    'bad.yaml:8:1: another document begins here, and a file has one',
  ],
  'what is nested beyond all measure': [`${HEAD}clients: ${'['.repeat(5000)}`, 'this is nested too deep'],
  'a text': ['hello\n', 'bad.yaml:1:1: the manifest: must be an object with members'],
}

test.each(Object.entries(problems))('%s', async (what, [text, ...told]) => {
  const folder = emptyFolder()
  writeFileSync(join(folder, 'bad.yaml'), text)
  const { code, stdout, stderr } = await dcr(['apply', 'bad.yaml'], { folder })
  expect([code, stdout]).toEqual([2, ''])
  for (const line of told) expect(stderr).toContain(`${line}\n`)
  expect(stderr).not.toContain('Warning')
  const places = stderr.split('\n').filter((line) => line.includes('bad.yaml:'))
  if (what.startsWith('several')) expect(places.map((line) => line.replace('dcr: ', ''))).toEqual(told)
  expect(stderr).not.toContain('s3cret')
})

test('no path at all', async () => {
  const { code, stderr } = await dcr(['plan', ''])
  expect([code, stderr]).toEqual([2, 'dcr: the path of the manifest is empty\nSee: dcr plan --help\n'])
})

test('a file of 50 MB is not read', async () => {
  const folder = emptyFolder()
  writeFileSync(join(folder, 'large.yaml'), '')
  truncateSync(join(folder, 'large.yaml'), 50_000_000)
  const { code, stderr } = await dcr(['plan', 'large.yaml'], { folder })
  expect(code).toBe(2)
  expect(stderr).toMatch(/^dcr: large\.yaml: a manifest has at most 8388608 bytes, and this has 50000000;/)
})

test('one bad client among good ones, and nothing is sent', async () => {
  const server = await startScripted()
  const folder = emptyFolder()
  const clients = `clients:\n  good:\n${CLIENT}  bad:\n    server: bank\n    metadata: { redirect_uris: [not a url] }\n`
  writeFileSync(
    join(folder, 'bad.yaml'),
    `version: 1\nservers:\n  bank: { issuer: ${server.origin} }\n${clients}`,
  )
  const { code, stderr } = await dcr(['apply', 'bad.yaml', '--allow-insecure-requests'], { folder })
  expect(code).toBe(2)
  expect(stderr).toMatch(/bad\.yaml:10:17: clients\.bad\.metadata\.redirect_uris: redirect_uris\[0\] must/)
  expect(server.connections).toBe(0)
})

test.each([
  ['--shard', '3/2', '--shard must be I/N with I from 1 to N, such as 1/4'],
  ['--only', 'nobody', '--only names nobody, which is no client of the manifest'],
])('%s %s', async (option, value, told) => {
  const folder = emptyFolder()
  writeFileSync(join(folder, 'good.yaml'), `${HEAD}clients:\n  web:\n${CLIENT}`)
  const { code, stderr } = await dcr(['apply', 'good.yaml', option, value], { folder })
  expect([code, stderr]).toEqual([2, expect.stringContaining(told)])
})
