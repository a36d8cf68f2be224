import { memoryStore } from '../stores/memory.js'

const turns = /* @__PURE__ */ memoryStore()

/**
 * Runs a task while no other runs under the same name: in this process, and in the other windows and workers of the
 * origin where the runtime has Web Locks.
 */
export function alone<T>(name: string, task: () => Promise<T>): Promise<T> {
  return turns.lock(name, async () => {
    const { locks } = (globalThis.navigator ?? {}) as Partial<Navigator>
    if (typeof locks?.request !== 'function') return task()
    let begun = false
    const begin = () => {
      begun = true
      return task()
    }
    try {
      return await locks.request(`agent-runtimes:dcr-clients ${name}`, begin)
    } catch (error) {
      if (begun) throw error
      // An opaque origin has the locks and may not use them.
      return task()
    }
  })
}
