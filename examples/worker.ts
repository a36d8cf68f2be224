/**
 * A worker at the edge, of web standards alone: it serves the document that is its `client_id` at servers that read those, and
 * registers at the others.
 */
import { DcrError, memoryStore, Registrar } from 'dcr-client'
import { clientIdMetadataDocument, serveClientIdMetadataDocument } from 'dcr-client/mcp'

interface Environment {
  /** The authorization server of the user. */
  readonly ISSUER: string
}

const metadata = { client_name: 'Worker', redirect_uris: ['https://worker.example.com/cb'] }
const document = clientIdMetadataDocument('https://worker.example.com/oauth/client.json', metadata)
const serveDocument = serveClientIdMetadataDocument(document)

// Each instance of the worker keeps what it knows. Where that would be too many clients, take a store that they share.
const registrar = new Registrar({ store: memoryStore(), allowInsecureRequests: true })

export default {
  async fetch(request: Request, { ISSUER }: Environment): Promise<Response> {
    if (new URL(request.url).pathname !== '/login') return serveDocument(request)
    try {
      const { server, client } = await registrar.ensure(ISSUER, metadata)
      const place = new URL(server.authorization_endpoint ?? '')
      place.searchParams.set('client_id', client.client_id)
      return Response.redirect(place.href, 302)
    } catch (error) {
      if (!(error instanceof DcrError)) throw error
      return new Response(error.message, { status: 502 })
    }
  },
}
