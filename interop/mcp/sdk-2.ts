import { Client, StreamableHTTPClientTransport, UnauthorizedError } from '@modelcontextprotocol/client'
import { toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import { ANSWER, type Sdk, TOOL } from './sdk.js'
import type { SignedIn } from './session.js'

const serve = toNodeHandler(
  createMcpHandler(() => {
    const server = new McpServer({ name: 'server', version: '1.0.0' })
    server.registerTool(TOOL.name, { description: TOOL.description }, () => ({
      content: [{ type: 'text', text: ANSWER }],
    }))
    return server
  }),
)

/** Version 2: `@modelcontextprotocol/client` and `@modelcontextprotocol/server`, with the newest protocol both know. */
export const sdk2: Sdk = {
  title: '@modelcontextprotocol/client (version 2)',
  serve,

  async call(url, session) {
    const client = new Client({ name: 'client', version: '1.0.0' }, { versionNegotiation: { mode: 'auto' } })
    try {
      await client.connect(transportTo(url, session))
      const { content } = await client.callTool({ name: TOOL.name })
      return (content as { text: string }[])[0]?.text
    } catch (error) {
      if (error instanceof UnauthorizedError) return undefined
      throw error
    } finally {
      await client.close()
    }
  },

  finish: (url, session, callback) => transportTo(url, session).finishAuth(callback),
}

function transportTo(url: URL, { authProvider, fetch }: SignedIn) {
  return new StreamableHTTPClientTransport(url, { authProvider, fetch })
}
