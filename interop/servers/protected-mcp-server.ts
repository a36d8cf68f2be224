import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AuthorizingProvider } from './authorizing-provider.js'
import { listen } from './listen.js'

export type Serve = (request: IncomingMessage, response: ServerResponse) => Promise<void>

export interface ProtectedMcpServer {
  readonly url: URL
  /** What was answered to those who may not get in, in order: `POST /mcp 401`. */
  readonly seen: string[]
  /** From now on tokens of another authorization server are good here, and no others. */
  moveTo(provider: AuthorizationServer): void
  close(): Promise<void>
}

type AuthorizationServer = Pick<AuthorizingProvider, 'issuer' | 'accepts'>

/** An MCP server that serves those only who bring a token of an authorization server (RFC 9728). */
export async function startProtectedMcpServer(
  serve: Serve,
  first: AuthorizationServer,
  scope: string,
): Promise<ProtectedMcpServer> {
  const seen: string[] = []
  let current = first
  const { origin, close } = await listen((origin) => {
    const resource = `${origin}/mcp`
    const metadataUrl = `${origin}/.well-known/oauth-protected-resource/mcp`
    return async (request, response) => {
      const answer = (status: number, headers: Record<string, string> = {}, body?: object) => {
        seen.push(`${request.method} ${request.url} ${status}`)
        response.writeHead(status, headers).end(body && JSON.stringify(body))
      }
      const url = `${origin}${request.url}`
      const token = /^Bearer (.+)$/i.exec(`${request.headers.authorization}`)?.[1] ?? ''
      if (url === metadataUrl) {
        const servers = { authorization_servers: [current.issuer], scopes_supported: [scope, 'another'] }
        answer(200, { 'content-type': 'application/json' }, { resource, ...servers })
      } else if (url !== resource) {
        answer(404)
      } else if (await current.accepts(token, resource)) {
        await serve(request, response)
      } else {
        answer(401, { 'www-authenticate': `Bearer resource_metadata="${metadataUrl}", scope="${scope}"` })
      }
    }
  })
  return {
    url: new URL(`${origin}/mcp`),
    seen,
    moveTo(provider) {
      current = provider
    },
    close,
  }
}
