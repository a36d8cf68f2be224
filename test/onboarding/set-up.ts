import { memoryStore } from '../../src/index.js'
import {
  Onboarding,
  type OnboardingEvent,
  type OnboardingOptions,
  parseManifest,
} from '../../src/onboarding/index.js'

/** Clients `client-1` and so on, at servers of the manifest. */
export function clientsAt(server: string | string[], count: number, name = 'client'): Record<string, object> {
  const numbers = Array.from({ length: count }, (_, index) => index + 1)
  return Object.fromEntries(numbers.map((number) => [`${name}-${number}`, clientAt(server, number)]))
}

export function clientAt(server: string | string[], number: number): object {
  const metadata = {
    client_name: `App ${number}`,
    redirect_uris: [`https://app-${number}.example.com/cb`],
  }
  return { server, metadata }
}

/** An Onboarding that may ask servers on this machine. */
export function open(
  servers: Record<string, object>,
  clients: Record<string, object>,
  options: Partial<OnboardingOptions> = {},
): Onboarding {
  const manifest = parseManifest({ version: 1, servers, clients })
  return new Onboarding(manifest, { allowInsecureRequests: true, store: memoryStore(), ...options })
}

/** All events, and what ended them if that was not the end of the work. */
export async function told(
  events: AsyncIterable<OnboardingEvent>,
  listen: (event: OnboardingEvent) => void = () => {},
): Promise<{ events: OnboardingEvent[]; error?: unknown }> {
  const found: OnboardingEvent[] = []
  try {
    for await (const event of events) {
      found.push(event)
      listen(event)
    }
    return { events: found }
  } catch (error) {
    return { events: found, error }
  }
}

/** How many there are of each type. */
export function counted(events: readonly OnboardingEvent[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { type } of events) counts[type] = (counts[type] ?? 0) + 1
  return counts
}
