import { fileURLToPath } from 'node:url'
import { defineConfig, mergeConfig } from 'vitest/config'
import { GUARDS } from './guards.js'
import quick from './vitest.config.js'

/** Which branches of the guards their tests take. */
export default mergeConfig(
  quick,
  defineConfig({
    test: {
      // It loads the guard anew within a test, which Stryker would take for a part of that test.
      include: ['test/node/{asks-lookup,self-test}.test.ts'],
      coverage: {
        enabled: true,
        provider: 'custom',
        customProviderModule: fileURLToPath(new URL('coverage-provider.js', import.meta.url)),
        include: GUARDS,
        reporter: ['text'],
        thresholds: { branches: 100 },
      },
    },
  }),
)
