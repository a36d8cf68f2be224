import { KEY_METHOD, SECRET_METHODS } from '../authentication/methods.js'
import { WAYS } from '../client/management.js'
import { openCall } from '../http/call.js'
import { callableUrl } from '../http/url.js'
import type { ManageWith } from '../types.js'
import type { ManifestEndpoints, ManifestSecret, ManifestServer, ManifestToken } from './manifest.js'
import { NOTHING, type Part, partOf, told } from './metadata.js'
import { PROVIDERS } from './providers-by-name.js'
import type { Path, Reader } from './reading.js'
import { type ReadSecret, readReference } from './secrets.js'

export const SERVER_MEMBERS = [
  'issuer',
  'endpoints',
  'provider',
  'initial_access_token',
  'token',
  'manage_with',
  'concurrency',
  'defaults',
] as const
export const ENDPOINT_MEMBERS = ['registration_endpoint', 'token_endpoint'] as const
export const TOKEN_MEMBERS = [
  'client_id',
  'client_secret',
  'client_key',
  'scope',
  'method',
  'single_use',
] as const

/** Clients at the same time: quick, and no burden to any server. */
const DEFAULT_CONCURRENCY = 4
/** More than one process can make use of; more machines share the work by shards. */
const MOST_CONCURRENCY = 256

/** A server, with the defaults of its clients. */
export interface ReadServer {
  readonly server: ManifestServer
  readonly defaults: Part
}

export function readServer(
  name: string,
  value: unknown,
  path: Path,
  reader: Reader,
  readSecret: ReadSecret | undefined,
): ReadServer | undefined {
  const members = reader.object(value, path, SERVER_MEMBERS)
  if (!members) return undefined
  const within = (member: string) => [...path, member]
  const { issuer, endpoints, provider: profile, manage_with, token, initial_access_token, defaults } = members
  const { concurrency = DEFAULT_CONCURRENCY } = members
  const url = urlOf(issuer, 'the issuer', within('issuer'), reader)
  const provider = given(profile, () => reader.word(profile, within('provider'), Object.keys(PROVIDERS)))
  const manageWith = given(manage_with, () =>
    reader.word(manage_with, within('manage_with'), WAYS as ManageWith[]),
  )
  if (initial_access_token !== undefined && token !== undefined)
    reader.refuse(within('token'), 'give initial_access_token or token, not both')
  if (manageWith === 'initial_access_token' && initial_access_token === undefined && token === undefined)
    reader.refuse(within('manage_with'), 'initial_access_token needs one: initial_access_token, or token')
  if (!Number.isInteger(concurrency) || Number(concurrency) < 1 || Number(concurrency) > MOST_CONCURRENCY)
    reader.refuse(within('concurrency'), `must be a whole number from 1 to ${MOST_CONCURRENCY}`)
  const reference = (secret: unknown, place: Path) => readReference(secret, place, reader, readSecret)
  const named = provider === undefined ? undefined : PROVIDERS[provider]
  return {
    server: {
      name,
      issuer: url ?? '',
      endpoints: given(endpoints, () => readEndpoints(endpoints, within('endpoints'), reader)),
      provider: named,
      initialAccessToken: given(initial_access_token, () =>
        reference(initial_access_token, within('initial_access_token')),
      ),
      token: given(token, () => readToken(token, within('token'), reader, reference)),
      manageWith,
      concurrency: Number(concurrency),
    },
    defaults: defaults === undefined ? NOTHING : partOf(defaults, within('defaults'), reader, [named]),
  }
}

function urlOf(value: unknown, what: string, path: Path, reader: Reader): string | undefined {
  const url = reader.text(value, path)
  if (url === undefined || reader.problems.some((problem) => problem.path === path)) return url
  try {
    // Whether loopback is meant, the options of the requests say.
    callableUrl(url, what, { ...openCall('manifest'), allowInsecureRequests: true })
  } catch (error) {
    reader.refuse(path, told(error))
  }
  return url
}

function readEndpoints(value: unknown, path: Path, reader: Reader): ManifestEndpoints | undefined {
  const members = reader.object(value, path, ENDPOINT_MEMBERS)
  if (!members) return undefined
  const [registration_endpoint, token_endpoint] = ENDPOINT_MEMBERS.map((member) =>
    member === 'token_endpoint' && members[member] === undefined
      ? undefined
      : urlOf(members[member], member, [...path, member], reader),
  )
  return registration_endpoint === undefined
    ? undefined
    : { registration_endpoint, ...(token_endpoint !== undefined && { token_endpoint }) }
}

function readToken(
  value: unknown,
  path: Path,
  reader: Reader,
  reference: (secret: unknown, place: Path) => ManifestSecret | undefined,
): ManifestToken | undefined {
  const members = reader.object(value, path, TOKEN_MEMBERS)
  if (!members) return undefined
  const { client_id, client_key, scope = 'register', single_use } = members
  const { method = client_key === undefined ? 'client_secret_basic' : KEY_METHOD } = members
  const clientId = reader.text(client_id, [...path, 'client_id'])
  const asked = reader.text(scope, [...path, 'scope'])
  const proof = reader.word(method, [...path, 'method'], [...SECRET_METHODS, KEY_METHOD])
  if (single_use !== undefined && typeof single_use !== 'boolean')
    reader.refuse([...path, 'single_use'], 'must be true or false')
  const isKey = method === KEY_METHOD
  const wanted = isKey ? 'client_key' : 'client_secret'
  const unwanted = isKey ? 'client_secret' : 'client_key'
  if (members[unwanted] !== undefined)
    reader.refuse([...path, unwanted], `is not what this method takes; give ${wanted}`)
  const credential = reference(members[wanted], [...path, wanted])
  if (!clientId || !credential || !asked || !proof) return undefined
  const credentials = isKey ? { clientKey: credential } : { clientSecret: credential }
  return { clientId, ...credentials, scope: asked, method: proof, singleUse: single_use === true }
}

function given<T>(value: unknown, read: () => T): T | undefined {
  return value === undefined ? undefined : read()
}
