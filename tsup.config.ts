import { defineConfig } from 'tsup'

/** What users import, by the names of the files in `dist`. */
const entry = {
  index: 'src/index.ts',
  'agent-runtimes': 'src/agent-runtimes/index.ts',
  doctor: 'src/doctor/index.ts',
  mcp: 'src/mcp/index.ts',
  node: 'src/node/index.ts',
  onboarding: 'src/onboarding/index.ts',
  'openid-client': 'src/openid-client/index.ts',
  oauth4webapi: 'src/oauth4webapi/index.ts',
  'providers/index': 'src/providers/index.ts',
  'stores/file': 'src/stores/file/index.ts',
  'stores/redis': 'src/stores/redis/index.ts',
  'stores/postgres': 'src/stores/postgres/index.ts',
  'testing/index': 'src/testing/index.ts',
}

// One copy of each class over all entries, or `instanceof DcrError` would fail between them.
const common = { format: 'esm', target: 'es2022', splitting: true, treeshake: true } as const

export default defineConfig([
  {
    ...common,
    entry: { ...entry, 'mcp-node': 'src/mcp/node.ts' },
    // The file store and the guard alone know Node. On Node `mcp` has the same types as elsewhere.
    dts: { entry, compilerOptions: { types: ['node'] } },
    clean: true,
  },
  {
    ...common,
    entry: { cli: 'src/cli/dcr.ts' },
    platform: 'node',
    // Or the alias below would not find it.
    removeNodeProtocol: false,
    // Emptied by the other, which is at work at the same time.
    clean: false,
    esbuildOptions(options) {
      options.chunkNames = 'cli/[name]-[hash]'
      // The start of `dcr` is mostly reading and compiling.
      options.minifySyntax = true
      options.minifyWhitespace = true
      options.legalComments = 'none'
      // commander and yaml are CommonJS.
      options.banner = {
        js: "import { createRequire } from 'node:module';const require=createRequire(import.meta.url);",
      }
      // commander loads it for commands that are programs of their own, which dcr has none of: a tenth of its start.
      options.alias = { 'node:child_process': 'node:events' }
    },
  },
])
