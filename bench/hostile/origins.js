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
  const seen = { connections: 0, documents: 0, posts: 0, otherConnections: 0 }
  const at = {}
  const ordinary = () => ({ ...registered(canaries), registration_client_uri: `${at.origin}/register/1` })

  const answer = (request, response) => {
    const met = { at, canaries, ordinary, request, response }
    if (request.method === 'POST') {
      seen.posts++
      if (fault.register) fault.register(met)
      else sendJson(response, 201, ordinary())
      return
    }
    seen.documents++
    if (!fault.discover?.(met))
      sendJson(response, 200, { ...serverMetadata(at.origin), ...fault.metadata?.(at) })
  }
  const server = kinds.https((request, response) => {
    response.on('error', () => {})
    request.resume().on('end', () => answer(request, response))
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
  at.origin = `https://127.0.0.1:${await listen(server)}`
  at.otherPort = await listen(other)
  at.other = `${fault.other === 'http' ? 'http' : 'https'}://127.0.0.1:${at.otherPort}`

  return {
    issuer: at.origin,
    seen,
    /** Whether the client came as far as to what is wrong here. */
    met() {
      if (fault.register) return seen.posts > 0
      return fault.connect ? seen.connections > 0 : seen.documents > 0
    },
    close() {
      for (const each of [server, other]) {
        each.close()
        each.closeAllConnections()
      }
    },
  }
}

async function listen(server) {
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  return server.address().port
}

export function sendJson(response, status, body) {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
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
