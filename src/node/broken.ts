import type { DcrError } from '../errors.js'
import { refusal, type Target } from './target.js'

/** What the codes of the runtime mean, for a person. Their own messages quote what servers sent. */
const REASONS: Record<string, string> = {
  CERT_HAS_EXPIRED: 'its certificate has expired',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another host',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is from an authority that is not trusted',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its certificate is from an authority that is not trusted',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is from an authority that is not trusted',
  EPROTO: 'it does not speak TLS there, or no version of it that is safe',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it does not speak TLS there',
  CONNECT_RESET: 'the connection ended before it was made',
  CONNECT_TIMEOUT: 'it took too long to connect',
  ECONNREFUSED: 'nothing listens there',
  EAI_AGAIN: 'its name could not be looked up now',
  EMFILE: 'this process may open no more files',
  ENOTFOUND: 'its name has no address',
  HPE_HEADER_OVERFLOW: 'the head of the answer is too large',
  TOO_MANY_INTERIM: 'too many interim answers came',
  NO_ADDRESS: 'the lookup that it was given failed',
  NOT_HTTP: 'what came is not the answer to a request',
}

/** Codes of a connection that broke, to what they mean while there was none. These may be sent again. */
const BEFORE_CONNECTION: Record<string, string> = {
  ECONNRESET: 'CONNECT_RESET',
  EPIPE: 'CONNECT_RESET',
  ETIMEDOUT: 'CONNECT_TIMEOUT',
  ERR_SOCKET_CONNECTION_TIMEOUT: 'CONNECT_TIMEOUT',
}

/** An error of our own that has a code, for what the runtime has none for. */
export function coded(code: string): Error {
  return Object.assign(new Error(code), { code })
}

/** The code of an error of the system or of ours; of others nothing is shown, as they may say anything. */
export function codeOf(error: unknown): string {
  const code: unknown = Object(error).code
  return error instanceof Error && typeof code === 'string' && /^\w{3,64}$/.test(code) ? code : ''
}

/**
 * The error of a connection, as `network_error`. What happened before there was one has certainly not been sent, if it
 * is known what that was: a fake of a network fails without a code and without a connection.
 */
export function broken(target: Target, error: unknown, isConnected: boolean): DcrError {
  const known = codeOf(error)
  const isUnsent = known !== '' && !isConnected
  const code = (isUnsent && BEFORE_CONNECTION[known]) || known
  const reason = REASONS[code] ? `: ${REASONS[code]}` : ''
  const what = isUnsent ? 'could not be reached' : 'closed or lost the connection'
  return refusal(target, 'network_error', `${what} (${code || 'no code'}${reason})`, {
    outcome: isUnsent ? 'not_sent' : 'unknown',
    cause: { code },
  })
}
