import v8 from '@vitest/coverage-v8'

/**
 * The root has no provider of coverage, and that is where Vitest looks for one by the name `v8`, in each worker again.
 * One of the name `custom` it takes from where the configuration says.
 */
export default {
  ...v8,
  async getProvider() {
    return Object.assign(await v8.getProvider(), { name: 'custom' })
  },
}
