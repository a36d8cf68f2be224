import { defineConfig, mergeConfig } from 'vitest/config'
import usual from './vitest.config.js'

/** The command `dcr` and what is under it: mostly processes of their own, which take as long as all the other tests. */
export default mergeConfig(
  { ...usual, test: { ...usual.test, include: [], exclude: [] } },
  defineConfig({ test: { include: ['test/cli/**/*.test.ts', 'test/onboarding/**/*.test.ts'] } }),
)
