import type { DiagnoseOptions, Report } from '../../src/doctor/index.js'
import { diagnose } from '../../src/doctor/index.js'
import { type Received, type ScriptedServer, type Step, startScripted } from '../servers/scripted.js'

/** Diagnoses a server on this machine. */
export function examine(url: string, options: DiagnoseOptions = {}): Promise<Report> {
  return diagnose(url, { allowInsecureRequests: true, ...options })
}

/** What a check has said of the first server: `level: message`. */
export function said(report: Report, check: string, server = 0): string[] {
  const findings = report.servers[server]?.findings ?? []
  return findings
    .filter((finding) => finding.check === check)
    .map(({ level, message }) => `${level}: ${message}`)
}

/** Metadata at which nothing is wrong. */
export function soundMetadata(origin: string): Record<string, unknown> {
  return {
    issuer: origin,
    authorization_endpoint: `${origin}/authorize`,
    token_endpoint: `${origin}/token`,
    registration_endpoint: `${origin}/register`,
    response_types_supported: ['code'],
    grant_types_supported: ['authorization_code'],
    token_endpoint_auth_methods_supported: ['none', 'client_secret_basic'],
    code_challenge_methods_supported: ['S256'],
    scopes_supported: ['read'],
  }
}

/** A server that answers by path, and 404 elsewhere. */
export async function startPaths(answers: Record<string, Step>): Promise<ScriptedServer> {
  const server = await startScripted()
  const serve: Step = ({ url }: Received) => {
    server.script.push(serve)
    return answers[url] ?? { status: 404 }
  }
  server.script.push(serve)
  return server
}

export const OAUTH = '/.well-known/oauth-authorization-server'
export const OPENID = '/.well-known/openid-configuration'
