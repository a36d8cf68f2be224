import { siteOf } from '../client/site.js'
import type { DcrError } from '../errors.js'
import type { Call } from '../http/call.js'
import { failure } from '../http/failure.js'
import { callableUrl } from '../http/url.js'
import { isSameIssuer } from '../registrar/entry.js'
import { unknown } from './finding.js'
import { askLadder } from './ladder.js'
import { nextOf } from './next.js'
import type { DiagnoseOptions } from './options.js'
import type { LeftOverClient, Report, ResourceReport } from './report.js'
import { askResource, type FoundResource } from './resource.js'
import { levelOf, safeReport } from './safe-report.js'
import { diagnoseServer, placeOf, silentCall } from './server.js'
import { targetOf } from './target.js'

/**
 * Tells what is at a URL, whether a client can be registered there, and what stands in the way. Whatever a server does
 * is in the report: a dead one is reported, too. It asks for metadata, and what a browser would ask; with `probe` it
 * registers a client, which it deletes. It signs nobody in, gets no token, and follows no redirect.
 *
 * @param url - The issuer of an authorization server, or the URL of a protected resource such as an MCP server, whose
 *   authorization servers are then diagnosed each. The URL of a metadata document stands for what it is about.
 * @throws {DcrError} `invalid_url` and `insecure_url` for the URL, `invalid_argument` for the options, and `aborted`: a
 *   client that the probe has left is then in `error.client`.
 * @see RFC 8414 §3, RFC 9728 §3, RFC 7591 §3, RFC 7592 §2
 * @example
 * const report = await diagnose('https://as.example.com')
 * console.log(reportText(report))
 */
export async function diagnose(url: string | URL, options: DiagnoseOptions = {}): Promise<Report> {
  const call = silentCall(options)
  callableUrl(url, 'the URL', call)
  const asked = targetOf(url instanceof URL ? url.href.replace(/\/$/, '') : url)
  const target = callableUrl(asked, 'the URL', call)
  // Of the options those that are wrong for any server.
  siteOf({ issuer: asked }, options, { ...call, provider: options.provider })
  const secrets = new Set(Object.values(call.headers ?? {}))

  const [places, found] = await Promise.all([askLadder(target, asked, call), askResource(target, call)])
  const isServer = places.some(({ document }) => document !== undefined)
  const resource = found?.isCertain || !isServer ? found : undefined
  const own = resource ? withoutCredentials(options) : options
  const servers = await Promise.all(
    issuersOf(asked, resource, isServer).map((issuer) =>
      diagnoseServer(issuer, own, secrets, issuer === asked ? places : undefined),
    ),
  )
  const leftOver = servers.flatMap(({ left }) => left ?? [])
  if (call.signal?.aborted) throw aborted(call, leftOver, own.probe)
  const report = {
    url: asked,
    kind: resource ? 'protected_resource' : isServer ? 'authorization_server' : 'nothing',
    ...(resource && { resource: reportOf(resource, own.probe !== options.probe) }),
    servers: servers.map(({ left: _, ...server }) => server),
    left: leftOver.map(({ client: _, ...left }) => left),
    leftOver,
  } as const
  return safeReport({ ...report, level: levelOf(report), next: nextOf(report) }, secrets)
}

/** Who a resource names may be anybody: they are asked with nothing in hand. */
function withoutCredentials(options: DiagnoseOptions): DiagnoseOptions {
  const { initialAccessToken, manageWith, provider, probe, ...others } = options
  return { ...others, probe: probe && !initialAccessToken && !manageWith && !provider }
}

function issuersOf(asked: string, resource: FoundResource | undefined, isServer: boolean): string[] {
  if (!resource) return [asked]
  const isNamed = resource.servers.some((issuer) => isSameIssuer(issuer, asked))
  return isServer && !isNamed ? [...resource.servers, asked] : [...resource.servers]
}

function reportOf({ places, said }: FoundResource, isUnprobed: boolean): ResourceReport {
  const what =
    'credentials and a provider are for one server, and those of a resource are named by it: nothing was probed'
  const unprobed = unknown(what, 'probe the server by its own issuer')
  const all = isUnprobed ? [...said, ['probe_register', unprobed] as const] : said
  return { places: places.map(placeOf), findings: all.map(([check, each]) => ({ check, ...each })) }
}

function aborted(call: Call, [left]: readonly LeftOverClient[], isProbed = false): DcrError {
  const told = { cause: call.signal?.reason, ...(left?.client && { client: left.client }) }
  // What was deleted again has changed nothing, and was sent all the same.
  const undone = isProbed ? 'rejected' : 'not_sent'
  const outcome = left === undefined ? undone : left.client ? 'applied' : 'unknown'
  return failure(call, 'aborted', 'was aborted', { outcome, ...told })
}
