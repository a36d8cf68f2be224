import { defineConfig } from 'tsup'

export default defineConfig({
  entry: {
    index: 'src/index.ts',
    'agent-runtimes': 'src/agent-runtimes/index.ts',
    'providers/index': 'src/providers/index.ts',
    'testing/index': 'src/testing/index.ts',
  },
  format: 'esm',
  target: 'es2022',
  dts: true,
  clean: true,
  // One copy of each class over all entries, or `instanceof DcrError` would fail between them.
  splitting: true,
  treeshake: true,
})
