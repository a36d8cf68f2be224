import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { dcr, emptyFolder, type Surroundings } from './run-dcr.js'

/* What is wrong with a command line is told on stderr before anything is sent: exit code 2, and nothing on stdout. */

const ISSUER = 'https://as.example.com'
const SECRET = 'a-secret-0123456789'
const OPEN = 'an argument can be read by everybody on this machine'

const lines: Record<string, [line: string[], told: string, given?: Surroundings]> = {
  'no command': [[], 'a command is missing\nSee: dcr --help'],
  'an unknown command': [['regster'], "unknown command 'regster'\n(Did you mean register?)\nSee: dcr --help"],
  'the help of an unknown command': [['help', 'nope'], "unknown command 'nope'\nSee: dcr --help"],
  'the help of a secret': [['help', SECRET], 'unknown command\nSee: dcr --help'],
  'a missing argument': [['register'], "missing required argument 'issuer'\nSee: dcr register --help"],
  'an argument too many': [
    ['discover', ISSUER, 'https://other.example.com'],
    "too many arguments for 'discover'. Expected 1 argument but got 2.\nSee: dcr discover --help",
  ],
  'an unknown option, and not its value': [
    ['register', ISSUER, `--token-evn=${SECRET}`],
    "unknown option '--token-evn'\nSee: dcr register --help",
  ],
  'an unknown option like a known one': [
    ['register', ISSUER, '--token-evn', SECRET],
    "unknown option '--token-evn'\n(Did you mean --token-env?)\nSee: dcr register --help",
  ],
  'an unknown option whose value has a quote': [
    ['register', ISSUER, `--foo=it's ${SECRET}`],
    "unknown option '--foo'\nSee: dcr register --help",
  ],
  'a secret glued to a letter': [[`-p${SECRET}`], "unknown option '-p'\nSee: dcr --help"],
  'a secret in the place of a command': [[SECRET], 'unknown command\nSee: dcr --help'],
  'an option without its value': [
    ['register', ISSUER, '--name'],
    "option '--name <TEXT>' argument missing\nSee: dcr register --help",
  ],
  'a value that an option does not have': [
    ['list', '--output', 'xml'],
    "option '--output <FORMAT>' argument is invalid. Allowed choices are json, yaml, table.\nSee: dcr list --help",
  ],
  'an unknown provider': [
    ['get', ISSUER, '--provider', 'keyclock'],
    expect.stringMatching(
      /^option '--provider <NAME>' argument is invalid\. Allowed choices are asgardeo, /,
    ) as never,
  ],
  'an issuer that is no URL': [
    ['discover', 'as.example.com'],
    'the issuer must be a URL that starts with https://, such as https://as.example.com\nSee: dcr discover --help',
  ],
  'http: for another machine': [
    ['discover', 'http://as.example.com', '--allow-insecure-requests'],
    expect.stringContaining('discover: the issuer is not https') as never,
  ],
  'metadata that cannot be sent': [
    ['register', ISSUER, '--redirect-uri', 'javascript:alert(1)'],
    expect.stringMatching(/^register: redirect_uris.* Nothing was sent\.$/) as never,
  ],
  'nothing to register': [
    ['register', ISSUER],
    'say what to register: --redirect-uri URI, --name TEXT, or --metadata FILE\nSee: dcr register --help',
  ],
  'an unknown store': [
    ['list', '--store', 'mysql://db.example.com'],
    '--store must be file:PATH, journal:PATH, redis://HOST, postgres://HOST/DATABASE or memory:, and not of another kind\nSee: dcr list --help',
  ],
  'a store in the environment that is unknown': [
    ['list'],
    'DCR_STORE must be file:PATH, journal:PATH, redis://HOST, postgres://HOST/DATABASE or memory:, and not of another kind\nSee: dcr list --help',
    { environment: { DCR_STORE: `mysql://user:${SECRET}@db.example.com` } },
  ],
  'a store that would keep nothing': [
    ['register', ISSUER, '--name', 'App', '--store', 'memory:'],
    'the store memory: ends with the command: give --show-secrets, or what the server gives is lost\nSee: dcr register --help',
  ],
  'a variable that is not set': [
    ['register', ISSUER, '--name', 'App', '--token-env', 'TOKEN'],
    'the environment variable TOKEN, which --token-env names, is not set, or empty\nSee: dcr register --help',
  ],
  'a secret for the name of its variable': [
    ['register', ISSUER, '--name', 'App', '--token-env', SECRET],
    'the environment variable that --token-env names is not set, or empty\nSee: dcr register --help',
  ],
  'a secret for the name of its file': [
    ['register', ISSUER, '--name', 'App', '--token-file', SECRET],
    'the file of --token-file cannot be read (ENOENT)\nSee: dcr register --help',
  ],
  'an empty token': [
    ['register', ISSUER, '--name', 'App', '--token-file', '-'],
    'what --token-file names is empty\nSee: dcr register --help',
  ],
  'two tokens': [
    ['register', ISSUER, '--name', 'App', '--token-file', '-', '--token-env', 'TOKEN'],
    'give --token-env or --token-file, not both\nSee: dcr register --help',
  ],
  'stdin for two': [
    ['register', ISSUER, '--metadata', '-', '--token-file', '-'],
    '--token-file - and --metadata - cannot both read stdin\nSee: dcr register --help',
    { stdin: '{"client_name":"App"}' },
  ],
  'a client to take in, without the token that it is managed with': [
    ['register', ISSUER, '--client', '-', '--manage-with', 'initial_access_token'],
    'register: --manage-with is "initial_access_token", and there is no --token-env or --token-file. Nothing was sent.',
    { stdin: '{"client_id":"a"}' },
  ],
  'a client to take in, whose identifier is none': [
    ['register', ISSUER, '--client', '-'],
    'register: the client must be a client information with its client_id. Nothing was sent.',
    { stdin: '{"client_id":"a\\u0007"}' },
  ],
  'no time at all': [
    ['discover', ISSUER, '--timeout', '0'],
    '--timeout must be seconds, more than 0 and at most 2147483\nSee: dcr discover --help',
  ],
  'a member without its value': [
    ['register', ISSUER, '--set', 'client_uri'],
    '--set must be MEMBER=VALUE, such as --set client_uri=https://app.example.com\nSee: dcr register --help',
  ],
  'an env file of a list': [
    ['orphans', '--output', 'env'],
    '--output env is for one client, and this is a list\nSee: dcr orphans --help',
  ],
  'deleting and forgetting at once': [
    ['orphans', '--collect', '--forget', 'x'],
    'give --collect or --forget, not both\nSee: dcr orphans --help',
  ],
  'an issuer of a list that is no URL': [
    ['list', 'as.example.com'],
    'the issuer must be a URL that starts with https://, such as https://as.example.com\nSee: dcr list --help',
  ],
  'a provider for all servers at once': [
    ['renew', '--provider', 'okta'],
    '--as, a provider, a token and --manage-with are for one server: give its issuer too\nSee: dcr renew --help',
  ],
  'no number of seconds': [
    ['renew', '--within', ''],
    '--within must be seconds, 0 or more\nSee: dcr renew --help',
  ],
  'a shell that is not known': [
    ['completion', 'tcsh'],
    "command-argument value 'tcsh' is invalid for argument 'shell'. Allowed choices are bash, zsh, fish.\nSee: dcr completion --help",
  ],
}

