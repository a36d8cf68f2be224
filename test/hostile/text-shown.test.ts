import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { DcrClient, type DcrError, discover, type Warning } from '../../src/index.js'
import { printable } from '../../src/printable.js'
import { failureOf } from '../failure-of.js'
import { startScripted } from '../servers/scripted.js'
import { connect, known, METADATA } from './calling.js'
import { inBareProcess, PROCESS_TIMEOUT } from './limits-process.js'

/* What servers say is shown by terminals and written into logs: nothing in it may act there. */

/** C0, DEL and C1; what turns, hides or breaks text; and halves of characters. */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u

const payloads: [name: string, text: string, shown: string][] = [
  ['N232: clears the screen', '\u001b[2J', '\\u{1b}[2J'],
  ['N232: sets the title', '\u001b]0;title\u0007', '\\u{1b}]0;title\\u{7}'],
  ['N232: a link', '\u001b]8;;https://evil.example\u001b\\', '\\u{1b}]8;;https://evil.example\\u{1b}\\'],
  ['N232: a colour', '\u001b[31m', '\\u{1b}[31m'],
  ['N232: DCS', '\u001bPx', '\\u{1b}Px'],
  ['N232: C1 CSI', '\u009b31m', '\\u{9b}31m'],
  ['N232: C1 OSC', '\u009dx', '\\u{9d}x'],
  ['N232: backspaces', '\b\b', '\\u{8}\\u{8}'],
  ['N232: DEL', '\u007f', '\\u{7f}'],
  ['N233: a carriage return', 'ok\rFAILED', 'ok\\u{d}FAILED'],
  ['N233: a second line', 'ok\nroot logged in', 'ok\\u{a}root logged in'],
  ['N233: a line separator', 'ok\u2028x', 'ok\\u{2028}x'],
  ['N234: right to left', '\u202egpj.exe', '\\u{202e}gpj.exe'],
  ['N234: isolates', '\u2066x\u2069', '\\u{2066}x\\u{2069}'],
  ['N234: zero width', 'a\u200bb', 'a\\u{200b}b'],
  ['N234: a tag', '\u{e0041}', '\\u{e0041}'],
  ['N234: a lone surrogate', 'a\ud800b', 'a\\u{d800}b'],
]

function checkShown(error: DcrError) {
  const { error: word, error_description, error_uri, endpoint } = error as DcrError & Record<string, unknown>
  for (const text of [error.message, word, error_description, error_uri, endpoint]) {
    if (text === undefined) continue
    expect(text).not.toMatch(UNSAFE)
    expect(`${text}`.length).toBeLessThan(2500)
  }
  // The stack and the quotes of inspect are ours.
  expect(inspect(error, { depth: 10 }).replaceAll('\n', '')).not.toMatch(UNSAFE)
}

describe.each(payloads)('%s', (_, text, shown) => {
  const says = (body: unknown) => JSON.stringify(body)

  test('in the members of a refusal', async () => {
    const server = await startScripted({
      status: 400,
      body: says({ error: text, error_description: `${text}.`, error_uri: text }),
    })
    const error = await failureOf(connect(server).register(METADATA))
    expect(error).toMatchObject({ error: shown, error_description: `${shown}.`, error_uri: shown })
    expect(error.message).toContain(shown)
    checkShown(error)
  })

  test('in a refusal that is text', async () => {
    const headers = { 'content-type': 'text/plain' }
    const server = await startScripted({ status: 403, headers, body: `no: ${text}` })
    checkShown(await failureOf(connect(server).register(METADATA)))
  })

  test('in an issuer, and in the type of a token', async () => {
    const server = await startScripted(...Array(4).fill({ body: says({ issuer: `https://a${text}` }) }))
    const error = await failureOf(discover(server.origin, { allowInsecureRequests: true }))
    expect(error.code).toBe('issuer_mismatch')
    checkShown(error)
  })

  test('in the names of members', async () => {
    const told: Warning[] = []
    const body = `{"client_id":"c1",${says(`x${text}`)}:1,${says(`x${text}`)}:2}`
    const server = await startScripted({ status: 201, body })
    await connect(server, { onWarning: (warning) => told.push(warning) }).register(METADATA)
    expect(told.map(({ code }) => code)).toContain('duplicate_member')
    for (const { member = '', message } of told) expect(`${member}${message}`).not.toMatch(UNSAFE)
    expect(told.some(({ member }) => member === `x${shown}`)).toBe(true)
  })

  test('in what the caller names', async () => {
    const server = await startScripted()
    const attempt = connect(server).register({ [`x${text}`]: '\ud800' } as object)
    checkShown(await failureOf(attempt))
    expect(server.connections).toBe(0)
  })
})

test('N237: a host that looks like another is shown as it is called', async () => {
  const fetch = () => Promise.reject(new TypeError('fetch failed'))
  const error = await failureOf(discover('https://аpple.example', { fetch }))
  expect(error.message).toContain('GET https://xn--pple-43d.example/')
  expect(error.message).not.toContain('аpple')
})

test('N242: a reason phrase, a Location and other headers are not repeated', async () => {
  const odd = '\u009b31m\u00ad'
  const latin = (text: string) => Buffer.from(text, 'latin1')
  const head = (status: string, ...lines: string[]) => ({
    raw: latin(`HTTP/1.1 ${status}\r\n${lines.join('\r\n')}\r\ncontent-length: 0\r\n\r\n`),
  })
  const server = await startScripted(
    head(`400 ${odd}`, `x: ${odd}`),
    head('307 Temporary', `location: https://evil.example/${odd}`),
    head('307 Temporary', `location: https://${'a'.repeat(9000)}.example/`),
    head('401 No', `www-authenticate: Bearer error="${odd}", error_description="${odd}"`),
    head('429 No', `retry-after: ${odd}`),
  )
  for (let count = 0; count < 5; count++) checkShown(await failureOf(connect(server).register(METADATA)))
})

