import { fork } from 'node:child_process'
import { once } from 'node:events'

/** Starts a module of this folder in a process of its own, which answers each message with one message. */
export function startChild(module, ...args) {
  const child = fork(new URL(module, import.meta.url), args)
  const died = once(child, 'exit').then(([code]) => {
    throw new Error(`${module} ${args} ended with ${code}`)
  })
  died.catch(() => {})
  return {
    async ask(question) {
      const answer = once(child, 'message')
      child.send(question)
      const [{ error, result }] = await Promise.race([answer, died])
      if (error) throw new Error(`${module} ${args}: ${error}`)
      return result
    },
    stop: () => child.disconnect(),
  }
}

/** The other side of it: ends when the parent lets go. */
export function answerParent(answer) {
  process.on('message', async (question) => {
    try {
      process.send({ result: await answer(question) })
    } catch (error) {
      process.send({ error: error?.stack ?? `${error}` })
    }
  })
  process.on('disconnect', () => process.exit())
}
