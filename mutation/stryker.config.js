import { GUARDS } from './guards.js'

/** Changes the guards in one place at a time, and counts the changes that no test finds. */
export default {
  // The self-test is about what happens when it is loaded: it has tests that load it anew, which is no work for Stryker.
  mutate: [...GUARDS, '!src/node/self-test.ts'],
  testRunner: 'vitest',
  // The tests are few: which of them a file is behind takes longer to find out than to run them.
  vitest: { configFile: 'mutation/vitest.config.js', related: false },
  coverageAnalysis: 'perTest',
  // What is computed once, when a file is loaded, would need all tests again for each change: half an hour more.
  ignoreStatic: true,
  concurrency: 2,
  ignorePatterns: ['**', '!/package.json', '!/tsconfig.json', '!/src/**', '!/test/**', '!/mutation/*.js'],
  reporters: ['progress', 'clear-text'],
  clearTextReporter: { logTests: false },
  thresholds: { high: 95, low: 90, break: 90 },
  // Within a folder that git and the other tools ignore.
  tempDirName: 'coverage/mutation',
}
