import { commandFor } from './command-line.js'
import type { Finding, LeftOver, Report } from './report.js'

/** Problems first: what they hide comes after. */
const URGENCY = ['problem', 'warning', 'unknown'] as const

/** What to do, in the order of urgency, each once. */
export function nextOf({ servers, resource, left }: Pick<Report, 'servers' | 'resource' | 'left'>): string[] {
  const findings = [...(resource?.findings ?? []), ...servers.flatMap((server) => server.findings)]
  const steps = URGENCY.flatMap((level) => stepsOf(findings, level))
  return [...new Set([...left.map(tidied), ...steps])]
}

function stepsOf(findings: readonly Finding[], level: Finding['level']): string[] {
  return findings.flatMap((finding) => (finding.level === level && finding.next ? [finding.next] : []))
}

function tidied({ client_id, client_name, issuer, isKept }: LeftOver): string {
  const which =
    client_id === undefined
      ? `a client by the name "${client_name}", if there is one,`
      : `the client ${client_id}`
  const command = commandFor('orphans', issuer) ?? 'dcr orphans'
  const kept = isKept ? `; it is listed as an orphan: ${command} --collect` : ''
  return `have ${which} deleted at ${issuer}${kept}`
}
