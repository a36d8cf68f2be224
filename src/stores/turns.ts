/**
 * Runs tasks of the same key one after another, in the order they came; those of other keys do not wait. The signal
 * ends the wait, at once and for this one only, and not the task.
 */
export function turns(): <T>(key: string, task: () => Promise<T>, signal?: AbortSignal) => Promise<T> {
  const tails = new Map<string, Promise<unknown>>()
  return <T>(key: string, task: () => Promise<T>, signal?: AbortSignal) =>
    new Promise<T>((resolve, reject) => {
      const leave = () => reject(signal?.reason)
      if (signal?.aborted) return leave()
      signal?.addEventListener('abort', leave)
      const turn = (tails.get(key) ?? Promise.resolve()).then(() => {
        signal?.removeEventListener('abort', leave)
        signal?.throwIfAborted()
        return task()
      })
      turn.then(resolve, reject)
      const tail = turn
        .catch(() => {})
        .finally(() => {
          if (tails.get(key) === tail) tails.delete(key)
        })
      tails.set(key, tail)
    })
}
