/** The client that the suite starts: connects to the URL it is given, lists the tools, and calls one. */
import { Client, StreamableHTTPClientTransport, UnauthorizedError } from '@modelcontextprotocol/client'
import { memoryStore } from '../src/index.js'
import { McpRegistrar } from '../src/mcp/node.js'
import { withRegistrar } from '../src/mcp/oauth-client-provider.js'
import { Application } from './application.js'
import { providerFor } from './providers.js'

const url = new URL(process.argv.at(-1) ?? '')
const { MCP_CONFORMANCE_SCENARIO: scenario, MCP_CONFORMANCE_PROTOCOL_VERSION: version } = process.env
const context = JSON.parse(process.env.MCP_CONFORMANCE_CONTEXT ?? '{}')

/** As often as a user comes back at most: the suite has servers that are never content. */
const MOST_RETURNS = 2

const registrar = new McpRegistrar({ store: memoryStore(), allowInsecureRequests: true })
const application = providerFor(scenario, context)
const authProvider = withRegistrar(application, registrar, url, await preRegistered())

for (let count = 0; !(await isServed()); count++) {
  const callback = application instanceof Application ? application.takeCallback() : undefined
  if (!callback || count === MOST_RETURNS) throw new Error('no way in')
  await transport().finishAuth(callback)
}

async function isServed(): Promise<boolean> {
  const mode = version === '2026-07-28' ? { pin: version } : 'legacy'
  const client = new Client({ name: 'dcr-client', version: '1.0.0' }, { versionNegotiation: { mode } })
  try {
    await client.connect(transport())
    const { tools } = await client.listTools()
    for (const { name } of tools) await client.callTool({ name, arguments: {} })
    return true
  } catch (error) {
    if (error instanceof UnauthorizedError) return false
    throw error
  } finally {
    await client.close()
  }
}

function transport() {
  return new StreamableHTTPClientTransport(url, { authProvider, fetch: authProvider.fetch })
}

/** Who has a client knows where it is from; the suite does not always say. */
async function preRegistered() {
  const { client_id, client_secret, issuer = await issuerOfResource() } = context
  if (client_id === undefined) return {}
  return { preRegistered: { [issuer]: { client_id, ...(client_secret && { client_secret }) } } }
}

async function issuerOfResource(): Promise<string> {
  if (context.client_id === undefined) return ''
  const response = await fetch(new URL('/.well-known/oauth-protected-resource/mcp', url))
  const { authorization_servers } = (await response.json()) as { authorization_servers: string[] }
  return authorization_servers[0] ?? ''
}
