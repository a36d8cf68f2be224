import type { LeftOver, Place, Report, ServerReport } from './report.js'
import { safeText } from './safe-text.js'

/** The worst that was found. What is left at a server is a problem, whoever is to blame. */
export function levelOf({
  servers,
  resource,
  left,
}: Pick<Report, 'servers' | 'resource' | 'left'>): Report['level'] {
  const findings = [...(resource?.findings ?? []), ...servers.flatMap((server) => server.findings)]
  if (left.length > 0 || findings.some(({ level }) => level === 'problem')) return 'problem'
  return findings.some(({ level }) => level === 'warning') ? 'warning' : 'ok'
}

/** The same report, with every text in it fit for a bug report, and the credentials where nothing shows them. */
export function safeReport(report: Report, secrets: ReadonlySet<string>): Report {
  const safe = (text: string) => safeText(text, secrets)
  const place = ({ url, told, ...others }: Place): Place => ({ ...others, url: safe(url), told: safe(told) })
  const part = <Part extends Pick<ServerReport, 'places' | 'findings'>>({
    places,
    findings,
    ...others
  }: Part) => ({
    ...others,
    places: places.map(place),
    findings: findings.map(({ message, next, ...finding }) => ({
      ...finding,
      message: safe(message),
      ...(next !== undefined && { next: safe(next) }),
    })),
  })
  const { url, kind, level, resource, servers, next, left, leftOver } = report
  const shown = {
    url: safe(url),
    kind,
    level,
    ...(resource && { resource: part(resource) }),
    servers: servers.map((server) => ({ ...part(server), issuer: safe(server.issuer) })),
    next: next.map(safe),
    left: left.map((each) => safeLeft(each, safe)),
  }
  Object.defineProperty(shown, 'leftOver', { value: leftOver, enumerable: false })
  return shown as unknown as Report
}

function safeLeft(
  { issuer, client_name, client_id, registration_client_uri, isKept }: LeftOver,
  safe: (text: string) => string,
): LeftOver {
  return {
    issuer: safe(issuer),
    client_name: safe(client_name),
    ...(client_id !== undefined && { client_id: safe(client_id) }),
    ...(registration_client_uri !== undefined && { registration_client_uri: safe(registration_client_uri) }),
    isKept,
  }
}
