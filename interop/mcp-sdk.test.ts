import { mcpAuthRouter } from '@modelcontextprotocol/sdk/server/auth/router.js'
import { contract } from '../test/contract/contract.js'
import { mcpSetUp } from './servers/mcp-sdk.js'

contract('MCP TypeScript SDK', mcpSetUp(mcpAuthRouter))
