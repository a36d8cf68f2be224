import { startChild } from './child.js'
import { resources } from './layouts.js'
import { LATENCY, measure, RUNS } from './round-trips.js'

const WANTED = 3

const metadata = {
  client_name: 'Bench',
  redirect_uris: ['http://127.0.0.1:8765/callback'],
  grant_types: ['authorization_code', 'refresh_token'],
  token_endpoint_auth_method: 'none',
}

/** Every resource at an authorization server of the usual layout, and one at the layout that takes the SDKs longest. */
const cases = {
  ...Object.fromEntries(
    Object.keys(resources).map((resource) => [resource, { resource, layout: 'root, RFC 8414' }]),
  ),
  'the first, server with a path, OpenID appended': {
    resource: 'challenge names the well-known place',
    layout: 'path, OpenID appended',
  },
}

export async function mcpRoundTrips() {
  const server = startChild('server.js')
  const rows = []
  const ours = []
  for (const [name, load] of Object.entries(contenders)) {
    const connect = await load()
    const row = []
    for (const settings of Object.values(cases)) {
      const measured = await measure(server, settings, (_issuer, resource) => connect(resource))
      row.push(measured.shown)
      if (name === 'dcr-client') ours.push(measured.rounds)
    }
    rows.push([name, ...row])
  }
  server.stop()

  // Nobody can know the place that a challenge names before it is there.
  const wanted = Object.values(cases).map(({ resource }) =>
    resource === 'challenge names another place' ? WANTED + 1 : WANTED,
  )
  return {
    title: 'Round trips from the URL of an MCP server to a registered client',
    note: `Counted as above. The SDKs connect as their documents have it, from the first request without a token until their
provider is asked to open a browser; dcr-client by \`ensureForResource\`. ${RUNS} runs of ${LATENCY} ms each answer.`,
    head: ['contender', ...Object.keys(cases)],
    rows,
    target: {
      name: 'round trips from an MCP URL',
      wanted: wanted.join(', '),
      measured: ours.join(', '),
      met: ours.every((rounds, index) => rounds <= wanted[index]),
    },
  }
}

const contenders = {
  async 'dcr-client'() {
    const { memoryStore } = await import('../dist/index.js')
    const { McpRegistrar } = await import('../dist/mcp.js')
    return async (resource) => {
      const registrar = new McpRegistrar({ store: memoryStore(), allowInsecureRequests: true })
      return (await registrar.ensureForResource(resource, metadata)).client
    }
  },
  async 'MCP SDK v1'() {
    const { Client } = await import('@modelcontextprotocol/sdk/client/index.js')
    const transport = await import('@modelcontextprotocol/sdk/client/streamableHttp.js')
    return connecting(Client, transport.StreamableHTTPClientTransport)
  },
  async 'MCP client v2'() {
    const { Client, StreamableHTTPClientTransport } = await import('@modelcontextprotocol/client')
    return connecting(Client, StreamableHTTPClientTransport)
  },
}

/** What a host does to connect: it ends where a user would have to agree. */
function connecting(Client, Transport) {
  return async (resource) => {
    let client
    const authProvider = {
      redirectUrl: metadata.redirect_uris[0],
      clientMetadata: metadata,
      clientInformation: () => client,
      saveClientInformation(information) {
        client = information
      },
      tokens: () => undefined,
      saveTokens: () => {},
      redirectToAuthorization: () => {},
      saveCodeVerifier: () => {},
      codeVerifier: () => '',
    }
    const connection = new Client({ name: 'bench', version: '1.0.0' })
    try {
      await connection.connect(new Transport(new URL(resource), { authProvider }))
    } catch (error) {
      if (!client) throw error
    }
    await connection.close()
    return client
  }
}
