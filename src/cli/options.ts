import type { Provider } from '../index.js'
import { PROVIDERS as BY_NAME } from '../onboarding/providers-by-name.js'
import type { Option } from './command.js'
import { FORMATS } from './formats.js'
import { STORE_VARIABLE } from './store-address.js'
import { STORE_KEY_VARIABLE } from './store-key.js'
import { STORE_BEGINNINGS, STORE_FORMS_TOLD } from './stores.js'

/** The options that several commands have. */

export const OUTPUT: readonly Option[] = [
  {
    name: 'output',
    value: 'FORMAT',
    description: 'How the result is written; a table on a terminal, else json',
    choices: FORMATS,
  },
  { name: 'show-secrets', description: 'Write secrets in clear into the result' },
]

/** A list is no env file; what cannot be written is refused before anything is done. */
export const OUTPUT_OF_LIST: readonly Option[] = OUTPUT.map((option) =>
  option.choices ? { ...option, choices: FORMATS.filter((format) => format !== 'env') } : option,
)

/** Of results that have no secret. */
export const OUTPUT_WITHOUT_SECRETS = OUTPUT_OF_LIST.filter(({ name }) => name !== 'show-secrets')

export const STORE: readonly Option[] = [
  {
    name: 'store',
    value: 'URL',
    description: `Where clients are kept: ${STORE_FORMS_TOLD}; default $${STORE_VARIABLE}, or a folder of this user`,
    beginnings: STORE_BEGINNINGS,
  },
  {
    name: 'store-key-env',
    value: 'NAME',
    description: `The environment variable with the key that the store is encrypted with; default ${STORE_KEY_VARIABLE}`,
  },
  {
    name: 'store-key-file',
    value: 'PATH',
    description:
      'The file with that key: ID:KEY, a line for each, of which the first encrypts, with a KEY as openssl rand -hex 32 makes it; - for stdin',
  },
]

export const REQUESTS: readonly Option[] = [
  {
    name: 'timeout',
    value: 'SECONDS',
    description: 'For each call of a server, with all its attempts; default 30',
  },
  { name: 'allow-insecure-requests', description: 'Allow http: for servers on this machine' },
  {
    name: 'trusted-origin',
    value: 'ORIGIN',
    description: "An origin other than the server's that may see credentials",
    isRepeatable: true,
  },
]

/** The profiles by their names in `dcr-client/providers`. */
export const PROVIDERS: ReadonlyMap<string, Provider> = new Map(Object.entries(BY_NAME).sort())

export const SERVER: readonly Option[] = [
  {
    name: 'provider',
    value: 'NAME',
    description: 'What kind of server it is, where it deviates from the specifications',
    choices: [...PROVIDERS.keys()],
  },
  { name: 'token-env', value: 'NAME', description: 'The environment variable with the initial access token' },
  { name: 'token-file', value: 'PATH', description: 'The file with the initial access token; - for stdin' },
  {
    name: 'manage-with',
    value: 'CREDENTIAL',
    description: 'What reading, changing and deleting is proved with',
    choices: ['registration_access_token', 'client_secret', 'initial_access_token'],
  },
]

export const NAME: Option = {
  name: 'as',
  value: 'NAME',
  description: 'Your name for the client, under which it is kept; default: default',
}

export const CLIENT_FILE: Option = {
  name: 'client',
  value: 'FILE',
  description: 'A client that was registered elsewhere: its client information as JSON; - for stdin',
}

export const METADATA: readonly Option[] = [
  { name: 'redirect-uri', value: 'URI', description: 'Where users come back to', isRepeatable: true },
  { name: 'name', value: 'TEXT', description: 'What users see: client_name' },
  { name: 'scope', value: 'WORDS', description: 'Scopes with spaces between them' },
  { name: 'grant-type', value: 'TYPE', description: 'Such as authorization_code', isRepeatable: true },
  { name: 'auth-method', value: 'METHOD', description: 'token_endpoint_auth_method, such as none' },
  { name: 'metadata', value: 'FILE', description: 'Metadata as JSON or YAML; - for stdin' },
  {
    name: 'set',
    value: 'MEMBER=VALUE',
    description: 'Any other member; the value is JSON, or else text',
    isRepeatable: true,
  },
]
