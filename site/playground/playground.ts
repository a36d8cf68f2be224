import {
  type ClientInformation,
  type ClientMetadata,
  type ClientMetadataChanges,
  type DcrClient,
  DcrError,
  differences,
} from 'dcr-client'
import type { ReferenceServer } from 'dcr-client/testing'
import { computed, markRaw, reactive, ref, shallowRef, toRaw, watch } from 'vue'
import type { Call, CallName, Result } from './call.js'
import { codeOf } from './code.js'
import { recorded } from './exchange.js'
import { BREAKAGES, type Breakage, type BreakageName } from './faults.js'
import { connect, OPERATIONS, startServer } from './server.js'
import { USUAL_CHANGES, USUAL_METADATA, usualSettings } from './settings.js'

/** Everything the page shows, and what its buttons do. */
export function usePlayground() {
  const settings = reactive(usualSettings())
  const metadata = ref(USUAL_METADATA)
  const changes = ref(USUAL_CHANGES)
  const breakage = ref<BreakageName>('none')
  /** Whether the server breaks at each request, instead of at the next one alone. */
  const keepsBreaking = ref(false)
  const calls = reactive<Call[]>([])
  const client = shallowRef<ClientInformation>()
  /** How many clients there are at the server, whatever the answers said. */
  const atServer = ref(0)
  const isBusy = ref(true)
  const trouble = ref('')

  let server: ReferenceServer
  let dcr: DcrClient | undefined

  async function restart(): Promise<void> {
    isBusy.value = true
    dcr = undefined
    client.value = undefined
    atServer.value = 0
    calls.length = 0
    try {
      server = await startServer(toRaw(settings))
      isBusy.value = false
    } catch {
      trouble.value = 'The reference server needs a service worker, and this browser has started none.'
    }
  }

  async function run(name: CallName): Promise<void> {
    const given = name === 'register' ? metadata.value : changes.value
    const call: Call = reactive({
      number: calls.length + 1,
      name,
      code: codeOf(name, settings, given),
      exchanges: [],
      warnings: [],
    })
    calls.unshift(call)
    isBusy.value = true
    const asked = server
    // Raw, as the library is given it again, and private members are not reached through a proxy.
    const result = markRaw(await perform(call, given).catch(failed))
    // Another server was chosen meanwhile, and knows nothing of it.
    if (server !== asked) return
    call.result = result
    if (result.kind === 'client') client.value = result.client
    if (result.kind === 'deleted') client.value = undefined
    atServer.value = server.clients.size
    isBusy.value = false
  }

  async function perform(call: Call, given: string): Promise<Result> {
    const options = {
      fetch: (request: Request) => {
        breakFor(request)
        return recorded(request, (exchange) => call.exchanges.push(exchange))
      },
      onWarning: (warning: Call['warnings'][number]) => void call.warnings.push(warning),
    }
    const asked = server
    const connected = dcr ?? (await connect(asked, settings, options))
    if (server === asked) dcr = connected
    const current = client.value
    if (call.name === 'register') {
      const wanted: ClientMetadata = JSON.parse(given)
      return answered(wanted, await connected.register(wanted, options))
    }
    if (!current) throw new TypeError('There is no client to manage.')
    if (call.name === 'delete') {
      await connected.delete(current, options)
      return { kind: 'deleted' }
    }
    if (call.name === 'get') return answered({}, await connected.get(current, options), current)
    const wanted: ClientMetadataChanges = call.name === 'update' ? JSON.parse(given) : {}
    return answered(wanted, await connected.update(current, wanted, options), current)
  }

  /** Discovery is left alone: without it there would be nothing to see. */
  function breakFor({ method, url }: Request): void {
    const operation = OPERATIONS[method]
    const { fault }: Breakage = BREAKAGES[breakage.value]
    if (!operation || !fault || url.includes('/.well-known/')) return
    server.fault(operation, fault)
    if (!keepsBreaking.value) breakage.value = 'none'
  }

  watch(settings, restart)

  return {
    ...{ settings, metadata, changes, breakage, keepsBreaking, calls, client, atServer, isBusy, trouble },
    metadataProblem: computed(() => problemOf(metadata.value)),
    changesProblem: computed(() => problemOf(changes.value)),
    restart,
    run,
    /** Goes on with what an error saved. */
    keep(saved: Record<string, unknown>) {
      client.value = saved as ClientInformation
    },
  }
}

const RENEWABLE = ['client_secret', 'registration_access_token'] as const

function answered(wanted: object, client: ClientInformation, before?: ClientInformation): Result {
  const renewed = before ? RENEWABLE.filter((name) => before[name] && before[name] !== client[name]) : []
  return { kind: 'client', client, differences: differences(wanted, client), renewed }
}

function failed(error: unknown): Result {
  if (error instanceof DcrError) return { kind: 'error', error }
  throw error
}

/** What is wrong with a text that is to be JSON; nothing, if nothing is. */
function problemOf(text: string): string {
  try {
    JSON.parse(text)
    return ''
  } catch (error) {
    return (error as Error).message
  }
}
