import { readFileSync } from 'node:fs'
import { createServer as createPlainServer } from 'node:http'
import { createServer } from 'node:https'

const certificates = new URL('../../test/fixtures/certificates/', import.meta.url)
const read = (name) => readFileSync(new URL(name, certificates))

/** What a listener shows of itself. */
const kinds = {
  https: (answer) => createServer({ cert: read('valid.pem'), key: read('server.test-key.pem') }, answer),
  'wrong host': (answer) =>
    createServer({ cert: read('wrong-host.pem'), key: read('server.test-key.pem') }, answer),
  http: (answer) => createPlainServer(answer),
}

/**
 * The two listeners of one attempt: the authorization server, which does what the case says, and another one, which
 * would register whoever comes to it. `close` ends them, and every connection with them.
 */
export async function startOrigins(fault, canaries) {
  const seen = { posts: 0, otherConnections: 0, documents: 0, connections: 0 }
  const at = {}
  const ordinary = () => ({ ...registered(canaries), registration_client_uri: `${at.origin}/register/1` })
  const context = { at, canaries, ordinary, seen }

  const server = kinds.https(async (request, response) => {
    request.on('error', () => {})
    response.on('error', () => {})
    for await (const _ of request);
    if (request.method === 'POST') {
      seen.posts++
      const answer = fault.register ?? (({ response }) => sendJson(response, 201, ordinary()))
      return answer({ ...context, request, response })
    }
    seen.documents++
    const document = { ...serverMetadata(at.origin), ...fault.metadata?.(at) }
    if (fault.discover?.({ ...context, request, response, document })) return
    sendJson(response, 200, document)
  })
  server.on('connection', (socket) => {
    seen.connections++
    socket.on('error', () => {})
    fault.connect?.(socket)
  })
  const other = kinds[fault.other ?? 'https']((request, response) => {
    request.resume().on('end', () => sendJson(response, 201, ordinary()))
  })
  other.on('connection', (socket) => {
    seen.otherConnections++
    socket.on('error', () => {})
  })
  at.origin = `https://localhost:${await listen(server)}`
  at.otherPort = await listen(other)
  at.other = `${fault.other === 'http' ? 'http' : 'https'}://localhost:${at.otherPort}`

  return {
    issuer: at.origin,
    seen,
    close() {
      for (const each of [server, other]) {
        each.close()
        each.closeAllConnections()
      }
    },
  }
}

async function listen(server) {
  await new Promise((resolve) => server.listen(0, 'localhost', resolve))
  return server.address().port
}

export function sendJson(response, status, body, headers = {}) {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
}

function registered({ id, secret, token }) {
  return {
    client_id: id,
    client_secret: secret,
    client_id_issued_at: 1_790_000_000,
    client_secret_expires_at: 0,
    registration_access_token: token,
    redirect_uris: ['https://app.example.com/callback'],
    client_name: 'Example Application',
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: 'client_secret_basic',
  }
}

/** Complete enough for the strictest peer's schema of an OpenID provider. */
function serverMetadata(origin) {
  return {
    issuer: origin,
    registration_endpoint: `${origin}/register`,
    authorization_endpoint: `${origin}/authorize`,
    token_endpoint: `${origin}/token`,
    jwks_uri: `${origin}/jwks`,
    response_types_supported: ['code'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
    code_challenge_methods_supported: ['S256'],
  }
}
