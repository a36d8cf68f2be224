import { configDefaults, defineConfig } from 'vitest/config'

/** Tests that `npm run test:processes` runs: they are about other processes, disks, and answers without end, and wait for them. */
export const OF_PROCESSES = [
  'packed',
  'cli/**/*',
  'onboarding/**/*',
  'stores/redis',
  'stores/postgres',
  'stores/file/lock',
  'stores/file/permissions',
  'stores/file/processes',
  'stores/file/system-failures',
  'stores/journal/processes',
  'stores/journal/system-failures',
  'hostile/limits-bombs',
  'hostile/slow-and-large',
]

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: [...configDefaults.exclude, ...OF_PROCESSES.map((place) => `test/${place}.test.ts`)],
    setupFiles: ['test/canaries.ts', 'test/network-guard.ts'],
    // A test that needs longer hangs, however busy the machine is: no test sleeps, and no server here is further away
    // than loopback.
    testTimeout: 30_000,
    // To load an OpenID Provider, or to start a database.
    hookTimeout: 60_000,
    restoreMocks: true,
    // Every server of a test is its own, and what is mocked is restored: files can share a process.
    isolate: false,
    maxWorkers: '100%',
  },
})
