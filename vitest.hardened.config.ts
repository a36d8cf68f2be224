import { configDefaults, defineConfig, mergeConfig } from 'vitest/config'
import usual from './vitest.config.js'

/** The same tests in processes that allow neither `__proto__` nor code made of text. */
export default mergeConfig(
  usual,
  defineConfig({
    test: {
      execArgv: ['--disable-proto=throw', '--disallow-code-generation-from-strings'],
      // What runs oidc-provider: a package that it depends on makes functions of text. `--frozen-intrinsics` is not for
      // Vitest, which replaces Date: test/hardened.test.ts lives a life under it, in a process of its own.
      exclude: [
        ...configDefaults.exclude,
        'test/agent-runtimes.test.ts',
        'test/client-authentication.test.ts',
        'test/contract/**',
        'test/deviations/**',
        'test/registrar/ensure.test.ts',
        'test/openid-client.test.ts',
        'test/oauth4webapi.test.ts',
        'test/mcp/documents-at-a-real-server.test.ts',
        'test/doctor/probe.test.ts',
        'test/doctor/servers.test.ts',
        // Of databases, of other processes, of the documents and of the package: not of the library in this one.
        'test/stores/file/**',
        'test/stores/journal/**',
        'test/hostile/limits-bombs.test.ts',
        'test/hostile/slow-and-large.test.ts',
        'test/hostile/cut-answers.test.ts',
        'test/documentation.test.ts',
        'test/package.test.ts',
      ],
    },
  }),
)
