import { CommandError } from './errors.js'

/** What happened, and what helps. */
type Told = (database: string, code: string) => string

const TLS_HELP = 'NODE_EXTRA_CA_CERTS=FILE names the authority that signed it'

/** By the code of the error, or the word that Redis begins it with. */
const BY_CODE: Readonly<Record<string, Told>> = {
  NOAUTH: (name, code) => `${name} wants a password ${code}: redis://USER:PASSWORD@HOST`,
  WRONGPASS: (name, code) => `${name} refuses the user or the password ${code}`,
  NOPERM: (name, code) =>
    `${name} does not let this user in ${code}: the documents of the stores say what it needs`,
  '28000': (name, code) =>
    `${name} does not let this user in from here ${code}: there is none of this name, or pg_hba.conf does not have it, perhaps without TLS alone (?sslmode=verify-full)`,
  '28P01': (name, code) => `${name} refuses the password of this user ${code}`,
  '3D000': (name, code) =>
    `${name} has no database of this name ${code}: make it, or name another in the URL`,
  '42501': (name, code) =>
    `${name} does not let this user read or make the table ${code}: grant that, or let somebody else make it`,
  '53300': (name, code) => `${name} has no connection left ${code}: end others, or let it have more`,
  '57P03': (name, code) => `${name} is starting or stopping ${code}: try again`,
  ENOENT: (_, code) =>
    `a file that the URL names, of a socket, a certificate or a key, cannot be opened ${code}`,
  EACCES: (_, code) =>
    `a file that the URL names, of a socket, a certificate or a key, cannot be opened ${code}`,
  ENOTFOUND: (name, code) => `${name} has no address under this name ${code}: see the host in the URL`,
  CERT_HAS_EXPIRED: (name, code) => `the certificate of ${name} has expired ${code}`,
  ERR_TLS_CERT_ALTNAME_INVALID: (name, code) =>
    `the certificate of ${name} is for another host ${code}: name it in the URL as the certificate does`,
}

/** By the message, where that is of the package that connects and always the same, or the beginning of one of Redis. */
const BY_MESSAGE: readonly (readonly [RegExp, Told])[] = [
  [
    /^ERR DB index is out of range/,
    (name) => `${name} has no database of this number (ERR): most have 16 of them, from 0 on`,
  ],
  [
    /^(SASL: .*)?client password must be a string$/i,
    (name) => `${name} wants a password, and the URL has none`,
  ],
  [
    /^The server does not support SSL connections$/,
    (name) => `${name} has no TLS there: leave sslmode out of the URL where the network may be trusted`,
  ],
  [
    /^(timeout expired|Connection timeout|Connection terminated due to connection timeout)$/,
    (name) =>
      `${name} did not answer in time: is it there, does it speak TLS where the URL asks for that, and is there a firewall`,
  ],
  [
    /^(Socket closed unexpectedly|Connection terminated unexpectedly)$/,
    (name) => `${name} ends the connection: it may want TLS (rediss://, or ?sslmode=verify-full)`,
  ],
]

const UNTRUSTED = /^(DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_\w+|CERT_\w+)$/

const NO_TLS = /^(EPROTO|ERR_SSL_\w+)$/

/** Why a database cannot be used. Its own words may hold the URL, and are not repeated: a code is, and what it means. */
export function databaseTrouble(name: string, error: unknown): CommandError {
  return new CommandError(`the store cannot be used: ${cause(name, error)}`)
}

function cause(name: string, error: unknown): string {
  const message = String(Object(error).message)
  const [, told] = BY_MESSAGE.find(([pattern]) => pattern.test(message)) ?? []
  if (told) return told(name, '')
  const code = codeOf(error) ?? /^(NOAUTH|WRONGPASS|NOPERM) /.exec(message)?.[1]
  if (code === undefined) return `${name} cannot be reached`
  const known = Object.hasOwn(BY_CODE, code) ? BY_CODE[code] : undefined
  if (known) return known(name, `(${code})`)
  if (UNTRUSTED.test(code)) return `the certificate of ${name} is not trusted (${code}): ${TLS_HELP}`
  if (NO_TLS.test(code)) return `${name} does not speak TLS there, or none that is understood (${code})`
  return `${name} cannot be reached (${code})`
}

function codeOf(error: unknown): string | undefined {
  const { code, errors } = Object(error) as { code?: unknown; errors?: unknown }
  if (typeof code === 'string' && /^\w+$/.test(code)) return code
  return Array.isArray(errors) ? codeOf(errors[0]) : undefined
}
