/** How many milliseconds late an end may be. */
const LATENESS = 250

/**
 * What a task comes to, which is to end within so many milliseconds. The lateness is measured by the timers of this
 * process, which are as late as those of the task if the machine is busy.
 */
export function inTime<T>(milliseconds: number, task: () => Promise<T>, lateness = LATENESS): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const tooLate = new Promise<never>((_, reject) => {
    const late = () => reject(new Error(`it had not ended ${lateness} ms after its deadline`))
    const wait = () => {
      timer = setTimeout(late, lateness)
    }
    timer = setTimeout(wait, milliseconds)
  })
  return Promise.race([task(), tooLate]).finally(() => clearTimeout(timer))
}
