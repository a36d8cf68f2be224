import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { BaseSequencer } from 'vitest/node'

/** What starts servers comes last: most changes are found before it, and the first test that finds one is enough. */
class QuickestFirst extends BaseSequencer {
  async sort(files) {
    const isSlow = ({ moduleId }) => /(connections|lookups|exchange)\.test\.ts$/.test(moduleId)
    return [...files].sort((a, b) => Number(isSlow(a)) - Number(isSlow(b)))
  }
}

/** The tests of the guards that are quick: without other processes, and without the whole of a life of a client. */
export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  test: {
    include: [
      'test/http/*.test.ts',
      'test/node/{answer,broken,classes,connections,dialing,exchange,lookups,options,settings,target}.test.ts',
    ],
    sequence: { sequencer: QuickestFirst },
    setupFiles: ['test/network-guard.ts'],
    // Many a change of a connection shows by a test that hangs: each of those is waited for.
    testTimeout: 3000,
    restoreMocks: true,
    isolate: false,
  },
})