describe('bad usage', () => {
  test.each(Object.entries(lines))('%s', async (_what, [line, told, given]) => {
    const { code, stdout, stderr } = await dcr(line, given)
    expect(stderr).toMatch(/^dcr: .*\n$/s)
    expect([code, stdout]).toEqual([2, ''])
    // An advice may stand on a line of its own.
    const said = stderr.slice('dcr: '.length, -1)
    expect(typeof told === 'string' ? said : said.split('\n')[0]).toEqual(told)
    expect(stderr).not.toContain(SECRET)
  })
})

describe('M224: a secret as an argument is refused, with how to give it', () => {
  const refused = [
    ['register', ISSUER, '--name', 'App', '--token', SECRET],
    ['register', ISSUER, '--name', 'App', `--token=${SECRET}`],
    ['register', ISSUER, '--initial-access-token', SECRET],
    ['token', ISSUER, '--client-id', 'a', '--client-secret', SECRET],
    ['get', ISSUER, '--registration-access-token', SECRET],
    ['register', ISSUER, '--set', `client_secret=${SECRET}`],
    ['list', '--store', `redis://:${SECRET}@db.example.com`],
    ['list', '--store', `postgres://user:${SECRET}@db.example.com/db`],
    ['list', '--store', `postgres://db.example.com/db?user=a&password=${SECRET}`],
    ['list', '--store', `redis://:a/${SECRET}@db.example.com`],
  ]
  test.each(refused.map((line) => [line.join(' ').replace(SECRET, '…'), line] as const))(
    '%s',
    async (_name, line) => {
      const { code, stdout, stderr } = await dcr(line)
      expect([code, stdout]).toEqual([2, ''])
      expect(stderr).toContain(OPEN)
      expect(stderr).toMatch(/-env NAME|--client FILE|--metadata FILE|DCR_STORE/)
      expect(stderr).not.toContain(SECRET)
    },
  )
})

