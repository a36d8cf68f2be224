import { execFileSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { masked } from '../../src/cli/masking.js'
import { startAuthorizationServer } from '../registrar/authorization-server.js'
import { describeWith } from '../servers/programs.js'
import { writeManifest } from './apply-set-up.js'
import { DCR, dcr, emptyFolder, MANY_PROCESSES } from './run-dcr.js'

const HTTP = '--allow-insecure-requests'

/** What a terminal would obey, or nobody would see, in the text of a server. */
const HOSTILE = 'App\u001b[2J\u009b1m\u202egnp.exe\u2028\u{e0041}\nend'
const ODD = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u

describe('text of servers', () => {
  test('is the same in JSON and YAML, and can do nothing to a terminal in any format', {
    timeout: MANY_PROCESSES,
  }, async () => {
    const folder = emptyFolder()
    const server = await startAuthorizationServer()
    const stdin = JSON.stringify({ client_name: HOSTILE, grant_types: [] })
    await dcr(['register', server.origin, '--metadata', '-', HTTP], { folder, stdin })
    const output = async (format: string) => {
      const { code, stdout, stderr } = await dcr(['get', server.origin, HTTP, '--output', format], { folder })
      expect([code, stdout.replaceAll('\n', '')]).toEqual([0, expect.not.stringMatching(ODD)])
      return { stdout, stderr }
    }
    expect(JSON.parse((await output('json')).stdout).client_name).toBe(HOSTILE)
    expect(parse((await output('yaml')).stdout).client_name).toBe(HOSTILE)
    expect((await output('table')).stdout).toContain(
      'App\\u{1b}[2J\\u{9b}1m\\u{202e}gnp.exe\\u{2028}\\u{e0041}\\u{a}end',
    )
    const { stdout, stderr } = await output('env')
    expect(stdout).not.toContain('CLIENT_NAME')
    expect(stderr).toContain('CLIENT_NAME cannot be written into an env file, and is left out.\n')
  })

  test('is no name that a shell would obey', async () => {
    const folder = emptyFolder()
    const server = await startAuthorizationServer()
    const stdin = JSON.stringify({ client_name: 'App', path: '/evil', prompt_command: 'touch pwned' })
    const line = ['register', server.origin, '--metadata', '-', HTTP, '--output', 'env']
    const { stdout } = await dcr(line, { folder, stdin })
    const names = stdout.split('\n').map((each) => each.split('=')[0])
    expect(names).toEqual(expect.arrayContaining(['CLIENT_NAME', 'CLIENT_ID', 'X_PATH', 'X_PROMPT_COMMAND']))
    expect(names).not.toContain('PATH')
    expect(names).not.toContain('PROMPT_COMMAND')
  })

  test('a table is as wide as a terminal, whatever a server says', { timeout: MANY_PROCESSES }, async () => {
    const folder = emptyFolder()
    const server = await startAuthorizationServer()
    const name = 'x'.repeat(10_000)
    await dcr(['register', server.origin, '--name', name, HTTP], { folder })
    const { stdout } = await dcr(['list', '--output', 'table'], { folder })
    expect(stdout).toContain(`${'x'.repeat(72)}…`)
    expect(stdout.split('\n')).toHaveLength(3)
  })
})

describe('what is masked', () => {
  const secret = 'secret-0123456789'

  test('each secret, however deep, and where another text repeats it', () => {
    const key = { kty: 'RSA', n: 'public', d: 'private' }
    expect(
      masked({
        client_secret: secret,
        note: `is ${secret}`,
        list: [{ access_token: 'abc' }],
        jwks: { keys: [key] },
      }),
    ).toEqual({
      client_secret: '••••',
      note: 'is ••••',
      list: [{ access_token: '••••' }],
      jwks: { keys: [{ kty: 'RSA', n: 'public', d: '••••' }] },
    })
  })

  test('what servers call a secret of their own', () => {
    const given = {
      clientSecret: secret,
      new_password: secret,
      apiKey: secret,
      private_key: secret,
      secrets: 1,
    }
    const mask = '••••'
    const shown = { clientSecret: mask, new_password: mask, apiKey: mask, private_key: mask, secrets: 1 }
    expect(masked(given)).toEqual(shown)
  })

  test('and nothing else', () => {
    const value = {
      client_id: 'd',
      d: 'not of a key',
      n: null,
      ok: true,
      at: 0,
      none: undefined,
      client_secret: '',
    }
    expect(masked(value)).toEqual({ ...value, client_secret: '••••' })
  })
})

describeWith(['script'], 'on a terminal', () => {
  const shown = (
    line: string,
    environment: Record<string, string> = {},
    folder = emptyFolder(),
    before = 'true',
  ) => {
    const { PATH = '' } = process.env
    const env = { PATH, HOME: folder, XDG_STATE_HOME: folder, TERM: 'xterm', ...environment }
    const command = `"${process.execPath}" "${DCR}" ${line}`
    return execFileSync('script', ['-qec', `${before}; ${command} || true`, '/dev/null'], {
      env,
      cwd: folder,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
  }

  test('N239: errors are red, but for who wants no colours, and for a CI', () => {
    expect(shown('nothing').startsWith('\u001b[1;31mdcr:\u001b[0m unknown command')).toBe(true)
    expect(shown('nothing', { NO_COLOR: '1' })).toMatch(/^dcr: unknown command/)
    expect(shown('nothing', { CI: 'true' })).toMatch(/^dcr: unknown command/)
  })

  test('a result is a table', () => {
    expect(shown('list')).toBe('No client is kept here.\r\n')
    expect(shown('orphans')).toBe('There are none.\r\n')
    expect(shown('list --output json')).toContain('[]\r\n')
  })

  test('on a narrow one, rows that would be broken stand below each other', {
    timeout: MANY_PROCESSES,
  }, async () => {
    const server = await startAuthorizationServer()
    const folder = emptyFolder()
    const file = writeManifest(folder, server.origin, 2)
    expect((await dcr(['apply', file, HTTP], { folder, environment: { XDG_STATE_HOME: folder } })).code).toBe(
      0,
    )
    writeManifest(folder, server.origin, 2, '    defaults: { contacts: [ops@example.com] }\n')
    const narrow = shown(`plan ${file} ${HTTP}`, {}, folder, 'stty cols 50')
    const block = (name: string) => [
      'SERVER     bank',
      `NAME       ${name}`,
      'ACTION     update',
      expect.stringMatching(/^CLIENT_ID {2}client-\d$/),
      'WHY        contacts: none',
      '           → ["ops@example.com"]',
    ]
    expect(narrow.split('\r\n')).toEqual([...block('client-1'), '', ...block('client-2'), '2 to update.', ''])
    expect(shown(`plan ${file} ${HTTP}`, {}, folder, 'stty cols 200')).toMatch(/^SERVER {2}NAME /)
  })

  test('what a plan changes is written as people do, and events stand alone', {
    timeout: MANY_PROCESSES,
  }, async () => {
    const server = await startAuthorizationServer()
    const folder = emptyFolder()
    const environment = { XDG_STATE_HOME: folder }
    const file = writeManifest(folder, server.origin, 1)
    // The server is of this process, which must not be blocked meanwhile.
    expect((await dcr(['apply', file, HTTP], { folder, environment })).code).toBe(0)
    writeManifest(folder, server.origin, 1, '    defaults: { contacts: [ops@example.com] }\n')
    expect(shown(`plan ${file} ${HTTP}`, {}, folder)).toMatch(
      /^SERVER +NAME +ACTION +CLIENT_ID +WHY\r\nbank +client-1 +update +client-1 +contacts: none\r\n +→ \["ops@example.com"\]\r\n/,
    )
    writeManifest(folder, server.origin, 1)
    expect(shown(`apply ${file} --events ${HTTP}`, {}, folder)).toMatch(
      /^\{"type":"unchanged",.*\}\r\n1 unchanged\.\r\n$/,
    )
  })
})
