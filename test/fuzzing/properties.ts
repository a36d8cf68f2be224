import fc from 'fast-check'
import { type ClientMetadata, DcrClient, discover, memoryStore, Registrar } from '../../src/index.js'
import { AS, CALLS, CLIENT, METADATA, SERVER, survives } from './call.js'
import { member, oddText, oddValue } from './values.js'

/** One kind of input, and what must hold for each. */
export interface Property {
  readonly name: string
  /** Of all inputs of a run. */
  readonly share: number
  readonly property: fc.IAsyncPropertyWithHooks<unknown[]>
}

const JSON_TYPE = { 'content-type': 'application/json' }

/** Statuses that have a body; 3xx is here too, though nothing follows it. */
const status = fc.constantFrom(
  200,
  200,
  201,
  201,
  202,
  207,
  299,
  301,
  308,
  400,
  401,
  403,
  404,
  409,
  418,
  500,
  599,
)

const call = fc.constantFrom(...CALLS)

/** JSON text by its members, so that one may stand there twice. */
const jsonText = fc
  .array(fc.tuple(member, oddValue), { maxLength: 12 })
  .map((members) => `{${members.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`)}}`)

/** A whole answer, with members laid over it, or any other, and some of them broken somewhere. */
const body = fc
  .tuple(
    fc.oneof(
      jsonText,
      jsonText.map(
        (text) => `${JSON.stringify(CLIENT).slice(0, -1)}${text === '{}' ? '' : ','}${text.slice(1)}`,
      ),
    ),
    fc.option(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), oddText), { freq: 3 }),
  )
  .map(([text, damage]) => {
    if (!damage) return text
    const at = Math.floor(text.length * damage[0])
    return text.slice(0, at) + damage[1] + text.slice(at + damage[1].length)
  })

/** A value that `Headers` takes. */
const headerValue = oddText.map((text) => text.replace(/[^\t\x20-\x7e\xa0-\xff]/g, '').slice(0, 9_000))

const headerName = fc.constantFrom(
  'www-authenticate',
  'retry-after',
  'x-retry-after',
  'ratelimit-reset',
  'content-type',
  'content-length',
  'location',
  'date',
  'x-anything',
)

const retryAfter = fc.oneof(
  headerValue,
  fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }).map(String),
  fc.date({ noInvalidDate: true }).map((date) => date.toUTCString()),
  fc.stringMatching(/^[-+ ]?[0-9.,ex]{1,12} ?$/),
)

/** Milliseconds: no wait that a server asks for fits, so none is waited for. */
const timeout = 20

export const properties: readonly Property[] = [
  {
    name: 'answers',
    share: 0.4,
    property: fc.asyncProperty(call, status, body, (run, code, text) =>
      survives(() => run(async () => new Response(text, { status: code, headers: JSON_TYPE }))),
    ),
  },
  {
    name: 'bytes',
    share: 0.1,
    property: fc.asyncProperty(call, status, fc.uint8Array({ maxLength: 300 }), (run, code, bytes) =>
      survives(() =>
        run(async () => new Response(bytes as Uint8Array<ArrayBuffer>, { status: code, headers: JSON_TYPE })),
      ),
    ),
  },
  {
    name: 'metadata',
    share: 0.15,
    property: fc.asyncProperty(
      fc.array(fc.tuple(member, fc.oneof(oddValue, fc.anything())), { maxLength: 8 }),
      (members) => {
        const echo = async (request: Request) =>
          new Response(JSON.stringify({ ...JSON.parse(await request.text()), ...CLIENT }), {
            status: 201,
            headers: JSON_TYPE,
          })
        const metadata = Object.fromEntries(members) as ClientMetadata
        return survives(() => new DcrClient(SERVER, { fetch: echo }).register(metadata))
      },
    ),
  },
  {
    name: 'headers',
    share: 0.1,
    property: fc.asyncProperty(
      call,
      status,
      fc.array(fc.tuple(headerName, headerValue), { maxLength: 5 }),
      fc.dictionary(fc.oneof(headerName, oddText), oddText, { maxKeys: 2 }),
      async (run, code, headers, sent) => {
        const fetch = async () => new Response(JSON.stringify(CLIENT), { status: code, headers })
        await survives(() => run(fetch))
        await survives(() => new DcrClient(SERVER, { fetch, headers: sent }).register(METADATA))
      },
    ),
  },
  {
    name: 'Retry-After',
    share: 0.1,
    property: fc.asyncProperty(fc.constantFrom(429, 503), retryAfter, async (code, value) => {
      const fetch = async () => new Response('', { status: code, headers: { 'retry-after': value } })
      const begun = performance.now()
      await survives(() => new DcrClient(SERVER, { fetch, timeout }).register(METADATA))
      if (performance.now() - begun > 1_000) throw new Error('it waited')
    }),
  },
  {
    name: 'URLs',
    share: 0.1,
    property: fc.asyncProperty(fc.oneof(oddText, fc.webUrl(), fc.webUrl().chain(misspelt)), async (text) => {
      const fetch = async ({ url }: Request) => {
        if (!url.startsWith('https://')) throw new Error(`called ${url}`)
        return new Response(JSON.stringify({ issuer: text }), { headers: JSON_TYPE })
      }
      await survives(() => discover(text, { fetch, timeout: 1_000 }))
      await survives(() =>
        new DcrClient({ ...SERVER, registration_endpoint: text }, { fetch }).register(METADATA),
      )
      await survives(() => new DcrClient(SERVER, { fetch }).get({ ...CLIENT, registration_client_uri: text }))
    }),
  },
  {
    name: 'the Registrar',
    share: 0.05,
    property: fc.asyncProperty(
      fc.array(fc.tuple(status, body), { maxLength: 6 }),
      oddText,
      async (answers, name) => {
        const store = memoryStore()
        const registrar = new Registrar({ store, timeout: 1_000 })
        const rest = [...answers]
        const fetch = async () => {
          const [code, text] = rest.shift() ?? [503, '']
          return new Response(text, { status: code, headers: JSON_TYPE })
        }
        const named = { name: name === '' ? 'default' : name, fetch }
        await survives(() => registrar.ensure(SERVER, METADATA, named))
        await survives(() => registrar.ensure(SERVER, { ...METADATA, client_name: 'App' }, named))
        await survives(() => registrar.remove(AS, named))
        await survives(() => registrar.orphans())
      },
    ),
  },
]

/** A URL with something in it that does not belong there. */
function misspelt(url: string): fc.Arbitrary<string> {
  return fc
    .tuple(fc.nat({ max: url.length }), oddText)
    .map(([at, text]) => url.slice(0, at) + text.slice(0, 20) + url.slice(at))
}
