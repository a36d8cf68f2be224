import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { DcrClient, type DcrError, discover, memoryStore, Registrar } from 'dcr-client'
import { fileStore } from 'dcr-client/stores/file'

/* A whole life of a client, run by a process in which nothing built in can be changed. */

const METADATA = { redirect_uris: ['https://app.example.com/cb'] }

const server = createServer(async (request, response) => {
  let body = ''
  for await (const chunk of request) body += chunk
  const { method = '', url = '' } = request
  response.setHeader('content-type', 'application/json')
  const client = {
    client_id: 'c1',
    client_secret: 'secret-of-c1-66f0',
    registration_access_token: 'token-of-c1-5d11',
    registration_client_uri: `${issuer}/register/c1`,
  }
  if (url.startsWith('/.well-known/')) {
    response.end(JSON.stringify({ issuer, registration_endpoint: `${issuer}/register` }))
  } else if (body.includes('refuse')) {
    response.writeHead(400).end(JSON.stringify({ error: 'invalid_client_metadata' }))
  } else if (body.includes('hostile')) {
    response.writeHead(201).end(`{"__proto__":{"isAdmin":true},"client_id":"c1","constructor":{}}`)
  } else if (method === 'DELETE') response.writeHead(204).end()
  else {
    const asked = body ? JSON.parse(body) : METADATA
    response.writeHead(method === 'POST' ? 201 : 200).end(JSON.stringify({ ...asked, ...client }))
  }
})
await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
const options = { allowInsecureRequests: true }

const dcr = new DcrClient(await discover(issuer, options), { ...options, store: memoryStore() })
const client = await dcr.register(METADATA)
const updated = await dcr.update(client, { client_name: 'App' })
await dcr.get(updated)
await dcr.delete(updated)
const hostile = await dcr.register({ ...METADATA, client_name: 'hostile' })
const refused = await dcr
  .register({ ...METADATA, client_name: 'refuse' })
  .catch((error: DcrError) => error.code)

const registrar = new Registrar({ ...options, store: fileStore({ directory: process.argv[2] }) })
const actions = [await registrar.ensure(issuer, METADATA), await registrar.ensure(issuer, METADATA)]
const facts = {
  client_name: updated.client_name,
  isAdmin: hostile.isAdmin,
  polluted: ({} as { isAdmin?: boolean }).isAdmin,
  refused,
  actions: actions.map(({ action }) => action),
  flags: process.execArgv,
}
console.log(JSON.stringify(facts))
server.close()
server.closeAllConnections()
