/**
 * An agent runtime is given the URL of an MCP server, and ends up with its tools: the client it needs is registered on the
 * way, kept in a store, and replaced when the server has forgotten it. `npm run examples` runs it.
 *
 * In an application the imports from `../src` are `dcr-client` and `dcr-client/mcp`.
 */
import { Client, StreamableHTTPClientTransport, UnauthorizedError } from '@modelcontextprotocol/client'
import { say } from '../examples/say.js'
import { memoryStore } from '../src/index.js'
import { McpRegistrar } from '../src/mcp/node.js'
import { withRegistrar } from '../src/mcp/oauth-client-provider.js'
import { authorize } from './mcp/browser.js'
import { sdk2 } from './mcp/sdk-2.js'
import { ApplicationProvider, REDIRECT_URI } from './mcp/session.js'
import { startAuthorizingProvider } from './servers/authorizing-provider.js'
import { startProtectedMcpServer } from './servers/protected-mcp-server.js'

const provider = await startAuthorizingProvider({ management: 'rotating', scope: 'tools' })
const server = await startProtectedMcpServer(sdk2.serve, provider, 'tools')
say('Started', `an MCP server at ${server.url}, protected by ${provider.issuer}`)

// All of an agent that is about clients. Both sides are on this machine, so http will do.
const registrar = new McpRegistrar({ store: memoryStore(), allowInsecureRequests: true })

/** The tools of a server of which no more than the URL is known; the user agrees to it where the server wants that. */
async function toolsOf(url: URL): Promise<string[]> {
  const user = new ApplicationProvider()
  const authProvider = withRegistrar(user, registrar, url)
  const connect = async () => {
    const transport = new StreamableHTTPClientTransport(url, { authProvider, fetch: authProvider.fetch })
    const client = new Client(
      { name: 'An agent', version: '1.0.0' },
      { versionNegotiation: { mode: 'auto' } },
    )
    try {
      await client.connect(transport)
      return (await client.listTools()).tools.map(({ name, description }) => `${name}: ${description}`)
    } catch (error) {
      if (!(error instanceof UnauthorizedError)) throw error
      const place = user.sentTo.at(-1) as URL
      say('  user', `is sent to ${place.origin}${place.pathname} as ${place.searchParams.get('client_id')}`)
      const back = (await authorize(place, REDIRECT_URI)) as URL
      await transport.finishAuth(back.searchParams)
      return undefined
    } finally {
      await client.close()
    }
  }
  const tools = (await connect()) ?? (await connect())
  if (!tools) throw new Error('the server does not take its own tokens')
  return tools
}

const registrations = () => provider.seen.filter((line) => line === 'POST /reg').length
try {
  say('Tools', (await toolsOf(server.url)).join(', '))
  say('Registered', `${registrations()} client`)
  say('Tools', `for another user: ${(await toolsOf(server.url)).join(', ')}`)
  say('Registered', `${registrations()} client, the same`)
  if (registrations() !== 1) process.exitCode = 1
} finally {
  await Promise.all([server.close(), provider.close()])
}
