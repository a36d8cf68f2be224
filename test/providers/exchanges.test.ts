import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import {
  type AuthorizationServerMetadata,
  type ClientInformation,
  DcrClient,
  type DcrClientOptions,
  type Warning,
} from '../../src/index.js'
import * as exported from '../../src/providers/index.js'
import { failureOf } from '../failure-of.js'
import { type Received, startScripted } from '../servers/scripted.js'

const providers: Readonly<Record<string, exported.Provider>> = Object.fromEntries(Object.entries(exported))

/** One call of ours, the requests it makes and what the server answers to them, as its documents or source have it. */
interface Call {
  readonly call: 'register' | 'get' | 'update' | 'delete'
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
  readonly source: string
  readonly metadata: AuthorizationServerMetadata
  readonly options?: DcrClientOptions
  /** In order, each with the client that the last one left. */
  readonly calls: readonly Call[]
}

const folder = new URL('./exchanges/', import.meta.url)
const scripts = readdirSync(folder).map(
  (file) => [file, readFileSync(new URL(file, folder), 'utf8')] as const,
)

describe.each(scripts)('%s', (_file, text) => {
  test('lives its documented life', async () => {
    const server = await startScripted()
    const { provider, metadata, options, calls }: Script = JSON.parse(
      text.replaceAll('{origin}', server.origin),
    )
    const warnings: Warning[] = []
    const dcr = new DcrClient(metadata, {
      allowInsecureRequests: true,
      provider: provider && providers[provider],
      onWarning: (warning) => warnings.push(warning),
      ...options,
    })
    let client = { client_id: 'nobody' } as ClientInformation
    for (const { call, with: given = {}, exchanges, gives, fails, warns = [] } of calls) {
      warnings.length = 0
      const before = server.requests.length
      server.script.push(...exchanges.map(({ answers }) => answers))
      const called =
        call === 'register' ? dcr.register(given) : (dcr[call](client, given) as Promise<ClientInformation>)
      if (fails) {
        const { says = [], ...members } = fails
        const error = await failureOf(called)
        expect(error).toMatchObject(members)
        for (const part of says) expect(error.message).toContain(part)
        if (error.client) client = error.client as ClientInformation
      } else {
        const given = await called
        if (gives) client = given
        expect(given).toEqual(gives)
      }
      expect(server.requests.slice(before).map(sent)).toEqual(exchanges.map(({ sends }) => expected(sends)))
      expect(warnings.map(({ code, member }) => [code, member].filter(Boolean).join(' ')).sort()).toEqual(
        [...warns].sort(),
      )
      expect(server.script).toEqual([])
    }
  })
})

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