test('N236: 10,000 combining marks, and a megabyte of anything, are cut', async () => {
  for (const text of [`a${'\u0301'.repeat(10_000)}`, '\u001b'.repeat(100_000), '😀'.repeat(60_000)]) {
    const server = await startScripted({ status: 400, body: { error: text, error_description: text } })
    checkShown(await failureOf(connect(server).register(METADATA)))
  }
})

test('N238: no character of all is shown raw that acts, and none that does not is changed', () => {
  for (let code = 0; code <= 0x10ffff; code++) {
    const character = String.fromCodePoint(code)
    const shown = printable(character, 10)
    if (shown === character ? UNSAFE.test(shown) : shown !== `\\u{${code.toString(16)}}`)
      expect.fail(`U+${code.toString(16)} is shown as ${shown}`)
  }
})

test('N238: what is cut is cut between characters', () => {
  for (let longest = 1; longest < 12; longest++) {
    for (const text of ['a😀😀😀😀😀😀', '\u001b😀😀😀😀', '😀\u202e😀😀']) {
      const shown = printable(text, longest)
      expect(shown).not.toMatch(UNSAFE)
      expect(shown.length).toBeLessThanOrEqual(longest + 1)
    }
  }
})

test.each([
  ['client_name', { client_name: 'a\ud800' }],
  ['redirect_uris', { redirect_uris: ['https://app.example.com/\udfff'] }],
  ['x', { x: { y: [{ '\ud800': 1 }] } }],
  ['x', { x: '\\\ud800' }],
])('I143: half a character in the %s of what is sent is refused', async (member, metadata) => {
  const server = await startScripted()
  for (const attempt of [
    connect(server).register(metadata as object),
    connect(server).update(known(server), metadata as object),
  ]) {
    const error = await failureOf(attempt)
    expect(error).toMatchObject({ code: 'invalid_argument', outcome: 'not_sent' })
    expect(error.message).toContain(`${member} has half a character`)
  }
  expect(server.connections).toBe(0)
})

test('I143: whole characters, and text that looks like an escaped half, are sent', async () => {
  const server = await startScripted({ status: 201, body: { client_id: 'c1' } })
  const metadata = { client_name: '😀 \\ud800 \\\\ud800 \\', 'client_name#fr': '\ud83d\ude00' }
  await connect(server).register(metadata)
  expect(JSON.parse(server.requests[0]?.body ?? '')).toEqual(metadata)
})

const POLLUTION: Record<string, unknown> = {
  redirect: 'follow',
  headers: { 'x-evil': '1' },
  method: 'PUT',
  allowInsecureRequests: true,
  limits: { bodyBytes: 1 },
  provider: { name: 'evil', scheme: 'Evil' },
  proxy: 'http://evil.example',
  initialAccessToken: 'evil',
}

test(
  'O244: a polluted prototype changes nothing',
  async () => {
    const answer = { status: 307, headers: { location: '/elsewhere' } }
    const members = Object.keys(POLLUTION)
    const server = await startScripted(answer, ...members.map(() => answer))
    const [clean, ...polluted] = (await inBareProcess(`
    const server = ${JSON.stringify(server.metadata)}
    const register = () => tell(new DcrClient(server, { allowInsecureRequests: true }).register({ client_name: 'App' }))
    const refused = () => tell((async () => new DcrClient(server).register({}))())
    const results = [[await register(), await refused()]]
    for (const [member, value] of Object.entries(${JSON.stringify(POLLUTION)})) {
      Object.prototype[member] = value
      results.push([await register(), await refused()])
      delete Object.prototype[member]
    }
    return results`)) as unknown[]
    expect(clean).toMatchObject([
      { code: 'redirect_refused', outcome: 'rejected' },
      { code: 'insecure_url', outcome: 'not_sent' },
    ])
    for (const [index, member] of members.entries()) {
      expect(polluted[index], member).toEqual(clean)
      expect(server.requests[index + 1], member).toEqual(server.requests[0])
    }
    expect(server.requests).toHaveLength(1 + members.length)
  },
  PROCESS_TIMEOUT,
)

test('O246, O247: what is checked is what is sent', async () => {
  let reads = 0
  const metadata = {
    get client_name() {
      reads++
      return reads === 1 ? 'App' : '\u0000'
    },
    toJSON() {
      return { client_name: this.client_name, software_id: 's' }
    },
  }
  const server = await startScripted({ status: 201, body: { client_id: 'c1' } })
  await connect(server).register(metadata)
  expect(server.requests[0]?.body).toBe('{"client_name":"App","software_id":"s"}')
  expect(reads).toBe(1)
})

test('O248: options of a class, or behind a Proxy, are read by their own members', async () => {
  class Options {
    readonly allowInsecureRequests = true
    readonly limits = new Proxy({ jsonDepth: 1 }, {})
  }
  const server = await startScripted({ status: 201, body: { client_id: 'c1', x: [] } })
  const error = await failureOf(
    new DcrClient(server.metadata, new Proxy(new Options(), {})).register(METADATA),
  )
  expect(error.message).toContain('limits.jsonDepth')
})
