import { readFileSync } from 'node:fs'
import type { RequestOptions } from '../../src/index.js'
import { AUTHORITY_FILE } from './certificates.js'

type Fetch = NonNullable<RequestOptions['fetch']>
type AgentClass = new (options: { connect: { ca: string } }) => object

/** Where every Node keeps the agent of its own `fetch`; nothing else makes another of its class. */
const AGENT = Symbol.for('undici.globalDispatcher.1')

/** The global `fetch`, for which the authority of the test certificates counts. */
export async function trustingFetch(): Promise<Fetch> {
  // The agent is there from the first use on.
  await fetch('data:,')
  const { constructor: Agent } = Reflect.get(globalThis, AGENT) as { constructor: AgentClass }
  const dispatcher = new Agent({ connect: { ca: readFileSync(AUTHORITY_FILE, 'utf8') } })
  return (request) => fetch(request, { dispatcher } as RequestInit)
}
