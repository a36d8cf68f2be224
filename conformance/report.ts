import { readFileSync } from 'node:fs'
import type { Result } from './scenarios.js'

/** Why a scenario does not pass. */
const REASONS: Record<string, string> = {
  'auth/2025-03-26-oauth-endpoint-fallback':
    'a server without any metadata, whose endpoints are guessed: later revisions of MCP took that back, and a guess is no place to send credentials to',
}

/** What the README says, and what speaks against it. */
export function report(results: readonly Result[]): { text: string; unexplained: string[] } {
  const failed = results.filter(({ problems }) => problems.length > 0).map(({ scenario }) => scenario)
  const passed = results.length - failed.length
  const suite = `[conformance suite of MCP](https://github.com/modelcontextprotocol/conformance) ${versionOf('conformance')}`
  const sentence = `Of the ${results.length} scenarios \`auth/*\` for clients of the ${suite}, ${passed} pass, with \`@modelcontextprotocol/client\` ${versionOf('client')}.`
  const rows = failed.map((scenario) => `| \`${scenario}\` | ${REASONS[scenario] ?? 'not known'} |`)
  const table = ['| does not pass | why |', '| --- | --- |', ...rows].join('\n')
  return {
    text: failed.length > 0 ? `${sentence}\n\n${table}` : sentence,
    unexplained: [
      ...failed.filter((name) => !(name in REASONS)).map((name) => `${name} fails, and nobody knows why`),
      ...Object.keys(REASONS)
        .filter((name) => !failed.includes(name))
        .map((name) => `${name} is said to fail, and does not`),
    ],
  }
}

function versionOf(name: string): string {
  const file = new URL(`node_modules/@modelcontextprotocol/${name}/package.json`, import.meta.url)
  return JSON.parse(readFileSync(file, 'utf8')).version
}
