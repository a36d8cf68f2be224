import { defineConfig, mergeConfig } from 'vitest/config'
import usual, { OF_PROCESSES } from './vitest.config.js'

/** What takes as long as all other tests: the command, databases, and stores in processes that are killed. */
export default mergeConfig(
  { ...usual, test: { ...usual.test, include: [], exclude: [] } },
  defineConfig({
    test: {
      include: OF_PROCESSES.map((place) => `test/${place}.test.ts`),
      // Each starts a process at least, which alone can take ten seconds on a busy machine.
      testTimeout: 60_000,
    },
  }),
)
