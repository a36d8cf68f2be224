import { createServer } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import { answerParent } from './child.js'
import { layouts, resources } from './layouts.js'
import { metadata as asked, registered } from './registration.js'

/*
 * Runs in a process of its own: authorization servers on loopback, as many as the parent asks for, each on its
 * own port. `latency` is the milliseconds that every answer takes.
 */
const servers = []

answerParent(async ({ question, index, ...settings }) => {
  switch (question) {
    case 'start':
      return { index: servers.length, ...(await start(settings)) }
    case 'log':
      return servers[index].log.splice(0)
    case 'clients':
      return servers[index].clients
  }
})

async function start({ layout, resource, latency }) {
  const { path, document } = layouts[layout]
  const place = resources[resource]
  const state = { log: [], clients: 0 }
  servers.push(state)

  const server = createServer(async (request, response) => {
    const { method, url } = request
    const entry = { method, url, start: performance.now(), end: Number.POSITIVE_INFINITY }
    if (latency > 0) state.log.push(entry)
    // Answered, or given up by the client: either way it is no longer in flight.
    response.on('close', () => {
      entry.end = performance.now()
    })
    let text = ''
    for await (const chunk of request) text += chunk
    if (latency > 0) await wait(latency)
    if (method === 'GET' && url === document) answer(response, 200, metadata)
    else if (url === '/mcp') challenge(response, place?.isNamed && `${origin}${place.document}`)
    else if (url === place?.document)
      answer(response, 200, { resource: `${origin}/mcp`, authorization_servers: [issuer] })
    // Whoever sends another thing does other work, and is refused.
    else if (method === 'POST' && url === '/register' && (place || text === JSON.stringify(asked)))
      answer(response, 201, registered(JSON.parse(text), ++state.clients, origin))
    else answer(response, 404, { error: 'not_found' })
  })
  server.keepAliveTimeout = 60_000
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))

  const origin = `http://127.0.0.1:${server.address().port}`
  const issuer = `${origin}${path}`
  const metadata = serverMetadata(issuer, origin)
  return { issuer, metadata, resource: `${origin}/mcp` }
}

function answer(response, status, body) {
  const text = JSON.stringify(body)
  const length = Buffer.byteLength(text)
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': length }).end(text)
}

function challenge(response, place) {
  const parameters = place ? ` resource_metadata="${place}"` : ''
  response.writeHead(401, { 'www-authenticate': `Bearer${parameters}`, 'content-length': 0 }).end()
}

/** Complete enough for the strictest peer's schema of an OpenID provider. */
function serverMetadata(issuer, origin) {
  return {
    issuer,
    registration_endpoint: `${origin}/register`,
    authorization_endpoint: `${origin}/authorize`,
    token_endpoint: `${origin}/token`,
    jwks_uri: `${origin}/jwks`,
    scopes_supported: ['openid', 'profile', 'email', 'offline_access'],
    response_types_supported: ['code'],
    grant_types_supported: ['authorization_code', 'refresh_token', 'client_credentials'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256', 'ES256'],
    token_endpoint_auth_methods_supported: ['none', 'client_secret_basic', 'private_key_jwt'],
    code_challenge_methods_supported: ['S256'],
  }
}
