import { type ClientInformation, DcrClient, type DcrClientOptions } from '../../src/index.js'
import { failureOf } from '../failure-of.js'
import { inTime } from '../in-time.js'

export const METADATA = { redirect_uris: ['https://app.example.com/cb'], client_name: 'App' }

/** A server that is started, or one that does not exist. */
interface Target {
  readonly origin: string
  readonly metadata: { issuer: string; registration_endpoint: string }
}

export const connect = ({ metadata }: Target, options?: DcrClientOptions) =>
  new DcrClient(metadata, { allowInsecureRequests: true, ...options })

/** A client that the server has registered before. */
export const known = ({ origin }: Target): ClientInformation => ({
  client_id: 'c1',
  client_secret: 'secret-canary-1',
  client_secret_expires_at: 0,
  registration_access_token: 'token-canary-1',
  registration_client_uri: `${origin}/register/c1`,
  ...METADATA,
})

/** The bytes of an answer, with its length. */
export function answerOf(status: string, json: unknown, ...headers: string[]): string {
  const body = typeof json === 'string' ? json : JSON.stringify(json)
  const lines = [`content-length: ${Buffer.byteLength(body)}`, 'content-type: application/json', ...headers]
  return `HTTP/1.1 ${status}\r\n${lines.join('\r\n')}\r\n\r\n${body}`
}

/** The answer to a registration. */
export const CREATED = answerOf('201 Created', { client_id: 'c1' })

/** The error of a call that is to fail by its deadline. */
export const failureBy = (timeout: number, call: (timeout: number) => Promise<unknown>) =>
  inTime(timeout, () => failureOf(call(timeout)))
