import { DcrError, OAuthError } from '../errors.js'
import { printable } from '../printable.js'
import { CommandError, UsageError } from './errors.js'
import { inOptions } from './wording.js'

/** Characters: the longest message there is, with a long address and the words of a server, has half of it. */
const LONGEST_MESSAGE = 4096

/** What people are told of an error: never a stack, and never what an error of another's making may hold. */
export function told(error: unknown, command: string): string {
  if (error instanceof UsageError) return `${shown(error)}\nSee: dcr ${`${command} `.trimStart()}--help`
  // The name of a function of the library says nothing to who has called a command.
  if (error instanceof DcrError)
    return `${inOptions(shown(error))
      .replace(/^\w+: /, `${command}: `)
      .replace(IN_CODE, '')}${requestId(error)}${advice(error, command)}`
  if (error instanceof CommandError) return shown(error)
  const name = error instanceof Error ? error.name : typeof error
  return `unexpected ${name}: ${error instanceof Error ? shown(error) : ''}\nThis is a defect of dcr: please report it with the command.`
}

/** Where the library has it; the command says where it has put it. */
const IN_CODE = ' What is known of the client is in error.client.'

function shown({ message }: Error): string {
  return message
    .split('\n')
    .map((line) => printable(line, LONGEST_MESSAGE))
    .join('\n')
}

/** What the operator of the server asks for. */
function requestId(error: DcrError): string {
  return error instanceof OAuthError && error.requestId
    ? `\nThe server's number of it: ${error.requestId}`
    : ''
}

/** What helps at a command line, where the message speaks of the library's options. */
function advice({ code, message, outcome, client }: DcrError, command: string): string {
  const isUnchangeable = command === 'update' && UNCHANGEABLE.test(code)
  const known =
    (OF_MANIFESTS.includes(command) ? IN_MANIFESTS[code] : undefined) ??
    (isUnchangeable ? REPLACE : (ABOUT.find(([pattern]) => pattern.test(message))?.[1] ?? ADVICE[code]))
  const line = known ? `\n${known}` : ''
  if (client === undefined || outcome === 'not_sent') return line
  return `${line}\nThe server has done it. If it is not in \`dcr list\`, it is in \`dcr orphans\`.`
}

const ADVICE: Readonly<Partial<Record<DcrError['code'], string>>> = {
  unauthorized: 'A token, or another: --token-env NAME, or --token-file PATH.',
  missing_credential: 'Give it by --token-env NAME, --token-file PATH or --manage-with.',
  untrusted_origin: 'If you trust it: --trusted-origin ORIGIN.',
  registration_in_doubt: 'See: dcr orphans. What is not there: dcr orphans --forget ID.',
  store_sealed: 'Its key: --store-key-file PATH, --store-key-env NAME, or the variable DCR_STORE_KEY.',
  timeout: 'More time: --timeout SECONDS.',
}

/** Where one code has several reasons; an empty one is that the message says it all. */
const ABOUT: readonly (readonly [RegExp, string])[] = [
  [
    /\((SELF_SIGNED_CERT_IN_CHAIN|DEPTH_ZERO_SELF_SIGNED_CERT|UNABLE_TO_\w+)\)/,
    'Its certificate is of an authority that is not known here: NODE_EXTRA_CA_CERTS=FILE names a file with that.',
  ],
  [/ is not encrypted, and /, ''],
]

/** By these a server says that it does not change a client, whatever is asked. */
const UNCHANGEABLE = /^(management_not_supported|management_locked|not_found|forbidden)$/

const OF_MANIFESTS = ['plan', 'apply', 'destroy']

/** What `update` offers where a client cannot be changed. */
const REPLACE =
  '--replace registers another client with these metadata, and deletes this one if it can be deleted.'

/** Credentials are no options there. */
const IN_MANIFESTS: Readonly<Partial<Record<DcrError['code'], string>>> = {
  unauthorized: 'A token, or another: the initial_access_token or token of this server in the manifest.',
  missing_credential: 'Give it by initial_access_token, token or manage_with of this server in the manifest.',
}
