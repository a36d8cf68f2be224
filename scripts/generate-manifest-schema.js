import { readFile } from 'node:fs/promises'
import { parse } from 'yaml'

/** Makes the JSON Schema by which editors complete and check a manifest. Its metadata are those of the OpenAPI document. */
export const source = 'openapi/dcr.yaml and src/providers/index.ts'
export const target = 'schemas/manifest.json'

const secret = {
  description: 'Where the secret is. It is never taken in clear.',
  oneOf: [
    {
      type: 'object',
      properties: {
        env: { description: 'An environment variable.', type: 'string', pattern: '^[A-Za-z_][A-Za-z0-9_]*$' },
      },
      required: ['env'],
      additionalProperties: false,
    },
    {
      type: 'object',
      properties: {
        file: {
          description: 'A file. A relative path is taken from the folder of the manifest.',
          type: 'string',
          minLength: 1,
        },
      },
      required: ['file'],
      additionalProperties: false,
    },
  ],
}

const token = {
  description: 'Asks for an access token that registers, by client credentials.',
  type: 'object',
  properties: {
    client_id: { description: 'The client that asks for the token.', type: 'string', minLength: 1 },
    client_secret: { $ref: '#/$defs/Secret' },
    client_key: {
      description: 'Its private key, in place of a secret: a JSON Web Key, or PEM of PKCS#8.',
      $ref: '#/$defs/Secret',
    },
    scope: { description: 'Scopes, separated by single spaces.', type: 'string', default: 'register' },
    method: {
      description:
        'How the client proves itself at the token endpoint. Default: client_secret_basic, or private_key_jwt with client_key.',
      enum: ['client_secret_basic', 'client_secret_post', 'client_secret_jwt', 'private_key_jwt'],
    },
    single_use: {
      description: 'Whether a token registers one client and is void then, as at Spring and Curity.',
      type: 'boolean',
      default: false,
    },
  },
  required: ['client_id'],
  oneOf: [{ required: ['client_secret'] }, { required: ['client_key'] }],
  additionalProperties: false,
}

const server = (providers) => ({
  description: 'An authorization server.',
  type: 'object',
  properties: {
    issuer: {
      description: `The issuer identifier, a URL, in which \${NAME} and \${NAME:-default} stand for environment variables.`,
      type: 'string',
      minLength: 1,
    },
    endpoints: {
      description: 'Where it is, in place of metadata that it does not publish. Nothing is discovered then.',
      type: 'object',
      properties: {
        registration_endpoint: { description: 'Where clients are registered.', type: 'string', minLength: 1 },
        token_endpoint: { description: 'Where tokens are asked for.', type: 'string', minLength: 1 },
      },
      required: ['registration_endpoint'],
      additionalProperties: false,
    },
    provider: {
      description: 'The profile of a server that deviates from the specifications.',
      enum: providers,
    },
    initial_access_token: { $ref: '#/$defs/Secret' },
    token: { $ref: '#/$defs/Token' },
    manage_with: {
      description: 'What reading, changing and deleting a client is proved with.',
      enum: ['registration_access_token', 'client_secret', 'initial_access_token'],
    },
    concurrency: {
      description: 'Clients that are worked on at the same time.',
      type: 'integer',
      minimum: 1,
      maximum: 256,
      default: 4,
    },
    defaults: {
      description: 'Metadata of every client here, which its own wins over.',
      $ref: '#/$defs/Metadata',
    },
  },
  required: ['issuer'],
  not: { required: ['initial_access_token', 'token'] },
  additionalProperties: false,
})

const client = {
  description: 'A client, kept under its name.',
  type: 'object',
  properties: {
    server: {
      description: 'The name of its server, or a list of them: the client is registered at each.',
      oneOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' }, minItems: 1 }],
    },
    metadata: { $ref: '#/$defs/Metadata' },
  },
  required: ['server'],
  additionalProperties: false,
}

export async function generate() {
  const openapi = parse(await readFile(new URL('../openapi/dcr.yaml', import.meta.url), 'utf8'))
  const { schemas } = openapi.components
  const providers = await readFile(new URL('../src/providers/index.ts', import.meta.url), 'utf8')
  const names = [...providers.matchAll(/^export \{ (.*) \}/gm)].flatMap(([, list]) => list.split(', '))
  const used = new Map()
  const moved = (schema) => moveReferences(schema, schemas, used)
  const metadata = {
    description:
      'What the client asks for (RFC 7591 §2). Members that a server has of its own are taken, too.',
    type: 'object',
    properties: moved(schemas.ClientMetadata.properties),
  }
  const named = (description, schema) => ({
    description,
    type: 'object',
    minProperties: 1,
    propertyNames: { minLength: 1, maxLength: 256 },
    additionalProperties: schema,
  })
  const schema = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Manifest of dcr-client',
    description: 'Clients and the servers that they are registered at, for `dcr plan` and `dcr apply`.',
    type: 'object',
    properties: {
      version: { description: 'The version of this format.', const: 1 },
      defaults: {
        description: 'Metadata of every client, which its own and those of its server win over.',
        $ref: '#/$defs/Metadata',
      },
      servers: named('The servers, by names of your own.', { $ref: '#/$defs/Server' }),
      clients: named('The clients, by the names under which they are kept.', { $ref: '#/$defs/Client' }),
    },
    required: ['version', 'servers', 'clients'],
    additionalProperties: false,
    $defs: {
      Server: server(names.sort()),
      Client: client,
      Secret: secret,
      Token: token,
      Metadata: metadata,
      ...Object.fromEntries(used),
    },
  }
  return `${JSON.stringify(schema, undefined, 2).replace(SHORT_LIST, onOneLine)}\n`
}

/** A list of nothing but values, with what stands before and after it. */
const SHORT_LIST = /^(.*)\[\n([^[\]{}]*)\n *\](,?)$/gm

/** As the formatter of this project has it, where it fits into its line of 110 characters. */
function onOneLine(found, before, items, after) {
  const line = `${before}[${items.trim().replace(/\n */g, ' ')}]${after}`
  return line.length <= 110 ? line : found
}

/** The same with its references pointing into this document, and what they point at taken along. */
function moveReferences(part, schemas, used) {
  if (Array.isArray(part)) return part.map((item) => moveReferences(item, schemas, used))
  if (typeof part !== 'object' || part === null) return part
  const entries = Object.entries(part).map(([member, value]) => {
    const name = member === '$ref' && value.split('/').at(-1)
    if (!name) return [member, moveReferences(value, schemas, used)]
    if (!used.has(name)) {
      used.set(name, undefined)
      used.set(name, moveReferences(schemas[name], schemas, used))
    }
    return [member, `#/$defs/${name}`]
  })
  return Object.fromEntries(entries)
}
