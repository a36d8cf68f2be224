import { type AuthorizationServerMetadata, DcrClient, DcrError } from '../../src/index.js'

/** Milliseconds: far more than any input here takes, and what a hang would exceed. */
const LONGEST = 5_000

/** Characters: an endpoint, a sentence and what of a server is quoted, each bounded. */
const LONGEST_MESSAGE = 12_000

export const AS = 'https://as.example.com'

export const SERVER = {
  issuer: AS,
  registration_endpoint: `${AS}/register`,
  token_endpoint: `${AS}/token`,
} satisfies AuthorizationServerMetadata

export const METADATA = { redirect_uris: ['https://app.example.com/cb'] }

export const CLIENT = {
  client_id: 'c1',
  client_name: 'App',
  client_secret: 'secret-of-c1-4f1b',
  registration_access_token: 'token-of-c1-9d2e',
  registration_client_uri: `${AS}/register/c1`,
}

/** Fails unless a call ends in time, with a result or with an error that is ours, whole and fit to be printed. */
export async function survives(call: () => unknown): Promise<void> {
  const before = Object.getOwnPropertyNames(Object.prototype).length
  const begun = performance.now()
  // Jitter times nothing: no time is spent between two attempts.
  const { random } = Math
  Math.random = () => 0
  const result = await (async () => call())().catch((error: unknown) => error)
  Math.random = random
  const took = performance.now() - begun
  if (took > LONGEST) throw new Error(`it took ${took} ms`)
  if (Object.getOwnPropertyNames(Object.prototype).length > before)
    throw new Error('Object.prototype has new members')
  if (result instanceof Error) checkError(result)
  // What cannot be written cannot be stored.
  else JSON.stringify(result)
}

function checkError(error: Error): void {
  if (!(error instanceof DcrError)) throw new Error('an error that is not ours', { cause: error })
  const { code, outcome, message, client } = error
  const isWhole = typeof code === 'string' && /^(not_sent|rejected|applied|unknown)$/.test(outcome)
  if (!isWhole) throw new Error('an error without code or outcome', { cause: error })
  if (message.length > LONGEST_MESSAGE) throw new Error(`a message of ${message.length} characters`)
  if (/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u.test(message))
    throw new Error(`not safe to print: ${JSON.stringify(message)}`)
  JSON.stringify([error, client])
}

type Fetch = (request: Request) => Promise<Response>

/** Each call that reads what a server answers about a client, or a token. */
export const CALLS: readonly ((fetch: Fetch) => Promise<unknown>)[] = [
  (fetch) => new DcrClient(SERVER, { fetch }).register(METADATA),
  (fetch) => new DcrClient(SERVER, { fetch }).get(CLIENT),
  (fetch) => new DcrClient(SERVER, { fetch }).update(CLIENT, { client_name: 'App 2' }),
  (fetch) => new DcrClient(SERVER, { fetch }).delete(CLIENT),
]
