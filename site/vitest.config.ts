import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // A browser is started first, on a machine that may have other work.
    hookTimeout: 60_000,
    testTimeout: 30_000,
  },
})
