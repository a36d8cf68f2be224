import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import {
  type AuthorizationServerMetadata,
  type ClientInformation,
  clientSecretPost,
  DcrClient,
  type DcrClientOptions,
  discover,
  registrationToken,
  type Warning,
} from '../../src/index.js'
import * as exported from '../../src/providers/index.js'
import { allowSecretsIn } from '../canaries.js'
import { failureOf } from '../failure-of.js'
import { type Received, startScripted } from '../servers/scripted.js'

const providers: Readonly<Record<string, exported.Provider>> = Object.fromEntries(Object.entries(exported))

/** One call of ours, the requests it makes and what the server answers to them, as its documents or source have it. */
interface Call {
  readonly call: 'register' | 'get' | 'update' | 'delete'
  /** The name of the client that it makes, or is about; absent where there is only one. */
  readonly client?: string
  /** Members of that client that are others in the caller's hands for this call, such as an outdated token. */
  readonly holding?: object
  /** Metadata, or changes. */
  readonly with?: object
  readonly exchanges: readonly {
    readonly sends: {
      readonly method: string
      readonly path: string
      /** Absent: none is sent. */
      readonly authorization?: string
      /** An object: exactly this JSON. Text: exactly this form. Absent: no body. */
      readonly body?: object | string
    }
    readonly answers: {
      readonly status: number
      readonly headers?: Record<string, string>
      readonly body?: unknown
    }
  }[]
  /** The whole client information it resolves with. Absent after a deletion and after a failure. */
  readonly gives?: object
  /** Members of the error, one by one; `says` are parts of its message. */
  readonly fails?: { readonly says?: readonly string[] } & Record<string, unknown>
  /** All warnings, as `code member`. */
  readonly warns?: readonly string[]
}

interface Script {
  readonly server: string
  /** The export of dcr-client/providers it takes; absent where none is needed. */
  readonly provider?: keyof typeof exported
  /** Members of the profile that are set otherwise, as its documentation says to. */
  readonly providerWith?: object
  readonly source: string
  /** The server's metadata as it is known, or else the documents at which it is discovered, by their paths. */
  readonly metadata?: AuthorizationServerMetadata
  readonly discovers?: { readonly issuer: string; readonly documents: Record<string, object> }
  readonly options?: DcrClientOptions
  /** The registrar whose access token is the initial one: got from the token endpoint when it is first needed. */
  readonly registrar?: {
    readonly client_id: string
    readonly client_secret: string
    readonly scope: string
  }
  /** In order, each with the client as its last call left it. */
  readonly calls: readonly Call[]
}

const folder = new URL('./exchanges/', import.meta.url)
const scripts = readdirSync(folder).map(
  (file) => [file, readFileSync(new URL(file, folder), 'utf8')] as const,
)

describe.each(scripts)('%s', (_file, text) => {
  test('lives its documented life', async () => {
    const server = await startScripted()
    const script: Script = JSON.parse(text.replaceAll('{origin}', server.origin))
    // Where a server wants them there.
    if (script.options?.manageWith === 'client_secret') allowSecretsIn('URL')
    const warnings: Warning[] = []
    const dcr = await connect(script, (warning) => warnings.push(warning))
    const clients: Record<string, ClientInformation> = {}
    for (const [index, step] of script.calls.entries()) {
      const { call, client: name = '', holding, with: given = {}, exchanges, gives, fails, warns = [] } = step
      const place = `call ${index + 1}, ${call} ${name}`
      warnings.length = 0
      const before = server.requests.length
      server.script.push(...exchanges.map(({ answers }) => answers))
      const client = { client_id: 'nobody', ...clients[name], ...holding }
      const called =
        call === 'register' ? dcr.register(given) : (dcr[call](client, given) as Promise<ClientInformation>)
      if (fails) {
        const { says = [], ...members } = fails
        const error = await failureOf(called)
        expect(error, place).toMatchObject(members)
        for (const part of says) expect(error.message, place).toContain(part)
        if (error.client) clients[name] = error.client as ClientInformation
      } else {
        const result = await called
        if (result) clients[name] = result
        expect(result, place).toEqual(gives)
      }
      expect(server.requests.slice(before).map(sent), place).toEqual(
        exchanges.map(({ sends }) => expected(sends)),
      )
      expect(
        warnings.map(({ code, member }) => [code, member].filter(Boolean).join(' ')).sort(),
        place,
      ).toEqual([...warns].sort())
      expect(server.script, place).toEqual([])
    }
  })
})

async function connect(
  { provider, providerWith, metadata, discovers, options, registrar }: Script,
  onWarning: (warning: Warning) => void,
): Promise<DcrClient> {
  const found = metadata ?? (discovers && (await discovered(discovers))) ?? expect.fail('where is it?')
  const insecure = { allowInsecureRequests: true }
  return new DcrClient(found, {
    ...insecure,
    provider: provider && { ...(providers[provider] as exported.Provider), ...providerWith },
    initialAccessToken:
      registrar &&
      registrationToken(found, clientSecretPost(registrar), { scope: registrar.scope, ...insecure }),
    onWarning,
    ...options,
  })
}

/** Which paths are asked, and in which order, is for the tests of discovery to say. */
function discovered({ issuer, documents }: NonNullable<Script['discovers']>) {
  return discover(issuer, {
    allowInsecureRequests: true,
    fetch: async ({ url }) => {
      const document = documents[new URL(url).pathname]
      return document ? Response.json(document) : Response.json({ error: 'not_found' }, { status: 404 })
    },
  })
}

function sent({ method, url, headers, body }: Received) {
  return {
    method,
    path: url,
    authorization: headers.authorization,
    accept: headers.accept,
    type: headers['content-type'],
    body,
  }
}

function expected({ method, path, authorization, body }: Call['exchanges'][number]['sends']) {
  const form = 'application/x-www-form-urlencoded'
  return {
    method,
    path,
    authorization,
    accept: 'application/json',
    type: body === undefined ? undefined : typeof body === 'string' ? form : 'application/json',
    body: typeof body === 'object' ? JSON.stringify(body) : (body ?? ''),
  }
}
