import { DcrError } from '../errors.js'
import type { Call } from '../http/call.js'
import { headOf } from '../http/head.js'
import { callableUrl, showUrl } from '../http/url.js'
import type { JsonObject } from '../json.js'
import { bearerChallenge } from '../mcp/challenge.js'
import { MOST_SERVERS, matchOf, texts, wellKnown } from '../mcp/resource-metadata.js'
import { printable } from '../printable.js'
import { askAt, whatOf } from './asking.js'
import type { AskedPlace } from './facts.js'
import { ok, problem, type Said, unknown, warning } from './finding.js'
import { isNoList, words } from './members.js'
import type { Place } from './report.js'

/** What a URL is known to be by what it answers, if it is a protected resource. */
export interface FoundResource {
  /** Whether it has or names metadata, and does not only want a token as many servers do. */
  readonly isCertain: boolean
  readonly places: readonly Place[]
  readonly said: readonly (readonly [check: string, said: Said])[]
  /** The issuers of its authorization servers. */
  readonly servers: readonly string[]
}

interface Answered extends Place {
  readonly challenge: string
}

/** Asks whether a URL is a protected resource (RFC 9728): for its metadata, and without a token for itself. */
export async function askResource(resource: URL, call: Call): Promise<FoundResource | undefined> {
  const [answered, ...known] = await Promise.all([
    answerOf(resource, call),
    ...wellKnown(resource).map((url) => askAt(url, 'resource', call)),
  ])
  const bearer = bearerChallenge(answered.challenge)
  const named = bearer?.resource_metadata
  const first = named === undefined ? [] : await namedPlace(named, known, call)
  const documents = [...first, ...known.filter(({ url }) => !first.some((place) => place.url === url))]
  const isResource = named !== undefined || documents.some(({ document }) => document !== undefined)
  if (!isResource && !(answered.status === 401 && bearer)) return undefined

  const fitting = documents.find(({ document }) => matchOf(`${document?.resource}`, resource) !== 'none')
  const servers = [...new Set(texts(fitting?.document?.authorization_servers))]
  const said = [
    ...challengeOf(answered, named).map((each) => ['challenge', each] as const),
    ...metadataOf(documents, fitting, resource).map((each) => ['resource_metadata', each] as const),
    ...serversOf(servers, fitting?.document ?? {}, resource).map(
      (each) => ['authorization_servers', each] as const,
    ),
    ...scopesOf(fitting, bearer?.scope).map((each) => ['scopes', each] as const),
  ]
  return {
    isCertain: isResource,
    places: [answered, ...documents],
    said,
    servers: servers.length > 0 ? servers.slice(0, MOST_SERVERS) : [resource.origin],
  }
}

async function answerOf(resource: URL, call: Call): Promise<Answered> {
  const url = showUrl(resource)
  try {
    const { status, headers } = await headOf(resource, call)
    const challenge = headers.get('www-authenticate') ?? ''
    return { url, status, told: `${status}${challenge && ', with a challenge'}`, challenge }
  } catch (error) {
    return { url, told: told(error), challenge: '' }
  }
}

/** The place that the challenge names, which may be one of those that were asked. */
async function namedPlace(named: string, known: readonly AskedPlace[], call: Call): Promise<AskedPlace[]> {
  try {
    const url = callableUrl(named, 'the resource_metadata of the challenge', call)
    return [known.find((place) => place.url === showUrl(url)) ?? (await askAt(url, 'resource', call))]
  } catch (error) {
    return [{ url: 'the place that the challenge names', told: told(error), warnings: [], isSilent: false }]
  }
}

function told(error: unknown): string {
  if (!(error instanceof DcrError) || error.code === 'aborted') throw error
  return whatOf(error)
}

function challengeOf({ status, told }: Answered, named: string | undefined): Said[] {
  if (named !== undefined) return [ok(`without a token it answers ${status}, and names its metadata`)]
  if (status !== 401) return [unknown(`asked without a token by GET it is no challenge that comes: ${told}`)]
  const next = 'have its challenge name them by resource_metadata (RFC 9728 §5.1): clients find them sooner'
  return [warning('its challenge does not say where its metadata are', next)]
}

function metadataOf(
  documents: readonly AskedPlace[],
  fitting: AskedPlace | undefined,
  resource: URL,
): Said[] {
  const found = documents.filter(({ document }) => document !== undefined)
  const strangers = found.filter(({ document }) => matchOf(`${document?.resource}`, resource) === 'none')
  const mixed = strangers.map(({ url, document }) => {
    const about = printable(`${document?.resource}`, 256)
    return problem(
      `${url} is about the resource ${about}, not about this one: it must not be used (RFC 9728 §3.3)`,
      'have the resource name itself by the URL that clients use',
    )
  })
  if (fitting) {
    const isExact = matchOf(`${fitting.document?.resource}`, resource) === 'exact'
    const above = warning(
      'they are about a resource above this one, which strict clients refuse (RFC 9728 §3.3)',
    )
    return [ok(`the metadata of ${fitting.url} are taken`), ...(isExact ? [] : [above]), ...mixed]
  }
  if (mixed.length > 0) return mixed
  const next = 'have it serve them at /.well-known/oauth-protected-resource (RFC 9728 §3)'
  return [
    warning(
      'it has no metadata: clients take its origin for the issuer, as in the first revisions of MCP',
      next,
    ),
  ]
}

function serversOf(servers: readonly string[], document: JsonObject, { origin }: URL): Said[] {
  const next = 'have the resource write authorization_servers as a list'
  const wrong = isNoList(document, 'authorization_servers')
    ? [problem('authorization_servers is not a list of URLs (RFC 9728 §2)', next)]
    : []
  if (servers.length === 0)
    return [...wrong, warning(`no authorization server is named: ${origin} is taken for it`)]
  const more = servers.length > MOST_SERVERS
  const asked = more
    ? [warning(`of ${servers.length} authorization servers the first ${MOST_SERVERS} are asked`)]
    : []
  return [...wrong, ok(`its authorization servers: ${words(servers)}`), ...asked]
}

function scopesOf(fitting: AskedPlace | undefined, challenged: string | undefined): Said[] {
  const scopes = challenged?.split(' ') ?? texts(fitting?.document?.scopes_supported)
  return scopes.length > 0 ? [ok(`scopes to ask for: ${words(scopes)}`)] : []
}
