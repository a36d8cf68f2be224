import { configDefaults, defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // `npm run test:command` runs these.
    exclude: [...configDefaults.exclude, 'test/cli/**', 'test/onboarding/**'],
    setupFiles: ['test/canaries.ts', 'test/network-guard.ts'],
    // A test that needs longer hangs: no test sleeps, and no server here is further away than loopback.
    testTimeout: 10_000,
    restoreMocks: true,
    // Every server of a test is its own, and what is mocked is restored: files can share a process.
    isolate: false,
    maxWorkers: '100%',
  },
})
