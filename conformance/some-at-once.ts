/** As many at once as a small machine bears: each scenario is three processes. */
const AT_ONCE = 2

/** Runs a task for each name, some at once. The results are in the order of the names. */
export async function someAtOnce<T>(
  names: readonly string[],
  task: (name: string) => Promise<T>,
): Promise<T[]> {
  const results: T[] = []
  const left = [...names.entries()]
  const work = async () => {
    for (let next = left.shift(); next; next = left.shift()) {
      const [index, name] = next
      results[index] = await task(name)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  return results
}
