import { runInChromium } from './chromium.js'
import { runInBun, runInDeno, runInNode } from './processes.js'
import type { Run } from './runtime.js'
import { runInWorkerd } from './workerd.js'

export interface Runtime {
  readonly name: string
  readonly run: Run
  /** What the table says of the version, where that comes with the machine. */
  readonly version?: string
  /** Groups of the suite that it has nothing for, and checks that fail by no fault of ours: what, and why. */
  readonly without: Readonly<Record<string, string>>
}

const NO_STORAGE = { 'web storage': 'has none' }
/** Where fetch says the same of all that can go wrong. */
const SAME_ERROR = {
  'faults: a server that is not there': 'its fetch does not tell: the outcome is `unknown`',
}
const SENT_TWICE = 'its fetch sends a request once more when a kept connection ends'

export const RUNTIMES: readonly Runtime[] = [
  ...['20', '22', '24', '26'].map((major) => ({
    name: `Node ${major}`,
    run: runInNode(`node${major}`),
    without: NO_STORAGE,
  })),
  { name: 'Bun', run: runInBun, without: NO_STORAGE },
  { name: 'Deno', run: runInDeno, without: {} },
  {
    name: 'workerd',
    run: runInWorkerd,
    without: {
      'file store': 'has none',
      ...NO_STORAGE,
      guardedFetch: 'the platform decides what is reached',
      ...SAME_ERROR,
    },
  },
  {
    name: 'Chromium',
    run: runInChromium,
    version: 'that of the machine',
    without: {
      'file store': 'has none',
      guardedFetch: 'the platform decides what is reached',
      ...SAME_ERROR,
      'faults: a registration whose answer is lost': SENT_TWICE,
      'faults: an update whose answer is lost': SENT_TWICE,
    },
  },
]
