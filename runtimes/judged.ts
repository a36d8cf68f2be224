import type { Found } from './runtime.js'
import type { Runtime } from './runtimes.js'

/** What a run has shown of a runtime. */
export interface Judged {
  /** Its row in the table. */
  readonly cells: readonly string[]
  /** What is not as it is expected of it, for people. */
  readonly surprises: readonly string[]
}

/** Holds what the suite found to what is expected: nothing else may be missing or fail, and all of that must. */
export function judged({ name, version, without }: Runtime, found: Found): Judged {
  const checks = found.results.filter((result) => result.name)
  const passed = checks.filter(({ failure }) => !failure)
  const lacking = found.results
    .filter((result) => !passed.includes(result))
    .map((result) => ({ what: [result.group, result.name].filter(Boolean).join(': '), ...result }))
  const missed = new Set(lacking.map(({ what }) => what))
  return {
    cells: [
      name,
      version ?? found.version,
      `${passed.length} of ${checks.length}`,
      byReason(without).join('; ') || 'nothing',
    ],
    surprises: [
      ...lacking
        .filter(({ what }) => !Object.hasOwn(without, what))
        .map(({ what, failure = 'the runtime has nothing for it' }) => `${name}: ${what}: ${failure}`),
      ...Object.keys(without)
        .filter((what) => !missed.has(what))
        .map((what) => `${name}: ${what}: passes, although runtimes.ts says that it does not`),
    ],
  }
}

function byReason(without: Runtime['without']): string[] {
  const reasons = [...new Set(Object.values(without))]
  return reasons.map((reason) => {
    const names = Object.keys(without).filter((name) => without[name] === reason)
    return `${names.map((name) => name.replace('faults: ', '')).join(', ')} (${reason})`
  })
}
