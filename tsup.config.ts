import { defineConfig } from 'tsup'

/** What users import, by the names of the files in `dist`. */
const entry = {
  index: 'src/index.ts',
  'agent-runtimes': 'src/agent-runtimes/index.ts',
  mcp: 'src/mcp/index.ts',
  node: 'src/node/index.ts',
  'openid-client': 'src/openid-client/index.ts',
  oauth4webapi: 'src/oauth4webapi/index.ts',
  'providers/index': 'src/providers/index.ts',
  'stores/file': 'src/stores/file/index.ts',
  'stores/redis': 'src/stores/redis/index.ts',
  'stores/postgres': 'src/stores/postgres/index.ts',
  'testing/index': 'src/testing/index.ts',
}

export default defineConfig({
  entry: { ...entry, 'mcp-node': 'src/mcp/node.ts' },
  format: 'esm',
  target: 'es2022',
  // The file store and the guard alone know Node. On Node `mcp` has the same types as elsewhere.
  dts: { entry, compilerOptions: { types: ['node'] } },
  clean: true,
  // One copy of each class over all entries, or `instanceof DcrError` would fail between them.
  splitting: true,
  treeshake: true,
})
