import { expect } from 'vitest'
import { memoryStore, type RegistrarOptions, type WarningCode } from '../../src/index.js'
import { McpRegistrar } from '../../src/mcp/index.js'
import { type Received, type ScriptedServer, type Step, startScripted } from '../servers/scripted.js'

export const METADATA = {
  client_name: 'Agent',
  redirect_uris: ['http://127.0.0.1:8765/callback'],
  grant_types: ['authorization_code', 'refresh_token'],
}

/** A protected resource: what it answers is as its test has it, and 404 elsewhere. */
export interface ProtectedResource extends ScriptedServer {
  readonly url: string
  /** The answers by path. */
  readonly answers: Map<string, Step>
  /** What its own metadata say. */
  readonly document: Record<string, unknown>
  /** The paths that were asked for, sorted, since they are asked for at the same time. */
  readonly asked: string[]
}

/** An MCP server that asks for a token, with its metadata at the well-known place that its challenge names. */
export async function startResource(...servers: readonly string[]): Promise<ProtectedResource> {
  const scripted = await startScripted()
  const answers = new Map<string, Step>()
  const url = `${scripted.origin}/mcp`
  const document: Record<string, unknown> = { resource: url, authorization_servers: servers }
  const place = '/.well-known/oauth-protected-resource/mcp'
  const serve: Step = (request: Received) => {
    scripted.script.push(serve)
    return answers.get(request.url) ?? { status: 404 }
  }
  scripted.script.push(serve)
  answers.set('/mcp', challenging(`Bearer resource_metadata="${scripted.origin}${place}"`))
  answers.set(place, () => ({ body: document }))
  return {
    ...scripted,
    get connections() {
      return scripted.connections
    },
    get asked() {
      return scripted.requests.map((request) => request.url).sort()
    },
    url,
    answers,
    document,
  }
}

/** A `fetch` for calls that are to send nothing. */
export const neverCalled = (request: Request) => expect.fail(`${request.method} ${request.url} was sent`)

/** The answer to a request without a token. */
export function challenging(challenge: string, status = 401): Step {
  return { status, headers: { 'www-authenticate': challenge }, body: { error: 'invalid_token' } }
}

/** A registrar that may ask servers on this machine. */
export function open(options: Partial<RegistrarOptions> = {}) {
  const warnings: WarningCode[] = []
  const { store = memoryStore() } = options
  const onWarning: RegistrarOptions['onWarning'] = ({ code }) => void warnings.push(code)
  const registrar = new McpRegistrar({ allowInsecureRequests: true, onWarning, ...options, store })
  return { registrar, store, warnings }
}
