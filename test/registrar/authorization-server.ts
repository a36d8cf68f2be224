import type { ClientInformation } from '../../src/index.js'
import { type Received, type ScriptedServer, type Step, startScripted } from '../servers/scripted.js'

type Method = 'POST' | 'GET' | 'PUT' | 'DELETE'

export interface ServerOptions {
  /** What there is beside registration, from the start; clients have a token for it if there is any. Default: all of it. */
  management?: readonly Method[]
  /** Whether an update gives a new registration access token. Default true. */
  rotates?: boolean
  /** Seconds for which a secret is good. Default: for ever. */
  lifetime?: number
  /** Whether an update gives a new secret. Default true where secrets expire. */
  renews?: boolean
  /** Members of its metadata beside the usual ones, or in place of them. */
  metadata?: Record<string, unknown>
  /** Seconds that the server's clock is ahead of this machine's; `silent` for a server that does not tell the time. */
  clock?: number | 'silent'
}

interface Fault {
  readonly step: Step
  readonly isApplied: boolean
}

export interface AuthorizationServer extends ScriptedServer {
  readonly metadata: ScriptedServer['metadata'] & { authorization_endpoint: string }
  /** What the server knows: the truth, whatever the answers said. */
  readonly clients: Map<string, ClientInformation>
  /** The methods that were asked, less discovery: `POST PUT`. */
  readonly asked: string
  /** What was asked with these methods, parsed. */
  sent(method: Method): unknown[]
  /** Lets a coming request go wrong, before anything is done. */
  refuse(method: Method, ...steps: Step[]): void
  /** Lets the answer of a coming request be another, when everything has been done. */
  lose(method: Method, ...steps: Step[]): void
  /** As from now. */
  readonly options: ServerOptions
}

/** An authorization server that can be made to fail, on a free loopback port. */
export async function startAuthorizationServer(given: ServerOptions = {}): Promise<AuthorizationServer> {
  const options: ServerOptions = { ...given }
  const scripted = await startScripted()
  const authorization_endpoint = `${scripted.origin}/authorize`
  const clients = new Map<string, ClientInformation>()
  const faults: Record<string, Fault[]> = {}
  let count = 0

  const now = () => {
    const { clock = 0 } = options
    return Math.floor(Date.now() / 1000) + (clock === 'silent' ? 0 : clock)
  }
  const secret = () => ({
    client_secret: `secret-${++count}`,
    client_secret_expires_at: options.lifetime === undefined ? 0 : now() + options.lifetime,
  })
  const token = () => ({ registration_access_token: `token-${++count}` })
  const keep = (client: ClientInformation) => {
    clients.set(client.client_id, client)
    return client
  }

  const register = (body: string): Step => {
    const client_id = `client-${++count}`
    const { management = ['GET', 'PUT', 'DELETE'] } = options
    const managed = { ...token(), registration_client_uri: `${scripted.origin}/register/${client_id}` }
    const client = { client_id, client_id_issued_at: now(), ...secret(), ...JSON.parse(body) }
    return { status: 201, body: keep(management.length > 0 ? { ...client, ...managed } : client) }
  }
  const manage = ({ method, headers, body }: Received, client?: ClientInformation): Step => {
    const { management = ['GET', 'PUT', 'DELETE'], lifetime, renews = lifetime !== undefined } = options
    if (!management.includes(method as Method)) return { status: 405 }
    if (!client || headers.authorization !== `Bearer ${client.registration_access_token}`)
      return { status: 401 }
    if (method === 'GET') return { body: client }
    if (method === 'DELETE') return clients.delete(client.client_id) ? { status: 204 } : { status: 401 }
    const { client_id, client_id_issued_at, registration_client_uri } = client
    const { client_secret, client_secret_expires_at, registration_access_token } = client
    const updated: ClientInformation = {
      ...JSON.parse(body),
      client_id,
      ...{ client_id_issued_at, client_secret, client_secret_expires_at, ...(renews && secret()) },
      ...{ registration_access_token, registration_client_uri, ...(options.rotates !== false && token()) },
    }
    return { body: keep(updated) }
  }
  const answer = (request: Received): Step => {
    const { method, url, body } = request
    if (url === '/.well-known/oauth-authorization-server')
      return { body: { ...scripted.metadata, authorization_endpoint, ...options.metadata } }
    if (url.startsWith('/.well-known/')) return { status: 404 }
    const fault = faults[method]?.shift()
    if (fault && !fault.isApplied) return fault.step
    const step =
      method === 'POST' ? register(body) : manage(request, clients.get(url.split('/').at(-1) ?? ''))
    return fault?.step ?? step
  }
  const tell = (step: Step): Step => {
    if (typeof step !== 'object' || 'raw' in step) return step
    // An empty one is none, where there would be that of this machine.
    const date = options.clock === 'silent' ? '' : new Date(now() * 1000).toUTCString()
    return { ...step, headers: { date, ...step.headers } }
  }
  const serve: Step = (request) => {
    scripted.script.push(serve)
    return tell(answer(request))
  }
  scripted.script.push(serve)

  const requests = () => scripted.requests.filter(({ url }) => !url.startsWith('/.well-known/'))
  const plan = (method: Method, steps: Step[], isApplied: boolean) => {
    faults[method] = [...(faults[method] ?? []), ...steps.map((step) => ({ step, isApplied }))]
  }
  return {
    ...scripted,
    metadata: { ...scripted.metadata, authorization_endpoint },
    get connections() {
      return scripted.connections
    },
    get asked() {
      return requests()
        .map(({ method }) => method)
        .join(' ')
    },
    sent: (method) =>
      requests()
        .filter((request) => request.method === method)
        .map(({ body }) => JSON.parse(body || 'null')),
    clients,
    options,
    refuse: (method, ...steps) => plan(method, steps, false),
    lose: (method, ...steps) => plan(method, steps, true),
  }
}
