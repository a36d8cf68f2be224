import { readFileSync } from 'node:fs'
import type { TestModule } from 'vitest/node'
import type { Shown } from '../test/contract/set-up.js'

/** The servers by the names of their tests. */
const servers: Record<string, { title: string; home: string; package: string }> = {
  'oidc-provider': {
    title: 'oidc-provider',
    home: 'https://github.com/panva/node-oidc-provider',
    package: 'oidc-provider',
  },
  'community-solid-server': {
    title: 'Community Solid Server',
    home: 'https://github.com/CommunitySolidServer/CommunitySolidServer',
    package: '@solid/community-server',
  },
  'better-auth': {
    title: 'Better Auth, OAuth provider',
    home: 'https://github.com/better-auth/better-auth',
    package: '@better-auth/oauth-provider',
  },
  'mcp-sdk': {
    title: 'MCP TypeScript SDK, version 1',
    home: 'https://github.com/modelcontextprotocol/typescript-sdk/tree/v1.x',
    package: '@modelcontextprotocol/sdk',
  },
  'mcp-server-legacy': {
    title: 'MCP TypeScript SDK, version 2 (server-legacy)',
    home: 'https://github.com/modelcontextprotocol/typescript-sdk',
    package: '@modelcontextprotocol/server-legacy',
  },
  'workers-oauth-provider': {
    title: 'Cloudflare workers-oauth-provider',
    home: 'https://github.com/cloudflare/workers-oauth-provider',
    package: '@cloudflare/workers-oauth-provider',
  },
}

const columns: Record<string, readonly Shown[]> = {
  operations: ['register', 'get', 'update', 'delete'],
  clients: ['confidential', 'public', 'native', 'machine'],
  'client authentication': [
    'none',
    'client_secret_basic',
    'client_secret_post',
    'client_secret_jwt',
    'private_key_jwt',
  ],
}

/** The table of the README: what a test has shown, and no test has shown otherwise. */
export function worksWith(modules: readonly TestModule[]): string {
  const rows = Object.entries(servers).flatMap(([name, { title, home, package: owner }]) => {
    const shown = shownBy(modules.filter(({ moduleId }) => moduleId.endsWith(`/${name}.test.ts`)))
    const cells = Object.values(columns).map((column) => column.filter((item) => shown.has(item)).join(', '))
    return shown.size ? [[`[${title}](${home})`, versionOf(owner), ...cells]] : []
  })
  const names = ['server', 'version', ...Object.keys(columns)]
  return [names, names.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

function shownBy(modules: readonly TestModule[]): Set<Shown> {
  const tests = modules.flatMap(({ children }) => [...children.allTests()])
  const shows = (state: 'passed' | 'failed') =>
    tests.filter((test) => test.result().state === state).flatMap((test) => test.meta().shows ?? [])
  const failed = shows('failed')
  return new Set(shows('passed').filter((item) => !failed.includes(item)))
}

function versionOf(name: string): string {
  const file = new URL(`node_modules/${name}/package.json`, import.meta.url)
  return JSON.parse(readFileSync(file, 'utf8')).version
}
