import { describe, expect, test } from 'vitest'
import {
  type ClientInformation,
  type ClientMetadata,
  clientSecretBasic,
  clientSecretPost,
  none,
} from '../../src/index.js'
import type { Connection } from './connection.js'
import { web } from './set-up.js'

// The verifier and its challenge of RFC 7636 Appendix B.
const verifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'
const challenge = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'

const proofs = { client_secret_basic: clientSecretBasic, client_secret_post: clientSecretPost }

/** That a client registered here may ask for an authorization there, where an unknown one may not. */
export function authorization(connection: Connection): void {
  const { authorization, management, methods } = connection.setUp
  if (!authorization) return

  const [redirect_uri = ''] = web.redirect_uris ?? []

  /** Where the server sends the user next, unless it refuses the client. */
  async function authorize({ client_id }: Pick<ClientInformation, 'client_id'>): Promise<URL | undefined> {
    const { authorization_endpoint = '' } = connection.server
    const url = new URL(authorization_endpoint)
    const request = { response_type: 'code', state: 'state-of-the-client', client_id, redirect_uri }
    const pkce = { code_challenge: challenge, code_challenge_method: 'S256' }
    url.search = `${new URLSearchParams({ ...request, ...pkce })}`
    const answer = await fetch(url, { redirect: 'manual', headers: { accept: 'application/json' } })
    if (answer.status >= 400) return
    // Better Auth answers a script with the place instead of a redirect.
    const place = answer.headers.get('location') ?? (await answer.json()).url
    const next = new URL(place, url)
    return next.searchParams.has('error') ? undefined : next
  }

  async function redeem(code: string, authenticate: ReturnType<typeof none>): Promise<Response> {
    const { token_endpoint = '' } = connection.server
    const body = new URLSearchParams({
      grant_type: 'authorization_code',
      code,
      redirect_uri,
      code_verifier: verifier,
    })
    const proof = await authenticate(connection.server, body)
    const headers = proof ? { authorization: proof } : undefined
    return fetch(token_endpoint, { method: 'POST', body, ...(headers && { headers }) })
  }

  describe('the authorization endpoint', () => {
    test.each<[string, ClientMetadata]>([
      ['a confidential', web],
      ['a public', { ...web, token_endpoint_auth_method: 'none' }],
    ])('knows %s client that is registered, and no other', async (_kind, metadata) => {
      const client = await connection.dcr.register(metadata)
      expect(await authorize(client)).toBeInstanceOf(URL)
      expect(await authorize({ client_id: `${client.client_id}x` })).toBeUndefined()
    })

    if (management === 'none' || management === 'read') return
    test('no longer knows a client that is deleted', async () => {
      const client = await connection.dcr.register(web)
      await connection.dcr.delete(client)
      expect(await authorize(client)).toBeUndefined()
    })
  })

  if (authorization !== 'grants') return
  describe('a code', () => {
    for (const method of ['client_secret_basic', 'client_secret_post'] as const) {
      if (!methods.includes(method)) continue
      test(`is redeemed with ${method}`, { meta: { shows: [method] } }, async () => {
        const client = await connection.dcr.register({ ...web, token_endpoint_auth_method: method })
        const code = (await authorize(client))?.searchParams.get('code') ?? ''
        const wrong = await redeem(code, proofs[method]({ ...client, client_secret: 'not-this-one' }))
        expect(wrong.ok).toBe(false)
        expect(await wrong.json()).toMatchObject({ error: 'invalid_client' })
        const right = await redeem(code, proofs[method](client))
        expect(await right.json()).toMatchObject({ access_token: expect.stringMatching(/./) })
      })
    }

    test('of a public client is redeemed without a secret', { meta: { shows: ['none'] } }, async () => {
      const client = await connection.dcr.register({ ...web, token_endpoint_auth_method: 'none' })
      const code = (await authorize(client))?.searchParams.get('code') ?? ''
      const answer = await redeem(code, none(client))
      expect(await answer.json()).toMatchObject({ access_token: expect.stringMatching(/./) })
    })
  })
}
