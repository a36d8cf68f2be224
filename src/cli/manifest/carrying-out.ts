import { openCall } from '../../http/call.js'
import type { RequestOptions } from '../../index.js'
import { DcrError } from '../../index.js'
import { checkServers } from '../../onboarding/choosing.js'
import { type Manifest, Onboarding, type OnboardingEvent, type RunOptions } from '../../onboarding/index.js'
import type { Context } from '../command.js'
import { UsageError } from '../errors.js'
import type { ExitCode } from '../exit-codes.js'
import { told } from '../failure.js'
import { rescue } from '../rescuing.js'
import { isOfMemory } from '../target.js'
import { escaped } from '../visible.js'
import { clientsOf, onlyOf, shardOf } from './options.js'
import { NO_PROGRESS, progressOf } from './progress.js'
import { Summary } from './summary.js'

/** An Onboarding of the manifest with the options of the command. */
export async function onboardingOf(context: Context, manifest: Manifest): Promise<Onboarding> {
  const shard = shardOf(context)
  const options = { ...context.requests.options, ...toldOnce(context.requests.options) }
  return new Onboarding(manifest, { ...options, store: await context.store(), shard })
}

/** Applies or destroys: tells what happens as it happens, and at the end what it came to. */
export async function carriedOut(
  context: Context,
  manifest: Manifest,
  command: 'apply' | 'destroy',
): Promise<ExitCode> {
  // The result has no secrets, as an application may have it.
  if (command === 'apply' && isOfMemory(context))
    throw new UsageError(
      'the store memory: ends with the command, and with it what the servers give: --store URL names another',
    )
  const clients = clientsOf(context, manifest)
  // What the command line does not allow fails before the run, as in plan, and not client by client.
  checkServers(clients, openCall(command, context.requests.options))
  const onboarding = await onboardingOf(context, manifest)
  const only = onlyOf(context)
  const options: RunOptions = { signal: context.signal, only }
  const areEvents = context.isSet('events')
  // Lines of events and a picture that is drawn anew would go over each other.
  const progress = context.isInteractive && !areEvents ? await progressOf(clients) : NO_PROGRESS
  context.picture = progress
  const summary = new Summary(manifest.clients)
  try {
    for await (const event of onboarding[command](options)) {
      summary.add(event)
      progress.add(event)
      if (event.error) await rescue(context, event.error)
      if (areEvents) await context.write(`${lineOf(event)}\n`)
    }
  } catch (error) {
    if (!(error instanceof DcrError && error.code === 'aborted')) throw error
    context.tell(told(error, command))
  } finally {
    context.picture = undefined
    progress.end()
  }
  if (!areEvents) await context.print(summary.rows)
  for (const line of summary.lines(command)) context.tell(line)
  return summary.exitCode
}

/** An event as JSON; of an error what may be seen by everybody. */
function lineOf({ error, ...event }: OnboardingEvent): string {
  const { code, outcome, message } = error ?? {}
  return escaped(JSON.stringify({ ...event, ...(error && { error: { code, outcome, message } }) }))
}

/** What is odd about a server is odd for each of its clients: it is told once. */
function toldOnce({ onWarning }: RequestOptions): Pick<RequestOptions, 'onWarning'> {
  const told = new Set<string>()
  return {
    onWarning(warning) {
      const kind = `${warning.code} ${warning.member}`
      if (told.has(kind)) return
      told.add(kind)
      onWarning?.(warning)
    },
  }
}
