import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'

/** Bytes. */
const WANTED = 19_000

const root = fileURLToPath(new URL('..', import.meta.url))
const bench = fileURLToPath(new URL('.', import.meta.url))

const bundles = {
  'dcr-client': [root, `export { DcrClient, discover, requestToken } from './dist/index.js'`],
  'ky + zod/mini alone': [
    root,
    `export { default as ky } from 'ky'
     import * as z from 'zod/mini'
     export const read = (value) => z.safeParse(z.array(z.string()), value)
     export const guards = [z.number(), z.boolean()]`,
  ],
  oauth4webapi: [
    bench,
    `export {
       clientCredentialsGrantRequest, ClientSecretBasic, discoveryRequest, dynamicClientRegistrationRequest,
       processClientCredentialsResponse, processDiscoveryResponse, processDynamicClientRegistrationResponse,
     } from 'oauth4webapi'`,
  ],
  'openid-client': [
    bench,
    `export { clientCredentialsGrant, discovery, dynamicClientRegistration } from 'openid-client'`,
  ],
  'MCP SDK v1': [
    bench,
    `export { discoverAuthorizationServerMetadata, registerClient } from '@modelcontextprotocol/sdk/client/auth.js'`,
  ],
  'MCP client v2': [
    bench,
    `export { discoverAuthorizationServerMetadata, registerClient } from '@modelcontextprotocol/client'`,
  ],
}

export async function size() {
  const sizes = {}
  for (const [name, [resolveDir, contents]] of Object.entries(bundles)) {
    sizes[name] = await bundled(resolveDir, contents)
  }
  const ours = sizes['dcr-client'].gzip
  return {
    title: 'Bundle size',
    note: `What a browser application adds to its bundle, by esbuild, in bytes: discovery, registration and, but for the\nMCP packages, client credentials.`,
    head: ['contender', 'minified', 'and gzipped', 'ratio to ours'],
    rows: Object.entries(sizes).map(([name, { minified, gzip }]) => [
      name,
      minified,
      gzip,
      (gzip / ours).toFixed(2),
    ]),
    target: {
      name: 'bundle, minified and gzipped',
      wanted: `≤ ${WANTED} bytes`,
      measured: `${ours} bytes`,
      met: ours <= WANTED,
    },
  }
}

async function bundled(resolveDir, contents) {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir },
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    legalComments: 'none',
    write: false,
    logLevel: 'error',
  })
  const [{ contents: code }] = outputFiles
  return { minified: code.length, gzip: gzipSync(code, { level: 9 }).length }
}
