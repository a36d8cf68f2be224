import type { OAuthClientProvider as OfVersion2 } from '@modelcontextprotocol/client'
import type { OAuthClientProvider as OfVersion1 } from '@modelcontextprotocol/sdk/client/auth.js'
import type { McpRegistrar } from '../../src/mcp/mcp-registrar.js'
import { withRegistrar } from '../../src/mcp/oauth-client-provider.js'
import { ApplicationProvider } from './session.js'

/* What compiles: a provider of either line goes in, and what comes out is one again. */

declare const registrar: McpRegistrar
declare const ofVersion1: OfVersion1
declare const ofVersion2: OfVersion2
declare function is<T>(value: T): void

const url = 'https://mcp.example.com/mcp'
is<OfVersion1>(withRegistrar(ofVersion1, registrar, url))
is<OfVersion2>(withRegistrar(ofVersion2, registrar, url))

const own = withRegistrar(new ApplicationProvider(), registrar, url)
is<OfVersion1>(own)
is<OfVersion2>(own)
// Its own members are there still.
is<readonly URL[]>(own.sentTo)
// @ts-expect-error there is none that an SDK could call
own.saveClientInformation({ client_id: 'another' })