describe('files that cannot be used are told with line and column, and never with their text', () => {
  const files: Record<string, [text: string, told: string]> = {
    'broken JSON': [
      `{\n  "client_secret": "${SECRET}",\n  "client_name": }`,
      'client.json:3:16: this is neither YAML nor JSON: a member has no value',
    ],
    'a member that occurs twice': [
      `{\n  "client_id": "a",\n  "client_id": "${SECRET}"\n}`,
      'client.json:3:3: ',
    ],
    'broken YAML': [`client_id: "${SECRET}\nother: b\n`, 'client.json:3:1: '],
    text: [SECRET, 'client.json:1:1: this must be an object with members'],
    'a list': [`["${SECRET}"]`, 'client.json:1:1: this must be an object with members'],
    nothing: ['', 'client.json:1:1: this must be an object with members'],
    'no client_id': [
      `{"client_secret":"${SECRET}"}`,
      'client.json:1:1: this is no client information: it has no client_id',
    ],
    'a text that begins as a tag': [
      `client_secret: !${SECRET}!\n`,
      'client.json:1:16: what begins with ! is a tag',
    ],
    'a tag of its own': [`client_secret: !${SECRET} x\n`, 'client.json:1:16: what begins with ! is a tag'],
    'a directive': [`%${SECRET}\n---\nclient_id: x\n`, 'client.json:1:1: what begins with % is a directive'],
    'a version of YAML': [
      `%YAML ${SECRET}\n---\na: x\n`,
      'client.json:1:7: what begins with % is a directive',
    ],
    'a list as a name': ['client_id: x\n[a]: x\n', 'client.json:2:1: a name must be a text'],
    'two documents': ['client_id: x\n---\nclient_id: y\n', 'client.json:2:1: another document begins here'],
    aliases: ['a: &x [1]\nclient_id: *x\n', 'client.json:2:12: aliases (*name) are for manifests'],
    'a merge key': [
      'client_id: a\n<<: { client_name: App }\n',
      'client.json:2:1: merge keys (<<) are for manifests',
    ],
    'a merge key of YAML 1.1': [
      '%YAML 1.1\n---\nclient_id: a\n<<: { client_name: App }\n',
      'client.json:4:1: merge keys (<<) are for manifests',
    ],
    'too much of it': [
      `{"client_id":"${'a'.repeat(1024 * 1024)}"}`,
      'what --client names is larger than 1048576 bytes',
    ],
  }
  test.each(Object.entries(files))('%s', async (_what, [text, told]) => {
    const folder = emptyFolder()
    writeFileSync(join(folder, 'client.json'), text)
    const { code, stdout, stderr } = await dcr(['get', ISSUER, '--client', 'client.json'], { folder })
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr.slice('dcr: '.length)).toMatch(new RegExp(`^${told.replace(/[.*()]/g, '\\$&')}`))
    expect(stderr).not.toContain(SECRET)
  })

  test('bytes that are no text', async () => {
    const folder = emptyFolder()
    writeFileSync(join(folder, 'client.json'), Buffer.from([0x7b, 0xff, 0x7d]))
    const { code, stderr } = await dcr(['get', ISSUER, '--client', 'client.json'], { folder })
    expect([code, stderr.split('\n')[0]]).toEqual([2, 'dcr: what --client names is not text in UTF-8'])
  })

  test('a file that is not there, and a folder', async () => {
    const missing = await dcr(['register', ISSUER, '--metadata', 'none.yaml'])
    expect([missing.code, missing.stderr.split('\n')[0]]).toEqual([
      2,
      'dcr: the file of --metadata cannot be read (ENOENT)',
    ])
    const folder = await dcr(['register', ISSUER, '--metadata', '.'])
    expect([folder.code, folder.stderr.split('\n')[0]]).toEqual([
      2,
      'dcr: the file of --metadata cannot be read (EISDIR)',
    ])
  })
})
