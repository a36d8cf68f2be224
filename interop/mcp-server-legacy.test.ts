import { mcpAuthRouter } from '@modelcontextprotocol/server-legacy/auth'
import { contract } from '../test/contract/contract.js'
import { mcpSetUp } from './servers/mcp-sdk.js'

contract('MCP TypeScript SDK, the authorization server of version 2', mcpSetUp(mcpAuthRouter))
