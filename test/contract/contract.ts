import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  type AuthorizationServerMetadata,
  type ClientInformation,
  type ClientMetadata,
  clientSecretBasic,
  clientSecretJwt,
  clientSecretPost,
  DcrClient,
  type DcrClientOptions,
  type DcrError,
  discover,
  type OAuthError,
  privateKeyJwt,
  registrationToken,
  requestToken,
} from '../../src/index.js'
import { registrar } from '../servers/oidc-provider.js'

/** A server the contract is held against: the fake and the real one alike. */
export interface Subject {
  readonly issuer: string
  readonly options: Pick<DcrClientOptions, 'allowInsecureRequests'>
  close(): Promise<void> | void
}

export interface SetUp {
  /** What a registration needs: nothing, one fixed initial access token, or an access token for `register`. */
  readonly registration: 'open' | { readonly initialAccessToken: string } | 'token'
  readonly management: 'rotating' | 'fixed' | 'read'
  readonly start: () => Promise<Subject>
}

const web: ClientMetadata = { redirect_uris: ['https://app.example.com/cb'], client_name: 'Contract' }
const machine: ClientMetadata = { grant_types: ['client_credentials'], response_types: [], redirect_uris: [] }

/** What the client and every server must agree on. One suite, so that the fake cannot drift from the real. */
export function contract(name: string, { registration, management, start }: SetUp): void {
  describe(name, () => {
    let subject: Subject
    let server: AuthorizationServerMetadata
    let dcr: DcrClient
    const connect = (options: DcrClientOptions = {}) =>
      new DcrClient(server, { ...subject.options, ...options })
    const tokenFor = (authentication: Parameters<typeof requestToken>[1]) =>
      requestToken(server, authentication, subject.options)

    beforeAll(async () => {
      subject = await start()
      server = await discover(subject.issuer, subject.options)
      const source = () => registrationToken(server, clientSecretBasic(registrar), subject.options)
      if (registration === 'open') dcr = connect()
      else
        dcr = connect({
          initialAccessToken: registration === 'token' ? source() : registration.initialAccessToken,
        })
    })
    afterAll(() => subject.close())

    test('discovery names the issuer asked for and its endpoints', () => {
      expect(server.issuer).toBe(subject.issuer)
      expect(server.registration_endpoint).toMatch(new RegExp(`^${subject.issuer}/`))
      expect(server.token_endpoint).toMatch(new RegExp(`^${subject.issuer}/`))
    })

    describe('register', () => {
      test('a confidential client gets all it needs', async () => {
        const client = await dcr.register(web)
        expect(client.client_id).not.toBe('')
        expect(client.client_secret?.length).toBeGreaterThan(20)
        expect(client.client_secret_expires_at).toBe(0)
        expect(Math.abs((client.client_id_issued_at ?? 0) - Date.now() / 1000)).toBeLessThan(60)
        expect(client.registration_access_token?.length).toBeGreaterThan(20)
        expect(client.registration_client_uri).toMatch(new RegExp(`/${client.client_id}$`))
        expect(client.redirect_uris).toEqual(web.redirect_uris)
        expect(client.client_name).toBe('Contract')
        expect(client.token_endpoint_auth_method).toBe('client_secret_basic')
        expect(client.grant_types).toEqual(['authorization_code'])
        expect(client.response_types).toEqual(['code'])
      })

      test('a public client gets no secret', async () => {
        const client = await dcr.register({ ...web, token_endpoint_auth_method: 'none' })
        expect(client.token_endpoint_auth_method).toBe('none')
        expect(client.client_secret).toBeUndefined()
      })

      test('a native client may redirect to the machine it runs on and to its own scheme', async () => {
        const redirect_uris = ['http://127.0.0.1/cb', 'com.example.app:/cb']
        const client = await dcr.register({
          redirect_uris,
          application_type: 'native',
          token_endpoint_auth_method: 'none',
        })
        expect(client.redirect_uris).toEqual(redirect_uris)
      })

      test('a client of the machine needs no redirect URI', async () => {
        const client = await dcr.register(machine)
        expect(client.grant_types).toEqual(['client_credentials'])
        expect(client.response_types).toEqual([])
        expect(client.redirect_uris).toEqual([])
      })

      test.each<[string, string, ClientMetadata]>([
        ['no redirect URI where one is needed', 'invalid_redirect_uri', { client_name: 'x' }],
        [
          'a relative initiate_login_uri scheme',
          'invalid_client_metadata',
          { ...web, initiate_login_uri: 'http://app.example.com/login' },
        ],
        [
          'an unknown authentication method',
          'invalid_client_metadata',
          { ...web, token_endpoint_auth_method: 'telepathy' },
        ],
        ['an unknown grant type', 'invalid_client_metadata', { ...web, grant_types: ['telepathy'] }],
        [
          'a scope the server does not have',
          'invalid_client_metadata',
          { ...web, scope: 'openid telepathy' },
        ],
        ['an unknown response type', 'invalid_client_metadata', { ...web, response_types: ['telepathy'] }],
      ])('%s is refused with %s', async (_name, error, metadata) => {
        const refused = await failure(dcr.register(metadata))
        expect(refused).toMatchObject({ code: 'rejected', outcome: 'rejected', status: 400, error })
      })

      test.runIf(registration !== 'open')('without its token it is refused', async () => {
        const refused = await failure(connect().register(web))
        expect(refused).toMatchObject({ code: 'unauthorized', outcome: 'rejected', status: 401 })
        const wrong = await failure(connect({ initialAccessToken: 'not-this-one' }).register(web))
        expect(wrong).toMatchObject({ code: 'unauthorized', status: 401, error: 'invalid_token' })
      })
    })

    describe('client authentication of a registered client', () => {
      // oidc-provider takes basic for post and post for basic; test/testing holds the stricter fake to its word.
      test('a secret-based method works where it is registered, and another does not', async () => {
        for (const [method, right, wrong] of [
          ['client_secret_basic', clientSecretBasic, clientSecretJwt],
          ['client_secret_post', clientSecretPost, clientSecretJwt],
          ['client_secret_jwt', clientSecretJwt, clientSecretPost],
        ] as const) {
          const client = await dcr.register({ ...machine, token_endpoint_auth_method: method })
          expect((await tokenFor(right(client))).access_token, method).not.toBe('')
          expect(await failure(tokenFor(wrong(client))), method).toMatchObject({
            status: 401,
            error: 'invalid_client',
          })
        }
      })

      test.each([
        [
          'RS256',
          {
            name: 'RSASSA-PKCS1-v1_5',
            hash: 'SHA-256',
            modulusLength: 2048,
            publicExponent: new Uint8Array([1, 0, 1]),
          },
        ],
        [
          'PS256',
          {
            name: 'RSA-PSS',
            hash: 'SHA-256',
            modulusLength: 2048,
            publicExponent: new Uint8Array([1, 0, 1]),
          },
        ],
        ['ES256', { name: 'ECDSA', namedCurve: 'P-256' }],
        ['EdDSA', { name: 'Ed25519' }],
      ])('private_key_jwt with %s', async (alg, algorithm) => {
        const { publicKey, privateKey } = (await crypto.subtle.generateKey(algorithm, true, [
          'sign',
          'verify',
        ])) as CryptoKeyPair
        const jwk = { ...(await crypto.subtle.exportKey('jwk', publicKey)), kid: 'k1', alg }
        const client = await dcr.register({
          ...machine,
          token_endpoint_auth_method: 'private_key_jwt',
          token_endpoint_auth_signing_alg: alg,
          jwks: { keys: [jwk] },
        })
        expect(client.client_secret).toBeUndefined()
        expect((await tokenFor(privateKeyJwt(client, { key: privateKey, kid: 'k1' }))).access_token).not.toBe(
          '',
        )
      })
    })

    describe('get', () => {
      test('gives what is registered, and a token that works', async () => {
        const client = await dcr.register(web)
        const read = await dcr.get(client)
        expect(read).toEqual(client)
        expect((await dcr.get(read)).client_id).toBe(client.client_id)
      })

      test('a wrong token is refused, and that of another client is void afterwards', async () => {
        const [one, other] = [await dcr.register(web), await dcr.register(web)]
        const wrong = { ...one, registration_access_token: 'not-this-one' }
        expect(await failure(dcr.get(wrong))).toMatchObject({
          code: 'unauthorized',
          status: 401,
          error: 'invalid_token',
        })
        const foreign = { ...one, registration_access_token: other.registration_access_token ?? '' }
        expect(await failure(dcr.get(foreign))).toMatchObject({ code: 'unauthorized', status: 401 })
        expect(await failure(dcr.get(other))).toMatchObject({ code: 'unauthorized' })
        expect((await dcr.get(one)).client_id).toBe(one.client_id)
      })
    })

    describe.runIf(management === 'read')('where only reading is offered', () => {
      test('update and delete say so, and change nothing', async () => {
        const client = await dcr.register(web)
        expect(await failure(dcr.update(client, { client_name: 'New' }))).toMatchObject({
          code: 'not_found',
          outcome: 'rejected',
        })
        expect(await failure(dcr.delete(client))).toMatchObject({ code: 'not_found', outcome: 'rejected' })
        expect(await dcr.get(client)).toEqual(client)
      })
    })

    describe.runIf(management !== 'read')('update and delete', () => {
      test('changes what is given and keeps the rest', async () => {
        const client = await dcr.register({
          ...web,
          contacts: ['a@example.com'],
          tos_uri: 'https://app.example.com/tos',
        })
        const updated = await dcr.update(client, { client_name: 'New', tos_uri: null })
        expect(updated.client_id).toBe(client.client_id)
        expect(updated.client_secret).toBe(client.client_secret)
        expect(updated.client_name).toBe('New')
        expect(updated.contacts).toEqual(['a@example.com'])
        expect(updated.redirect_uris).toEqual(web.redirect_uris)
        expect('tos_uri' in updated).toBe(false)
        expect(await dcr.get(updated)).toEqual(updated)
      })

      test('a registration known by its credentials alone loses nothing', async () => {
        const { client_id, registration_access_token, registration_client_uri } = await dcr.register(web)
        const credentials = {
          client_id,
          registration_access_token,
          registration_client_uri,
        } as ClientInformation
        const updated = await dcr.update(credentials, { contacts: ['a@example.com'] })
        expect(updated.client_name).toBe('Contract')
        expect(updated.redirect_uris).toEqual(web.redirect_uris)
      })

      test(`the registration access token ${management === 'rotating' ? 'is another one, and the old one void' : 'stays'}`, async () => {
        const client = await dcr.register(web)
        const updated = await dcr.update(client, { client_name: 'New' })
        const rotated = updated.registration_access_token !== client.registration_access_token
        expect(rotated).toBe(management === 'rotating')
        if (rotated) expect(await failure(dcr.get(client))).toMatchObject({ code: 'unauthorized' })
        expect((await dcr.get(updated)).client_name).toBe('New')
      })

      test('a refused update changes nothing, the token neither', async () => {
        const client = await dcr.register(web)
        const refused = await failure(dcr.update(client, { token_endpoint_auth_method: 'telepathy' }))
        expect(refused).toMatchObject({ code: 'rejected', status: 400, error: 'invalid_client_metadata' })
        expect(await dcr.get(client)).toEqual(client)
      })

      test('a machine client can be updated, empty lists and all', async () => {
        const client = await dcr.register(machine)
        const updated = await dcr.update(client, { client_name: 'New' })
        expect(updated).toMatchObject({ client_name: 'New', response_types: [], redirect_uris: [] })
      })

      test('a deleted client is gone, and so are its credentials', async () => {
        const client = await dcr.register(machine)
        await tokenFor(clientSecretBasic(client))
        await expect(dcr.delete(client)).resolves.toBeUndefined()
        expect(await failure(dcr.get(client))).toMatchObject({ code: 'unauthorized', status: 401 })
        expect(await failure(dcr.delete(client))).toMatchObject({ code: 'unauthorized', status: 401 })
        expect(await failure(tokenFor(clientSecretBasic(client)))).toMatchObject({
          status: 401,
          error: 'invalid_client',
        })
      })

      // What the client never does, so that the fake refuses in others what the real one refuses.
      test.each<[string, (client: ClientInformation) => Record<string, unknown>]>([
        ['without client_id', () => ({ ...web })],
        ['with another client_id', () => ({ ...web, client_id: 'other' })],
        ['with a wrong client_secret', ({ client_id }) => ({ ...web, client_id, client_secret: 'wrong' })],
        [
          'with registration_access_token',
          ({ client_id, registration_access_token }) => ({ ...web, client_id, registration_access_token }),
        ],
        [
          'with registration_client_uri',
          ({ client_id, registration_client_uri }) => ({ ...web, client_id, registration_client_uri }),
        ],
        [
          'with client_secret_expires_at',
          ({ client_id }) => ({ ...web, client_id, client_secret_expires_at: 0 }),
        ],
        ['with client_id_issued_at', ({ client_id }) => ({ ...web, client_id, client_id_issued_at: 1 })],
      ])('the server refuses a PUT %s', async (_name, body) => {
        const client = await dcr.register(web)
        const response = await fetch(client.registration_client_uri ?? '', {
          method: 'PUT',
          headers: {
            'content-type': 'application/json',
            authorization: `Bearer ${client.registration_access_token}`,
          },
          body: JSON.stringify(body(client)),
        })
        expect(response.status).toBe(400)
        expect(await response.json()).toMatchObject({ error: 'invalid_request' })
        expect(await dcr.get(client)).toEqual(client)
      })
    })
  })
}

async function failure(promise: Promise<unknown>): Promise<DcrError & Partial<OAuthError>> {
  const result = await promise.then(
    () => undefined,
    (error: DcrError) => error,
  )
  if (!result) throw new Error('the call succeeded')
  return result
}
