import { assertEqual, rejection } from './check.js'

const METADATA = { redirect_uris: ['http://127.0.0.1:8765/callback'], client_name: 'Agent' }

/** From the URL of an MCP server to a client. */
export const mcp = {
  async 'finds the authorization server of a resource, registers there, and once'({ dcr, mcp, origin }) {
    const registrar = new mcp.McpRegistrar({ store: dcr.memoryStore(), allowInsecureRequests: true })
    const ensure = () => registrar.ensureForResource(`${origin}/mcp`, METADATA)
    const { action, method, server, client } = await ensure()
    assertEqual(action, 'register', 'what it did')
    assertEqual(method, 'dynamic_registration', 'the method')
    assertEqual(server.issuer, origin, 'the issuer')
    const again = await ensure()
    assertEqual(again.action, 'none', 'what it did the second time')
    assertEqual(again.client.client_id, client.client_id, 'client_id')
  },
}

/** Where there is a guard, it is the default. */
export const guardedMcp = {
  async 'is what dcr-client/mcp goes through'({ dcr, mcp }) {
    const registrar = new mcp.McpRegistrar({ store: dcr.memoryStore() })
    const ensured = registrar.ensureForResource('https://169.254.169.254/mcp', METADATA)
    await rejection(ensured, { code: 'blocked_address', outcome: 'not_sent' })
  },
}
