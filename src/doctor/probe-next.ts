import type { DcrError, ErrorCode, OAuthError } from '../errors.js'
import type { DiagnoseOptions } from './options.js'

/** What was given already, and so is no advice. */
export type Given = Pick<DiagnoseOptions, 'initialAccessToken' | 'manageWith' | 'provider'>

const NEXT: Readonly<Partial<Record<ErrorCode, string | undefined>>> = {
  unauthorized:
    'get an initial access token from the operator: --token-env NAME, --token-file PATH, in code initialAccessToken',
  missing_credential:
    'give the token or secret that is missing: --token-env NAME, --token-file PATH or --manage-with',
  forbidden: 'ask the operator: a policy of the server forbids it',
  untrusted_origin: 'if you trust it: --trusted-origin ORIGIN, in code trustedOrigins',
  not_found: 'have the operator switch dynamic registration on',
  rejected: 'ask for what the server takes: --metadata FILE',
  provider_mismatch: 'leave the provider out, or take the one of this server',
}

/** What helps with registering misleads where a client is there. */
const NEXT_TO_MANAGE: typeof NEXT = {
  ...NEXT,
  unauthorized:
    'tell the operator: it refuses what it gave to manage the client; if another credential does that, name it: --manage-with',
  rejected: undefined,
}

/** What some servers say with 400 where the token is missing or wrong; RFC 7591 §3.2.2 has other words for metadata. */
const OF_TOKEN = /^(invalid_token|invalid_client|access_denied|request_denied|unauthorized_client)$/
const ABOUT_TOKEN = /\b(access|initial|bearer)[ _-]token|authori[sz]ation header|authenticat/i
const ABOUT_METHOD = /auth(entication)?[ _-]method/i
const OF_METADATA = /^invalid_(client_metadata|redirect_uri|software_statement)$/

/** What to do where nothing was registered. */
export function nextToRegister(error: DcrError, { initialAccessToken }: Given): string | undefined {
  const { code, error: said = '', error_description: words = '' } = error as OAuthError
  const isOfMetadata = OF_METADATA.test(said) || ABOUT_METHOD.test(words)
  const isToken = !isOfMetadata && (OF_TOKEN.test(said) || ABOUT_TOKEN.test(words))
  if (code !== 'unauthorized' && !(code === 'rejected' && isToken)) return NEXT[code]
  if (initialAccessToken === undefined) return NEXT.unauthorized
  return 'get another initial access token from the operator: the one that was given is wrong, spent or for something else'
}

/** What to do where a client that is there cannot be managed. */
export function nextToManage(code: ErrorCode): string | undefined {
  return NEXT_TO_MANAGE[code]
}

/** What to do where an answer has nothing by which the client could be managed (RFC 7592 §3). */
export function nextWhereUnmanaged({ initialAccessToken, manageWith, provider }: Given): string | undefined {
  if (manageWith !== undefined) return undefined
  if (initialAccessToken !== undefined)
    return 'if the token that registers also manages clients, say so: --manage-with initial_access_token'
  const options = provider === undefined ? '--manage-with, --provider' : '--manage-with'
  return `if the server has another way of managing clients, name it: ${options}`
}
