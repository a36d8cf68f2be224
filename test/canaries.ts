import files from 'node:fs/promises'
import http from 'node:http'
import { syncBuiltinESMExports } from 'node:module'
import { inspect } from 'node:util'
import { afterEach, beforeAll, beforeEach } from 'vitest'

/*
 * Looks after each test for the secrets that it used, wherever they must not be: in errors, in what is printed, in the
 * URLs that servers saw and in the names of files. A secret is what travels as one: a member of JSON with the name of a
 * secret, and what stands in an `Authorization` header.
 */

const SECRET_MEMBERS = new Set([
  'client_secret',
  'registration_access_token',
  'access_token',
  'refresh_token',
  'client_assertion',
  'software_statement',
])

/** Characters; a shorter secret may stand anywhere by chance. */
const SHORTEST = 6

/** Where something was seen that anybody may read, and what it was. */
interface Seen {
  readonly where: string
  readonly text: string
}

interface Watch {
  /** Of the file, as a server that many tests share has given some before the first of them. */
  readonly secrets: Set<string>
  readonly errors: Set<object>
  readonly seen: Seen[]
  /** Places that this test has allowed. */
  readonly allowed: Set<string>
}

// Files share a process, and this is run before each of them.
const shared = globalThis as { dcrCanaries?: Watch }
shared.dcrCanaries ??= install()
const watch: Watch = shared.dcrCanaries

/** For a test of what is to show secrets: a URL that has to carry one, for instance. */
export function allowSecretsIn(where: 'URL' | 'output' | 'an error'): void {
  watch.allowed.add(where)
}

beforeAll(() => watch.secrets.clear())

beforeEach(forget)

afterEach(() => {
  const leak = findLeak()
  if (leak) throw new Error(leak)
})

/** What was seen of the test that runs, without the secrets themselves. */
export function forget(): void {
  watch.errors.clear()
  watch.allowed.clear()
  watch.seen.length = 0
}

/** Where a secret is that must not be there, if it is anywhere. */
export function findLeak(): string | undefined {
  const seen = watch.seen.filter(({ where }) => !watch.allowed.has(where))
  const errors = watch.allowed.has('an error') ? [] : [...watch.errors]
  const places = [...seen, ...errors.flatMap(shown)]
  for (const secret of watch.secrets) {
    for (const form of formsOf(secret)) {
      const place = places.find(({ text }) => text.includes(form))
      if (place) return `a secret, ${secret.slice(0, 64)}, is in ${place.where}: ${place.text.slice(0, 2000)}`
    }
  }
  return undefined
}

function formsOf(secret: string): Set<string> {
  const bytes = Buffer.from(secret)
  const encoded = new URLSearchParams({ '': secret }).toString().slice(1)
  return new Set([
    secret,
    encoded,
    encoded.replaceAll('+', '%20'),
    bytes.toString('base64').replace(/=+$/, ''),
    bytes.toString('base64url'),
  ])
}

/** All that a log could show of an error. */
function shown(error: object): Seen[] {
  const texts = {
    'inspect of an error': () => inspect(error, { depth: 10, showHidden: true }),
    'the text of an error': () => `${error} ${(error as Error).stack}`,
    'the JSON of an error': () => JSON.stringify(error) ?? '',
  }
  return Object.entries(texts).map(([where, text]) => ({ where, text: text() }))
}

function noteSecretsIn(value: unknown): void {
  if (typeof value !== 'object' || value === null) return
  for (const [member, secret] of Object.entries(value)) {
    if (SECRET_MEMBERS.has(member) && typeof secret === 'string') noteSecret(secret)
  }
}

function noteSecret(secret: string): void {
  if (secret.length >= SHORTEST) watch.secrets.add(secret)
}

function install(): Watch {
  const made: Watch = { secrets: new Set(), errors: new Set(), seen: [], allowed: new Set() }

  // Every error of the library: an instance of a class that is derived from this one while it is loaded.
  globalThis.Error = new Proxy(Error, {
    construct(target, parameters, derived) {
      const error = Reflect.construct(target, parameters, derived) as Error
      if (derived !== globalThis.Error && /^(Dcr|OAuth)Error$/.test(derived.name)) made.errors.add(error)
      return error
    },
  })

  const parse = JSON.parse
  JSON.parse = (text, reviver) => {
    const value = parse(text, reviver)
    noteSecretsIn(value)
    return value
  }
  globalThis.Request = new Proxy(Request, {
    construct(target, parameters, derived) {
      const request = Reflect.construct(target, parameters, derived) as Request
      const [, token] = /^(?!Basic)\S+ (.+)$/i.exec(request.headers.get('authorization') ?? '') ?? []
      if (token) noteSecret(token)
      return request
    },
  })

  const emit = http.Server.prototype.emit
  http.Server.prototype.emit = function (this: http.Server, event: string, ...values: unknown[]) {
    if (event === 'request') {
      const { url = '', headers } = values[0] as http.IncomingMessage
      made.seen.push({ where: 'URL', text: `${url} ${headers.referer ?? ''}` })
    }
    return Reflect.apply(emit, this, [event, ...values])
  } as typeof emit

  for (const stream of [process.stdout, process.stderr]) {
    const write = stream.write
    stream.write = ((...values: Parameters<typeof write>) => {
      made.seen.push({ where: 'output', text: `${values[0]}` })
      return Reflect.apply(write, stream, values)
    }) as typeof write
  }
  for (const method of ['log', 'info', 'warn', 'error', 'debug'] as const) {
    const print = console[method]
    console[method] = (...values) => {
      made.seen.push({
        where: 'output',
        text: values.map((value) => inspect(value, { depth: 10 })).join(' '),
      })
      print(...values)
    }
  }

  const all = files as unknown as Record<string, (...values: unknown[]) => unknown>
  for (const name of ['open', 'mkdir', 'rename', 'writeFile']) {
    const real = all[name] as (...values: unknown[]) => unknown
    all[name] = (...values) => {
      for (const path of values.slice(0, 2)) {
        if (typeof path === 'string' && path.startsWith('/'))
          made.seen.push({ where: 'the name of a file', text: path })
      }
      return real(...values)
    }
  }
  syncBuiltinESMExports()
  return made
}
