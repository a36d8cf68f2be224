import process from 'node:process'

/** Milliseconds for what should end at once, such as a connection that is closed: longer than a database that is there takes. */
export const PATIENCE = 2000

/** @returns Whether it has ended in time, in whatever way. */
export async function endsInTime(work: Promise<unknown>): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, PATIENCE, false)
  })
  const ended = work.then(
    () => true,
    () => true,
  )
  return Promise.race([ended, late]).finally(() => clearTimeout(timer))
}

/** Ends the process although a connection is open, when its exit code is known and all it has written is out. */
export function leave(): void {
  afterWriting(() => process.exit())
}

/** The same by Ctrl-C itself, as shells know it: `exit()` would wait for a read of a pipe that does not end. */
export function leaveInterrupted(): void {
  afterWriting(() => process.kill(process.pid, 'SIGINT'))
}

function afterWriting(end: () => void): void {
  setImmediate(() => process.stdout.write('', () => process.stderr.write('', end)))
}
