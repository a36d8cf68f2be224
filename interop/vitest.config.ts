import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ['*.test.ts'],
    testTimeout: 30_000,
    // The Community Solid Server needs ten seconds to start, and more on a machine that has other work.
    hookTimeout: 60_000,
    // What servers print of themselves is of interest where a test fails.
    silent: 'passed-only',
  },
})
