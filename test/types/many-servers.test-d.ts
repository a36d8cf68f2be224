/* What compiles, and what must not: manifests, the doctor, and the entry for MCP. */
import { diagnose, type Level, type Report, reportText } from '../../src/doctor/index.js'
import { type ClientInformation, type DcrError, memoryStore } from '../../src/index.js'
import {
  clientIdMetadataDocument,
  type EnsuredForResource,
  type HostProvider,
  McpRegistrar,
  withRegistrar,
} from '../../src/mcp/index.js'
import {
  type Manifest,
  Onboarding,
  type OnboardingEvent,
  type PlannedClient,
  parseManifest,
} from '../../src/onboarding/index.js'
import { hydra } from '../../src/providers/index.js'

declare function is<T>(value: T): void
const ISSUER = 'https://as.example.com'
const store = memoryStore()

// A manifest is anything that was parsed; what runs is what was checked.
const manifest: Manifest = parseManifest({ version: 1 } as unknown, { environment: { NAME: undefined } })
// @ts-expect-error what was not checked
new Onboarding({ version: 1, servers: {}, clients: {} }, { store })
// @ts-expect-error kept nowhere
new Onboarding(manifest, {})
// @ts-expect-error a part is one of a number of them
new Onboarding(manifest, { store, shard: { index: 1 } })
const onboarding = new Onboarding(manifest, { store, shard: { index: 1, of: 4 } })
is<Promise<PlannedClient[]>>(onboarding.plan({ only: ['app'] }))
// @ts-expect-error a plan sends nothing that could be given up
void onboarding.plan({ signal: AbortSignal.timeout(1) })
// @ts-expect-error names, and not one
onboarding.apply({ only: 'app' })
is<AsyncIterable<OnboardingEvent>>(onboarding.apply())
// @ts-expect-error what is not looped over is not done: there is nothing to await
void onboarding.apply().then
declare const event: OnboardingEvent
is<DcrError | undefined>(event.error)
// @ts-expect-error no such event
event.type === 'created'
// @ts-expect-error an event holds no secret
void event.client_secret
// @ts-expect-error a secret is read when it is needed, and stands nowhere
is<string | undefined>(manifest.servers[0]?.initialAccessToken)

// The doctor.
is<Promise<Report>>(diagnose(ISSUER, { probe: true, provider: hydra, store }))
// @ts-expect-error the profile, and not its name
void diagnose(ISSUER, { provider: 'hydra' })
// @ts-expect-error what the throw-away client is registered with: null is for updates
void diagnose(ISSUER, { metadata: { client_name: null } })
// @ts-expect-error no call of one server's can have the name of a kept client
void diagnose(ISSUER, { name: 'app' })
declare const report: Report
is<string>(reportText(report))
// @ts-expect-error a promise of a report, whose `await` was forgotten
reportText(diagnose(ISSUER))
is<Exclude<Level, 'unknown'>>(report.level)
// @ts-expect-error what cannot be told is of no consequence
report.level === 'unknown'
is<ClientInformation | undefined>(report.leftOver[0]?.client)
// @ts-expect-error what is shown has no credentials
void report.left[0]?.client

// MCP.
const registrar = new McpRegistrar({ store })
const METADATA = { client_name: 'Agent', redirect_uris: ['http://127.0.0.1/callback'] }
is<Promise<EnsuredForResource>>(registrar.ensureForResource('https://mcp.example.com/mcp', METADATA))
// @ts-expect-error a challenge is its header, or the answer that has it
void registrar.ensureForResource(ISSUER, METADATA, { challenge: { status: 401 } })
// @ts-expect-error clients by the issuer that they are for
void registrar.ensureForResource(ISSUER, METADATA, { preRegistered: { client_id: 'c' } })
// @ts-expect-error a document is the URL that it is at
void registrar.ensureForResource(ISSUER, METADATA, { clientIdMetadataDocument: METADATA })
// @ts-expect-error the URL of the document is the client
clientIdMetadataDocument(METADATA)
declare const host: HostProvider & { readonly own: number }
declare const halfHost: Omit<HostProvider, 'clientMetadata'>
is<number>(withRegistrar(host, registrar, 'https://mcp.example.com/mcp').own)
// @ts-expect-error a provider without its metadata
withRegistrar(halfHost, registrar, 'https://mcp.example.com/mcp')
// @ts-expect-error a challenge is of one answer, and noted by its fetch
withRegistrar(host, registrar, 'https://mcp.example.com/mcp', { challenge: 'Bearer' })
