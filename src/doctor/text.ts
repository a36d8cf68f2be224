import type { Finding, LeftOver, Level, Place, Report } from './report.js'

const KINDS: Readonly<Record<Report['kind'], string>> = {
  authorization_server: 'is an authorization server',
  protected_resource: 'is a protected resource',
  nothing: 'is neither an authorization server nor a protected resource, as far as can be told',
}

/** The report as text for people: a line for each place and each check, and at the end what to do. It holds no secret. */
export function reportText(report: Report): string {
  const { url, kind, resource, servers, left, next } = report
  const findings = [...(resource?.findings ?? []), ...servers.flatMap((server) => server.findings)]
  const parts = [
    [
      `${url} ${KINDS[kind]}.`,
      `${count(findings, 'problem')}, ${count(findings, 'warning')}${leftOf(left)}.`,
    ],
    ...(resource ? [section('The resource', resource)] : []),
    ...servers.map((server) => section(`The authorization server ${server.issuer}`, server)),
    ...(left.length > 0 ? [['Left at the server', ...left.map(leftLine)]] : []),
    ...(next.length > 0 ? [['Next', ...next.map((step, index) => `  ${index + 1}. ${step}`)]] : []),
  ]
  return parts.map((lines) => `${lines.join('\n')}\n`).join('\n')
}

function leftOf({ length }: readonly LeftOver[]): string {
  return length === 0 ? '' : `, ${length} client${length === 1 ? '' : 's'} left at the server`
}

function count(findings: readonly Finding[], level: Level): string {
  const many = findings.filter((finding) => finding.level === level).length
  return `${many} ${level}${many === 1 ? '' : 's'}`
}

function section(
  title: string,
  { places, findings }: { places: readonly Place[]; findings: readonly Finding[] },
): string[] {
  const widest = Math.max(0, ...findings.map(({ check }) => check.length))
  return [
    title,
    ...places.map((place) => `  GET ${place.url}: ${place.told}`),
    ...findings.map(
      ({ level, check, message }) =>
        `  ${level.padEnd('problem'.length)}  ${check.padEnd(widest)}  ${message}`,
    ),
  ]
}

function leftLine({ issuer, client_name, client_id, registration_client_uri: uri }: LeftOver): string {
  const where = uri === undefined ? '' : `, registration_client_uri ${uri}`
  return `  at ${issuer}: ${client_id === undefined ? 'perhaps a client' : `client_id ${client_id}`}, named "${client_name}"${where}`
}
