import { DcrError } from '../errors.js'
import type { RequestOptions } from '../http/options.js'
import { RetryBudget } from './budget.js'
import { Channel } from './channel.js'
import type { ClientTask } from './client-task.js'
import type { OnboardingEvent } from './events.js'
import type { ManifestClient, ManifestServer } from './manifest.js'
import { OpenedServer } from './opened-server.js'
import { ServerWork } from './server-work.js'

/** What a run is about. */
export interface Run {
  readonly operation: 'apply' | 'destroy'
  readonly clients: ReadonlyMap<ManifestServer, readonly ManifestClient[]>
  readonly task: ClientTask
  readonly options: RequestOptions
  /** Ends the run, with what was sent finished. */
  readonly signal: AbortSignal | undefined
}

/** Works at all servers at the same time, and tells what is done as it is done. Who stops reading stops the work. */
export async function* run({
  operation,
  clients,
  task,
  options,
  signal,
}: Run): AsyncGenerator<OnboardingEvent, void> {
  let left = [...clients.values()].reduce((count, own) => count + own.length, 0)
  const channel = new Channel<OnboardingEvent>()
  const ending = new AbortController()
  const budgets = new Map<string, RetryBudget>()
  const works = [...clients].map(([server, own]) => {
    const { origin } = new URL(server.issuer)
    const budget = budgets.get(origin) ?? new RetryBudget()
    budgets.set(origin, budget)
    const tell = (event: OnboardingEvent) => channel.put(event)
    const opened = new OpenedServer(server, options, ending.signal)
    return new ServerWork(opened, own, { budget, task, tell })
  })
  const end = (why: unknown) => {
    ending.abort(why)
    for (const work of works) work.stop(why)
  }
  const stop = () => end(signal?.reason)
  const abort = () => {
    end(options.signal?.reason)
    for (const work of works) work.abort(options.signal?.reason)
  }
  signal?.addEventListener('abort', stop)
  options.signal?.addEventListener('abort', abort)
  if (signal?.aborted) stop()
  if (options.signal?.aborted) abort()
  const working = Promise.all(works.map((work) => work.run())).finally(() => channel.close())
  // It is awaited below, when everything is told.
  working.catch(() => {})
  try {
    for (let event = await channel.take(); event; event = await channel.take()) {
      if (event.name !== undefined) left--
      yield event
    }
  } finally {
    channel.abandon()
    end(undefined)
    await working
    signal?.removeEventListener('abort', stop)
    options.signal?.removeEventListener('abort', abort)
  }
  if (works.some(({ isCutShort }) => isCutShort)) {
    const count = left === 1 ? '1 client' : `${left} clients`
    const what = `${operation}: was aborted with ${count} left to do; what was sent and answered is saved, and the same again does the rest.`
    throw new DcrError('aborted', what, {
      outcome: 'not_sent',
      cause: signal?.reason ?? options.signal?.reason,
    })
  }
}
