import { defineConfig } from 'tsup'

export default defineConfig({
  entry: {
    index: 'src/index.ts',
    'agent-runtimes': 'src/agent-runtimes/index.ts',
    node: 'src/node/index.ts',
    'providers/index': 'src/providers/index.ts',
    'stores/file': 'src/stores/file/index.ts',
    'stores/redis': 'src/stores/redis/index.ts',
    'stores/postgres': 'src/stores/postgres/index.ts',
    'testing/index': 'src/testing/index.ts',
  },
  format: 'esm',
  target: 'es2022',
  // The file store and the guard alone know Node.
  dts: { compilerOptions: { types: ['node'] } },
  clean: true,
  // One copy of each class over all entries, or `instanceof DcrError` would fail between them.
  splitting: true,
  treeshake: true,
})
