import { describe, expect, test } from 'vitest'
import { type DcrClientOptions, memoryStore, type Warning } from '../../src/index.js'
import { failureOf } from '../failure-of.js'
import { startScripted } from '../servers/scripted.js'
import { clientsIn } from '../stored-in.js'
import { connect, METADATA } from './calling.js'

/* JSON that parses, and that nobody can mean: in the answer to a registration, whose client exists by then. */

/** Registers at a server that answers so; `warnings` are told as `code member`. */
async function register(body: string | Uint8Array, options: DcrClientOptions = {}) {
  const server = await startScripted({ status: 201, body })
  const store = memoryStore()
  const warnings: string[] = []
  const onWarning = ({ code, member }: Warning) => void warnings.push(`${code} ${member}`)
  const attempt = connect(server, { onWarning, store, ...options }).register(METADATA)
  return { attempt, store, warnings }
}

const nested = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`

describe('what is dropped, with a warning', () => {
  const rows: [name: string, body: string, client: object, warning: string][] = [
    ['I129: __proto__', '{"__proto__":{"isAdmin":true},"client_id":"c1"}', {}, 'ignored_member __proto__'],
    [
      'I129: __proto__ deep within',
      '{"client_id":"c1","x":[{"y":{"__proto__":{"isAdmin":true},"z":1}}]}',
      { x: [{ y: { z: 1 } }] },
      'ignored_member x',
    ],
    ['I132: an unknown member twice', '{"client_id":"c1","x":1,"x":2}', { x: 2 }, 'duplicate_member x'],
    [
      'I132: a member twice within another',
      '{"client_id":"c1","x":{"client_id":"a","client_id":"b"}}',
      { x: { client_id: 'b' } },
      'duplicate_member x',
    ],
    [
      'I136: a client_name of 65,537 characters',
      `{"client_id":"c1","client_name":"${'x'.repeat(65_537)}"}`,
      {},
      'ignored_member client_name',
    ],
    [
      'I136: a string of 65,537 characters within an unknown member',
      `{"client_id":"c1","x":[{"y":"${'x'.repeat(65_537)}"}]}`,
      {},
      'ignored_member x',
    ],
    [
      'I136: a name of 65,537 characters',
      `{"client_id":"c1","${'x'.repeat(65_537)}":1}`,
      {},
      `ignored_member ${'x'.repeat(128)}…`,
    ],
    [
      'I143: \\ud800 in client_name',
      '{"client_id":"c1","client_name":"a\\ud800b"}',
      { client_name: 'a\ufffdb' },
      'converted_member client_name',
    ],
    [
      'I143: \\udc00 deep within',
      '{"client_id":"c1","x":{"y":["\\udc00"]}}',
      { x: { y: ['\ufffd'] } },
      'converted_member x',
    ],
    [
      'I143: \\ud800 in the name of a member',
      '{"client_id":"c1","x":{"a\\ud800":1,"b":2}}',
      { x: { b: 2 } },
      'converted_member x',
    ],
    [
      'I143: \\ud800 in an outermost name',
      '{"client_id":"c1","a\\ud800":1}',
      {},
      'ignored_member a\\u{d800}',
    ],
    ['I144: 1e400 in an unknown member', '{"client_id":"c1","x":[1e400]}', {}, 'ignored_member x'],
    ['I144: 400 digits', `{"client_id":"c1","x":${'9'.repeat(400)}}`, {}, 'ignored_member x'],
    [
      'I146: client_id_issued_at 1e18',
      '{"client_id":"c1","client_id_issued_at":1e18}',
      {},
      'ignored_member client_id_issued_at',
    ],
    [
      'J152: a lone surrogate in the token',
      '{"client_id":"c1","registration_access_token":"a\\ud800"}',
      {},
      'ignored_member registration_access_token',
    ],
    ...[
      'javascript:alert(1)',
      ' java\\nscript:alert(1)',
      'data:text/html,x',
      'vbscript:x',
      'file:///etc/passwd',
      'blob:x',
      'JAVASCRIPT:x',
    ].flatMap((uri) =>
      [
        'client_uri',
        'logo_uri',
        'policy_uri',
        'tos_uri',
        'jwks_uri',
        'registration_client_uri',
        'client_uri#fr',
        'x_endpoint',
      ].map((member): [string, string, object, string] => [
        `J159: ${uri} as ${member}`,
        `{"client_id":"c1","${member}":"${uri}"}`,
        {},
        `ignored_member ${member}`,
      ]),
    ),
    [
      'J159: javascript: among redirect_uris, beside the scheme of an app',
      '{"client_id":"c1","redirect_uris":["https://app.example.com/cb","javascript:alert(1)","com.example.app:/cb"]}',
      { redirect_uris: ['https://app.example.com/cb', 'com.example.app:/cb'] },
      'ignored_member redirect_uris',
    ],
    ...['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'].map((member): [string, string, object, string] => [
      `J169: the private member ${member} of a key`,
      `{"client_id":"c1","jwks":{"keys":[{"kty":"RSA","n":"AQAB","${member}":"secret-of-a-key"},{"kty":"EC"}]}}`,
      { jwks: { keys: [{ kty: 'RSA', n: 'AQAB' }, { kty: 'EC' }] } },
      'ignored_member jwks',
    ]),
  ]
  test.each(rows)('%s', async (_, body, rest, warning) => {
    const { attempt, store, warnings } = await register(body)
    const client = await attempt
    expect(client).toEqual({ client_id: 'c1', ...rest })
    expect(warnings).toContain(warning)
    expect(warnings.filter((told) => told === warning)).toHaveLength(1)
    expect(await clientsIn(store)).toEqual([client])
    expect(({} as { isAdmin?: unknown }).isAdmin ?? Object.assign({}, client).isAdmin).toBeUndefined()
  })

  test('I129: constructor is data like any other', async () => {
    const body = '{"client_id":"c1","constructor":{"prototype":{"isAdmin":true}}}'
    const { attempt, warnings } = await register(body)
    expect(await attempt).toEqual(JSON.parse(body))
    expect(warnings).toEqual([])
  })

  test('I134: 32 levels come back from the store as they came', async () => {
    const { attempt, store } = await register(`{"client_id":"c1","x":${nested(31)}}`)
    expect(await attempt).toEqual({ client_id: 'c1', x: JSON.parse(nested(31)) })
    expect(await clientsIn(store)).toEqual([await attempt])
  })

  test.each(['1e400', '1.5', '-1', '9007199254740993', '-1e400'])(
    'I144: client_secret_expires_at %s: the secret is kept, the time is not',
    async (time) => {
      const body = `{"client_id":"c1","client_secret":"a-secret-1","client_secret_expires_at":${time}}`
      const { attempt, store, warnings } = await register(body)
      const client = { client_id: 'c1', client_secret: 'a-secret-1' }
      expect(await attempt).toEqual(client)
      expect(warnings).toContain('ignored_member client_secret_expires_at')
      expect(JSON.stringify(await clientsIn(store))).toBe(JSON.stringify([client]))
    },
  )
})

describe('what is refused, with all that is known of the client', () => {
  const secrets = '"client_secret":"a-secret-1","registration_access_token":"a-token-1"'
  const known = { client_id: 'c1', client_secret: 'a-secret-1', registration_access_token: 'a-token-1' }
  const rows: [name: string, body: string, says: string, client?: object][] = [
    [
      'I131: client_id twice',
      `{"client_id":"c0",${secrets},"client_id":"c1"}`,
      'the member client_id more than once',
    ],
    [
      'I131: client_secret twice',
      `{"client_id":"c1","client_secret":"old-secret",${secrets}}`,
      'the member client_secret more than once',
    ],
    [
      'I131: client_id once in disguise',
      `{"client_id":"c0",${secrets},"\\u0063lient_id":"c1"}`,
      'the member client_id more than once',
    ],
    [
      'I133: 33 levels',
      `{"client_id":"c1","x":${nested(32)},${secrets}}`,
      'more than 32 levels; the option limits.jsonDepth sets that',
    ],
    ['I133: 100,000 levels', `{"client_id":"c1","x":${nested(100_000)},${secrets}}`, 'more than 32 levels'],
    [
      'I133: 2,001 members',
      `{"client_id":"c1",${secrets},"x":{${Array.from({ length: 1997 }, (_, n) => `"m${n}":1`).join()}}}`,
      'more than 2000 members; the option limits.jsonMembers sets that',
    ],
    [
      'I136: a client_id of 65,537 characters',
      `{"client_id":"${'x'.repeat(65_537)}",${secrets}}`,
      'client_id of more than 65536 characters',
      { ...known, client_id: undefined },
    ],
    ['I138: a trailing comma', `{"client_id":"c1",${secrets},}`, 'JSON that is wrong at character'],
    ['I138: single quotes', `{"client_id":"c1",${secrets},'x':1}`, 'JSON that is wrong at character'],
    ['I138: a comment', `{"client_id":"c1",${secrets}/* */}`, 'JSON that is wrong at character'],
    ['I138: NaN', `{"client_id":"c1",${secrets},"x":NaN}`, 'JSON that is wrong at character'],
    ['I138: a name without quotes', `{"client_id":"c1",${secrets},x:1}`, 'JSON that is wrong at character'],
    ['I139: two objects', `{"client_id":"c1",${secrets}}{}`, 'JSON that is wrong at character'],
    [
      'I143: a lone surrogate in the client_id',
      `{"client_id":"\\ud800x",${secrets}}`,
      'half a character (a lone surrogate) in the client_id',
      { ...known, client_id: '\ud800x' },
    ],
    [
      'J154: a client_id of 8,193 characters',
      `{"client_id":"${'x'.repeat(8193)}",${secrets}}`,
      'more than 8192 characters',
      { ...known, client_id: 'x'.repeat(8193) },
    ],
    ['G101: a body that is cut', `{"client_id":"c1",${secrets},"x":"y`, 'JSON that breaks off at character'],
  ]
  test.each(rows)('%s', async (_, body, says, client = known) => {
    const { attempt, store } = await register(body)
    const error = await failureOf(attempt)
    const isKnown = (client as typeof known).client_id !== undefined
    expect(error).toMatchObject({ name: 'DcrError', code: 'invalid_response', attempts: 1 })
    expect(error.outcome).toBe('applied')
    expect(error.message).toContain(says)
    expect(error.message.length).toBeLessThan(400)
    expect(error.client).toEqual(client)
    expect(await clientsIn(store)).toEqual([isKnown ? client : undefined])
  })

  test.each([
    ['I137: nothing', ''],
    ['I137: null', 'null'],
    ['I137: a list', '[]'],
    ['I137: text', '"x"'],
    ['I137: a number', '42'],
    ['I138: single quotes from the start', "{'client_id':'c1'}"],
    ['I139: two objects without a client', '{}{}'],
    ['I142: UTF-16', Buffer.from('{"client_id":"c1"}', 'utf16le')],
    ['I142: UTF-16 with a byte order mark', Buffer.from('\ufeff{"client_id":"c1"}', 'utf16le')],
    ['I141: invalid UTF-8 in the client_id', Buffer.from('{"client_id":"c\xff"}', 'latin1')],
    ['I141: an overlong encoding', Buffer.from('{"client_id":"\xc1\xa3"}', 'latin1')],
    ['J167: a page', '<!doctype html>'],
  ])('%s: there may be a client, and nothing is known of it', async (_, body) => {
    const error = await failureOf((await register(body)).attempt)
    expect(error).toMatchObject({ name: 'DcrError', code: 'invalid_response' })
    expect(error.outcome).toMatch(/^(unknown|applied)$/)
    expect(error.client).toBeUndefined()
  })

  test('I141: what is whole beside invalid UTF-8 is kept', async () => {
    const body = Buffer.from('{"client_id":"c1","client_name":"\xff","client_secret":"a-secret-1"}', 'latin1')
    const error = await failureOf((await register(body)).attempt)
    expect(error).toMatchObject({ code: 'invalid_response', outcome: 'applied' })
    expect(error.client).toEqual({ client_id: 'c1', client_secret: 'a-secret-1' })
  })

  test('I139: a megabyte of spaces is refused by its size, and named', async () => {
    const error = await failureOf((await register(`{"client_id":"c1"}${' '.repeat(1024 * 1024)}`)).attempt)
    expect(error).toMatchObject({ code: 'response_too_large', outcome: 'applied' })
    expect(error.client).toEqual({ client_id: 'c1' })
  })
})

test('I139: spaces behind the object, within the limit', async () => {
  expect(await (await register(`{"client_id":"c1"}${' '.repeat(200_000)}`)).attempt).toEqual({
    client_id: 'c1',
  })
})

test('the names that a provider has on the wire are those of credentials, too', async () => {
  const provider = { name: 'own', wireNames: { client_id: 'clientId', client_secret: 'clientSecret' } }
  const twice = '{"clientId":"c0","clientSecret":"a-secret-1","clientId":"c1"}'
  const cut = '{"clientId":"c1","clientSecret":"a-secret-1","x'
  for (const body of [twice, cut]) {
    const { attempt, store } = await register(body, { provider })
    const error = await failureOf(attempt)
    expect(error).toMatchObject({ code: 'invalid_response', outcome: 'applied' })
    expect(error.client).toEqual({ client_id: 'c1', client_secret: 'a-secret-1' })
    expect(await clientsIn(store)).toEqual([error.client])
  }
})
