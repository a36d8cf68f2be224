import { expect, onTestFinished } from 'vitest'
import { DcrClient, discover } from '../../src/index.js'
import { awsIamIdentityCenter, hydra, mastodon } from '../../src/providers/index.js'
import { failureOf } from '../failure-of.js'
import { type DocumentServer, startDocumentServer } from '../servers/documents.js'
import { startScripted } from '../servers/scripted.js'
import { deviation } from './deviation.js'
import { APP, created, managed } from './meet.js'

const loopback = { allowInsecureRequests: true }

async function documents(): Promise<DocumentServer> {
  const server = await startDocumentServer()
  onTestFinished(() => server.close())
  return server
}

deviation(47, 'Not in discovery / discovery traps', async () => {
  const wellKnown = await documents()
  const { origin } = wellKnown

  // Duende and others do not name the endpoint: that is said before anything is sent, and it can be given by hand.
  const as = await startScripted(created(APP), created({ client_id: 'c2' }))
  const silent = { issuer: origin, token_endpoint: `${origin}/token` }
  wellKnown.serve({ '/.well-known/openid-configuration': silent })
  const server = await discover(origin, loopback)
  expect(server).toEqual(silent)
  const error = await failureOf(new DcrClient(server, loopback).register(APP))
  expect(error).toMatchObject({ code: 'registration_not_supported', outcome: 'not_sent', attempts: 0 })
  expect(error.message).toContain(`${origin} names no registration_endpoint`)
  const byHand = { ...server, registration_endpoint: `${as.origin}/connect/dcr` }
  await expect(new DcrClient(byHand, loopback).register(APP)).resolves.toMatchObject({ client_id: 'c1' })
  expect(as.requests.map(({ url }) => url)).toEqual(['/connect/dcr'])

  // Some always have it at the same place, and their profiles know it.
  for (const [provider, path, answer] of [
    [hydra, '/oauth2/register', { client_id: 'c1' }],
    [mastodon, '/api/v1/apps', { client_id: 'c1' }],
    [awsIamIdentityCenter, '/client/register', { clientId: 'c1' }],
  ] as const) {
    const idp = await startScripted({ status: 201, body: answer })
    const dcr = new DcrClient({ issuer: idp.origin }, { ...loopback, provider })
    await expect(dcr.register(APP)).resolves.toMatchObject({ client_id: 'c1' })
    expect(idp.requests.map(({ url }) => url)).toEqual([path])
  }

  // Atlassian: one server per tenant, below a path. The origin is another one, and does not pass for it.
  const tenant = { issuer: `${origin}/tenant`, registration_endpoint: `${origin}/tenant/register` }
  wellKnown.serve({
    '/.well-known/oauth-authorization-server': silent,
    '/.well-known/oauth-authorization-server/tenant': tenant,
  })
  await expect(discover(`${origin}/tenant`, loopback)).resolves.toEqual(tenant)
  await expect(discover(origin, loopback)).resolves.toEqual(silent)
  wellKnown.serve({ '/.well-known/oauth-authorization-server/tenant': silent })
  await expect(discover(`${origin}/tenant`, loopback)).rejects.toMatchObject({
    code: 'issuer_mismatch',
    outcome: 'rejected',
  })

  // Cognito and its like: the OpenID Connect document alone, appended to the path. And one that only it names.
  const pool = { issuer: `${origin}/pool`, registration_endpoint: `${origin}/pool/register` }
  wellKnown.serve({ '/pool/.well-known/openid-configuration': pool })
  await expect(discover(`${origin}/pool`, loopback)).resolves.toEqual(pool)
  wellKnown.serve({
    '/.well-known/oauth-authorization-server/pool': { issuer: `${origin}/pool` },
    '/pool/.well-known/openid-configuration': pool,
  })
  await expect(discover(`${origin}/pool`, loopback)).resolves.toEqual(pool)

  // Brasil: clients with a certificate are to use the alias. Certificates are the caller's, in `fetch`; so is this.
  const bank = await startScripted()
  bank.script.push(created(managed(bank)), created(APP, 200))
  wellKnown.serve({
    '/.well-known/openid-configuration': {
      issuer: origin,
      registration_endpoint: `${origin}/register`,
      mtls_endpoint_aliases: { registration_endpoint: `${bank.origin}/register` },
    },
  })
  const found = await discover(origin, loopback)
  const { registration_endpoint = '' } = found.mtls_endpoint_aliases ?? {}
  const dcr = new DcrClient({ ...found, registration_endpoint }, loopback)
  await dcr.get(await dcr.register(APP))
  expect(bank.requests.map(({ method, url }) => `${method} ${url}`)).toEqual([
    'POST /register',
    'GET /register/c1',
  ])
  expect(wellKnown.asked).not.toContain('/register')
})

deviation(50, 'DCR deprecated beside CIMD', async () => {
  // A server that takes the URL of a document as client_id, and registers nevertheless. Which way to go is the
  // caller's to choose, so he must see it; registering goes on as ever.
  const wellKnown = await documents()
  const as = await startScripted(created(APP))
  const both = {
    issuer: wellKnown.origin,
    registration_endpoint: `${as.origin}/register`,
    client_id_metadata_document_supported: true,
  }
  wellKnown.serve({ '/.well-known/oauth-authorization-server': both })
  const server = await discover(wellKnown.origin, loopback)
  expect(server).toEqual(both)
  const visible: boolean | undefined = server.client_id_metadata_document_supported
  expect(visible).toBe(true)
  const warnings: string[] = []
  const dcr = new DcrClient(server, { ...loopback, onWarning: ({ code }) => warnings.push(code) })
  await expect(dcr.register(APP)).resolves.toMatchObject({ client_id: 'c1', ...APP })
  expect(warnings).toEqual(['cross_origin_endpoint'])

  // One that has nothing else left says so in our words too.
  wellKnown.serve({
    '/.well-known/oauth-authorization-server': {
      issuer: wellKnown.origin,
      client_id_metadata_document_supported: true,
    },
  })
  const only = await discover(wellKnown.origin, loopback)
  expect(only.client_id_metadata_document_supported).toBe(true)
  await expect(new DcrClient(only, loopback).register(APP)).rejects.toMatchObject({
    code: 'registration_not_supported',
    outcome: 'not_sent',
  })
})
