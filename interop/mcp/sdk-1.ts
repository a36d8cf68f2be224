import { UnauthorizedError } from '@modelcontextprotocol/sdk/client/auth.js'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import { ANSWER, type Sdk, TOOL } from './sdk.js'
import type { SignedIn } from './session.js'

/** Version 1: `@modelcontextprotocol/sdk`, client and server. */
export const sdk1: Sdk = {
  title: '@modelcontextprotocol/sdk (version 1)',

  async serve(request, response) {
    const server = new McpServer({ name: 'server', version: '1.0.0' })
    server.registerTool(TOOL.name, { description: TOOL.description }, () => ({
      content: [{ type: 'text', text: ANSWER }],
    }))
    // Without sessions: each request has a server of its own.
    const transport = new StreamableHTTPServerTransport({ enableJsonResponse: true })
    await server.connect(transport)
    await transport.handleRequest(request, response)
  },

  async call(url, session) {
    const client = new Client({ name: 'client', version: '1.0.0' })
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

  finish: (url, session, callback) => transportTo(url, session).finishAuth(callback.get('code') ?? ''),
}

function transportTo(url: URL, { authProvider, fetch }: SignedIn) {
  return new StreamableHTTPClientTransport(url, { authProvider, fetch })
}
