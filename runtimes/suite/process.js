import { mkdtemp } from 'node:fs/promises'
import { inspect } from 'node:util'
import * as dcr from 'dcr-client'
import * as mcp from 'dcr-client/mcp'
import { guardedFetch } from 'dcr-client/node'
import { fileStore } from 'dcr-client/stores/file'
import { smoke } from './index.js'

/* For Node, Bun and Deno: `process.js <servers as JSON>` prints their version and what the suite found. */

const { Bun, Deno } = globalThis
const inspectors = [
  (error) => inspect(error, { showHidden: true, depth: 9 }),
  ...(Bun ? [Bun.inspect] : []),
  ...(Deno ? [Deno.inspect] : []),
]
const directory = await mkdtemp('store-')
const servers = JSON.parse(process.argv[2])
// Of these, Deno alone has it unasked for.
const webStorage = Deno && localStorage
const results = await smoke({
  ...servers,
  dcr,
  mcp,
  inspectors,
  fileStore,
  directory,
  webStorage,
  guardedFetch,
})
const version = Bun?.version ?? Deno?.version.deno ?? process.versions.node
console.log(JSON.stringify({ version, results }))
