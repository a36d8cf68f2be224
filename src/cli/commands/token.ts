import { bySecret, isSecretMethod, KEY_METHOD, SECRET_METHODS } from '../../authentication/methods.js'
import {
  type ClientAuthentication,
  type ClientInformation,
  discover,
  privateKeyJwt,
  requestToken,
} from '../../index.js'
import { signingKeyIn } from '../../onboarding/signing-key.js'
import type { Command, Context } from '../command.js'
import { UsageError } from '../errors.js'
import { NAME, OUTPUT, REQUESTS, STORE } from '../options.js'
import { secretOf } from '../secrets.js'
import { issuerIn, type KeptClient, keptClient, serverOf } from '../target.js'

export const command: Command = {
  name: 'token',
  summary: 'Get an access token by client credentials',
  description:
    'With --client-id for that client, without it for the one that is kept (RFC 6749 §4.4). The token is masked unless --show-secrets is given.',
  arguments: [{ name: 'issuer', description: 'The issuer identifier of the server' }],
  options: [
    { name: 'client-id', value: 'ID', description: 'The client; default: the one that is kept' },
    { name: 'client-secret-env', value: 'NAME', description: 'The environment variable with its secret' },
    { name: 'client-secret-file', value: 'PATH', description: 'The file with its secret; - for stdin' },
    { name: 'client-key-env', value: 'NAME', description: 'The environment variable with its private key' },
    {
      name: 'client-key-file',
      value: 'PATH',
      description: 'The file with its private key, a JSON Web Key or PEM of PKCS#8; - for stdin',
    },
    {
      name: 'method',
      value: 'METHOD',
      description: 'How it proves itself; default: as it was registered, or client_secret_basic',
      choices: [...SECRET_METHODS, KEY_METHOD],
    },
    { name: 'scope', value: 'WORDS', description: 'Scopes with spaces between them' },
    { name: 'resource', value: 'URI', description: 'What the token is for (RFC 8707)' },
    NAME,
    ...STORE,
    ...REQUESTS,
    ...OUTPUT,
  ],
  examples: [
    {
      what: 'Register with a token that may do so',
      command:
        'dcr token https://as.example.com --client-id onboarding --client-secret-env SECRET --scope register --show-secrets --output json |\n    dcr register https://as.example.com --redirect-uri https://app.example.com/cb --token-file -',
    },
  ],
  async run(context) {
    const issuer = issuerIn(context)
    const authentication = await authenticationIn(context, issuer)
    const { options } = context.requests
    const isKept = context.text('client-id') === undefined
    const known = isKept ? serverOf((await kept(context, issuer)).stored) : issuer
    const server = typeof known === 'string' ? await discover(known, options) : known
    const [scope, resource] = [context.text('scope'), context.text('resource')]
    await context.print(await requestToken(server, authentication, { ...options, scope, resource }))
    return undefined
  },
}

async function authenticationIn(context: Context, issuer: string): Promise<ClientAuthentication> {
  const client_id = context.text('client-id')
  const client_secret = await secretOf(context, 'client-secret')
  const client_key = await secretOf(context, 'client-key')
  const given = context.text('method')
  if (client_key !== undefined) {
    if (client_secret !== undefined || (given ?? KEY_METHOD) !== KEY_METHOD)
      throw new UsageError(`a key is for --method ${KEY_METHOD} alone, and needs no secret`)
    const id = client_id ?? (await kept(context, issuer)).client.client_id
    return privateKeyJwt({ client_id: id }, await signingKeyIn(client_key))
  }
  if (client_id !== undefined) {
    if (client_secret === undefined)
      throw new UsageError(
        '--client-id needs its secret or key: --client-secret-env NAME, --client-secret-file PATH, or --client-key-file PATH',
      )
    return by(given ?? 'client_secret_basic', { client_id, client_secret })
  }
  if (client_secret !== undefined) throw new UsageError('a secret needs --client-id ID')
  const { client } = await kept(context, issuer)
  return by(given ?? client.token_endpoint_auth_method ?? 'client_secret_basic', client)
}

function kept(context: Context, issuer: string): Promise<KeptClient> {
  return keptClient(context, issuer, context.text('as') ?? 'default')
}

function by(method: string, client: ClientInformation): ClientAuthentication {
  if (method === KEY_METHOD)
    throw new UsageError(`${KEY_METHOD} needs --client-key-env NAME or --client-key-file PATH`)
  if (isSecretMethod(method)) return bySecret(method, client)
  throw new UsageError(`the client proves itself by another method than ${SECRET_METHODS.join(', ')}`)
}
