import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // A test that needs longer hangs: no test sleeps, and no server here is further away than loopback.
    testTimeout: 10_000,
    restoreMocks: true,
  },
})
