import { type ClientInformation, DcrClient, type DcrClientOptions } from '../../src/index.js'
import { failureOf } from '../failure-of.js'

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

/** How many milliseconds late an end may be. */
const LATENESS = 250

/**
 * The error of a call that is to fail by its deadline. The lateness is measured by the timers of this process, which are as
 * late as those of the call if the machine is busy.
 */
export async function failureBy(timeout: number, call: (timeout: number) => Promise<unknown>) {
  let timer: NodeJS.Timeout | undefined
  const tooLate = new Promise<never>((_, reject) => {
    const late = () => reject(new Error(`it had not ended ${LATENESS} ms after its deadline`))
    const wait = () => {
      timer = setTimeout(late, LATENESS)
    }
    timer = setTimeout(wait, timeout)
  })
  return Promise.race([failureOf(call(timeout)), tooLate]).finally(() => clearTimeout(timer))
}
