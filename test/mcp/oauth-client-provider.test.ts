import { describe, expect, onTestFinished, test, vi } from 'vitest'
import type { DiscoveryState } from '../../src/mcp/host-provider.js'
import { type WithRegistrarOptions, withRegistrar } from '../../src/mcp/oauth-client-provider.js'
import { failureOf } from '../failure-of.js'
import { startAuthorizationServer } from '../registrar/authorization-server.js'
import { METADATA, neverCalled, open, startResource } from './set-up.js'

/* The calls that the SDKs make of a provider, one by one. interop/ has the SDKs themselves. */

const DOCUMENT_URL = 'https://agent.example.com/client.json'

/** A provider as an application writes one; what it does not have to have, it has not. */
class Host {
  #tokens: { access_token: string } | undefined
  readonly redirectUrl: string | undefined = METADATA.redirect_uris[0]
  readonly clientMetadata: object = METADATA
  readonly sentTo: URL[] = []

  tokens() {
    return this.#tokens
  }
  saveTokens(tokens: { access_token: string }) {
    this.#tokens = tokens
  }
  codeVerifier() {
    return 'verifier'
  }
  redirectToAuthorization(url: URL) {
    this.sentTo.push(url)
  }
  get greeting() {
    return `${this.#tokens?.access_token}, good day`
  }
}

async function start(management?: Parameters<typeof startAuthorizationServer>[0]) {
  const server = await startAuthorizationServer(management)
  const resource = await startResource(server.origin)
  const opened = open()
  const wrap = <T extends Host>(host: T, options?: WithRegistrarOptions) =>
    withRegistrar(host, opened.registrar, resource.url, options)
  return { server, resource, ...opened, wrap }
}

/** What an SDK does to send a user to authorize. */
async function authorize(provider: ReturnType<typeof withRegistrar<Host>>): Promise<string> {
  const { authorizationServerMetadata } = await provider.discoveryState()
  const { client_id } = await provider.clientInformation()
  const url = new URL(authorizationServerMetadata.authorization_endpoint)
  url.searchParams.set('client_id', client_id)
  await provider.redirectToAuthorization(url)
  return `${provider.sentTo.at(-1)?.searchParams.get('client_id')}`
}

describe('the client', () => {
  test('is given without what manages it, bound to its server', async () => {
    const { server, wrap } = await start()
    const client = await wrap(new Host()).clientInformation()
    expect(client).toEqual({
      client_id: 'client-1',
      client_secret: expect.any(String),
      client_secret_expires_at: 0,
      client_id_issued_at: expect.any(Number),
      token_endpoint_auth_method: 'client_secret_basic',
      issuer: server.origin,
    })
  })

  test('is the one that an SDK has discovered, and is asked for once', async () => {
    const { server, resource, wrap } = await start()
    resource.document.scopes_supported = ['read', 'write']
    const provider = wrap(new Host())
    expect(await provider.discoveryState()).toEqual({
      authorizationServerUrl: server.origin,
      authorizationServerMetadata: { ...server.metadata, response_types_supported: ['code'] },
      resourceMetadata: {
        resource: resource.url,
        authorization_servers: [server.origin],
        scopes_supported: ['read', 'write'],
      },
    })
    await provider.clientInformation()
    await provider.discoveryState()
    expect(server.asked).toBe('POST')
  })

  test.each<[string, object, string | undefined, string[] | undefined]>([
    ['a user and no grants', {}, METADATA.redirect_uris[0], ['authorization_code', 'refresh_token']],
    [
      'grants of its own',
      { grant_types: ['authorization_code'] },
      METADATA.redirect_uris[0],
      ['authorization_code'],
    ],
    ['no user', { redirect_uris: undefined }, undefined, undefined],
  ])('is registered for what an SDK does with it: %s', async (_name, metadata, redirectUrl, grants) => {
    const { server, wrap } = await start()
    class Application extends Host {
      override readonly redirectUrl = redirectUrl
      override readonly clientMetadata = { redirect_uris: METADATA.redirect_uris, ...metadata }
    }
    await wrap(new Application()).discoveryState()
    const [sent] = server.sent('POST') as [{ grant_types?: string[] }]
    expect(sent.grant_types).toEqual(grants)
  })

  test('is a document where the application has one and the server takes it', async () => {
    const { server, wrap } = await start({ metadata: { client_id_metadata_document_supported: true } })
    class Application extends Host {
      readonly clientMetadataUrl = DOCUMENT_URL
    }
    const provider = wrap(new Application())
    expect(await authorize(provider)).toBe(DOCUMENT_URL)
    expect(server.asked).toBe('')

    await provider.invalidateCredentials('client')
    expect(await authorize(provider)).toBe('client-1')
    expect(await authorize(wrap(new Application()))).toBe('client-1')
    expect(server.asked).toBe('POST')
  })

  test('an error is told as it is, and the next call tries again', async () => {
    const { server, wrap } = await start()
    server.refuse('POST', { status: 400, body: { error: 'invalid_redirect_uri' } })
    const provider = wrap(new Host())
    expect(await failureOf(provider.discoveryState())).toMatchObject({
      code: 'rejected',
      error: 'invalid_redirect_uri',
    })
    expect(await authorize(provider)).toBe('client-1')
  })
})

describe('what is not about the client', () => {
  test('stays with the provider, private members and all', async () => {
    const { wrap } = await start()
    const host = new Host()
    const provider = wrap(host)
    provider.saveTokens({ access_token: 'token-of-a-user' })
    expect(host.greeting).toBe('token-of-a-user, good day')
    expect(provider.greeting).toBe(host.greeting)
    expect(await provider.tokens()).toBe(host.tokens())
    expect(provider.redirectUrl).toBe(host.redirectUrl)
  })

  test('may be frozen, or set through what is wrapped', async () => {
    const { server, wrap } = await start()
    class Frozen extends Host {
      readonly clientInformation = neverCalled
      readonly state = () => 'a state'
      constructor() {
        super()
        Object.freeze(this)
      }
    }
    const own = wrap(new Frozen())
    expect(await own.clientInformation()).toMatchObject({ issuer: server.origin })
    expect(own.state()).toBe('a state')

    class Application extends Host {
      #label = ''
      get label() {
        return this.#label
      }
      set label(text) {
        this.#label = text
      }
    }
    const host = new Application()
    const provider = wrap(host)
    provider.label = 'of the application'
    expect(host.label).toBe('of the application')
    expect(provider.label).toBe('of the application')
    expect('label' in provider).toBe(true)
  })

  test('an SDK can neither register nor keep what it discovers', async () => {
    const { wrap } = await start()
    class Application extends Host {
      readonly clientMetadataUrl = DOCUMENT_URL
      saveClientInformation = neverCalled
      saveDiscoveryState = () => {}
    }
    const provider = wrap(new Application())
    expect(provider.saveClientInformation).toBeUndefined()
    expect(provider.saveDiscoveryState).toBeUndefined()
    expect(provider.clientMetadataUrl).toBeUndefined()
  })
})

describe('the challenge that the transport gets', () => {
  test('is gone by, once', async () => {
    const { server, resource, wrap } = await start()
    const place = '/metadata-of-the-resource'
    const challenge = `Bearer resource_metadata="${resource.origin}${place}", scope="tools"`
    resource.answers.clear()
    resource.answers.set(place, () => ({ body: resource.document }))
    resource.answers.set('/mcp', { status: 401, headers: { 'www-authenticate': challenge } })
    const provider = wrap(new Host())

    const response = await provider.fetch(resource.url, { method: 'POST' })
    expect(response.status).toBe(401)
    const { resourceMetadata } = await provider.discoveryState()
    expect(resourceMetadata.scopes_supported).toEqual(['tools'])
    expect(server.sent('POST')).toMatchObject([{ scope: 'tools' }])

    const reads = () => resource.asked.filter((path) => path === place).length
    await provider.discoveryState()
    expect(reads()).toBe(1)
    await provider.fetch(new URL(resource.url))
    await provider.discoveryState()
    expect(reads()).toBe(2)
  })

  test("is the resource's, and no token endpoint's", async () => {
    const { resource, wrap } = await start()
    const answers = [
      new Response(null, { status: 401, headers: { 'www-authenticate': 'Bearer scope="of-another"' } }),
      new Response(null, { status: 200, headers: { 'www-authenticate': 'Bearer scope="of-no-refusal"' } }),
      new Response(null, { status: 401 }),
    ]
    const provider = wrap(new Host(), { transportFetch: async () => answers.shift() as Response })
    await provider.fetch(`${resource.origin}/token`)
    await provider.fetch(resource.url)
    await provider.fetch(resource.url)
    const { resourceMetadata } = await provider.discoveryState()
    expect(resourceMetadata.scopes_supported).toBeUndefined()
  })
})

describe('credentials that an SDK calls void', () => {
  test('a client that the server has forgotten is replaced', async () => {
    const { server, wrap } = await start()
    const provider = wrap(new Host())
    expect(await authorize(provider)).toBe('client-1')
    await provider.codeVerifier()
    server.clients.clear()
    await provider.invalidateCredentials('all')
    expect(await authorize(provider)).not.toBe('client-1')
    // That it was told 401 may mean that the token is void: it is deleted, in case it is there.
    expect(server.asked).toBe('POST GET POST DELETE')
  })

  test('a client that was never used for a user too, and the next one is there at once', async () => {
    const { server, wrap } = await start()
    const provider = wrap(new Host())
    expect(await provider.clientInformation()).toMatchObject({ client_id: 'client-1' })
    server.clients.clear()
    await provider.invalidateCredentials('client')
    expect(await provider.clientInformation()).not.toMatchObject({ client_id: 'client-1' })
  })

  test('a client that the server knows stays', async () => {
    const { server, wrap } = await start()
    const provider = wrap(new Host())
    await authorize(provider)
    await provider.codeVerifier()
    await provider.invalidateCredentials('client')
    expect(await authorize(provider)).toBe('client-1')
    expect(server.asked).toBe('POST GET')
  })

  test('a client that has just replaced another is not what was refused', async () => {
    const { server, wrap } = await start({ management: [] })
    const provider = wrap(new Host())
    await authorize(provider)
    await provider.codeVerifier()
    for (const _ of ['the first of two requests', 'the second']) {
      await provider.invalidateCredentials('client')
      await provider.discoveryState()
    }
    expect(server.asked).toBe('POST POST')
  })

  test('of many requests that are refused, none has the client replaced again', async () => {
    const { server, wrap } = await start({ management: [] })
    const provider = wrap(new Host())
    await authorize(provider)
    await provider.codeVerifier()
    const requests = Array.from({ length: 20 }, async (_, turns) => {
      for (let turn = 0; turn < turns; turn++) await new Promise(setImmediate)
      await provider.invalidateCredentials('client')
      return authorize(provider)
    })
    const clients = await Promise.all(requests)
    expect(new Set(clients).size).toBe(1)
    expect(server.asked).toBe('POST POST')
  })

  test('a client that replaced another, and with which a user has come back, is what was refused', async () => {
    const { server, wrap } = await start()
    const provider = wrap(new Host())
    await authorize(provider)
    server.clients.clear()
    await provider.invalidateCredentials('client')
    await authorize(provider)
    await provider.codeVerifier()
    await provider.invalidateCredentials('client')
    expect(server.asked).toBe('POST GET POST DELETE GET')
  })

  test('a client that replaced another a minute ago is what was refused', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    onTestFinished(() => void vi.useRealTimers())
    const { server, wrap } = await start()
    const provider = wrap(new Host())
    for (const _ of ['the first', 'the second']) {
      await authorize(provider)
      server.clients.clear()
      vi.setSystemTime(Date.now() + 61_000)
      await provider.invalidateCredentials('client')
    }
    expect(server.asked).toBe('POST GET POST DELETE GET')
  })

  test('where nothing is stored, there is nothing to give up', async () => {
    const { server, wrap } = await start()
    const provider = wrap(new Host())
    await provider.invalidateCredentials('all')
    expect(await authorize(provider)).toBe('client-1')
    expect(server.asked).toBe('POST')
  })

  test('where the server cannot be asked, nothing is given up', async () => {
    const { server, wrap } = await start()
    const provider = wrap(new Host())
    await authorize(provider)
    await provider.codeVerifier()
    server.refuse('GET', ...Array(2).fill({ status: 500 }))
    expect(await failureOf(provider.invalidateCredentials('client'))).toMatchObject({ code: 'server_error' })
    expect(await authorize(provider)).toBe('client-1')
  })

  test('another process, which has asked for nothing yet, says so of the one in the store', async () => {
    const { server, wrap } = await start({ management: [] })
    await authorize(wrap(new Host()))
    const another = wrap(new Host())
    await another.invalidateCredentials('client')
    expect(await authorize(another)).not.toBe('client-1')
    expect(server.asked).toBe('POST POST')
  })

  test.each(['tokens', 'verifier', 'discovery'] as const)('%s are no matter of the client', async (scope) => {
    const { server, wrap } = await start()
    const told: string[] = []
    class Application extends Host {
      invalidateCredentials = (voided: string) => void told.push(voided)
    }
    const provider = wrap(new Application())
    await authorize(provider)
    await provider.invalidateCredentials(scope)
    expect(told).toEqual([scope])
    expect(server.asked).toBe('POST')
  })

  test('tokens of a provider that cannot drop them are not given again', async () => {
    const { wrap } = await start()
    const provider = wrap(new Host())
    provider.saveTokens({ access_token: 'the-void-token' })
    await provider.invalidateCredentials('verifier')
    expect(await provider.tokens()).toBeDefined()
    await provider.invalidateCredentials('tokens')
    expect(await provider.tokens()).toBeUndefined()
    provider.saveTokens({ access_token: 'the-next-token' })
    expect(await provider.tokens()).toEqual({ access_token: 'the-next-token' })
  })
})

describe('a user who was sent to authorize', () => {
  test('and comes back with nothing is sent again with a client that the server knows', async () => {
    const { server, wrap } = await start()
    const provider = wrap(new Host())
    await authorize(provider)
    expect(await authorize(provider)).toBe('client-1')
    server.clients.clear()
    expect(await authorize(provider)).not.toBe('client-1')
    expect(server.asked).toBe('POST GET GET POST DELETE')
  })

  test('and comes back with a code is sent again without a question', async () => {
    const { server, wrap } = await start()
    const provider = wrap(new Host())
    await authorize(provider)
    expect(await provider.codeVerifier()).toBe('verifier')
    await authorize(provider)
    expect(server.asked).toBe('POST')
  })

  test('is sent again as before where the server cannot be asked', async () => {
    const { server, wrap } = await start({ management: [] })
    const provider = wrap(new Host())
    await authorize(provider)
    expect(await authorize(provider)).toBe('client-1')
    expect(server.asked).toBe('POST')
  })

  test('brings a code that goes to no other server', async () => {
    const { resource, registrar, wrap } = await start()
    const provider = wrap(new Host())
    await authorize(provider)
    const other = await startAuthorizationServer()
    resource.document.authorization_servers = [other.origin]
    await registrar.ensureForResource(resource.url, METADATA, { challenge: 'Bearer' })
    await provider.discoveryState()
    expect(await failureOf(provider.codeVerifier())).toMatchObject({ code: 'issuer_mismatch' })

    await authorize(provider)
    expect(await provider.codeVerifier()).toBe('verifier')
  })

  test('brings it to another process, and it goes to no other server there', async () => {
    class Application extends Host {
      state: DiscoveryState | undefined
      saveDiscoveryState(state: DiscoveryState) {
        this.state = state
      }
      discoveryState = () => this.state
    }
    const { server, resource, registrar, wrap } = await start()
    const host = new Application()
    await authorize(wrap(host))
    expect(host.state?.authorizationServerUrl).toBe(server.origin)

    const other = await startAuthorizationServer()
    resource.document.authorization_servers = [other.origin]
    await registrar.ensureForResource(resource.url, METADATA, { challenge: 'Bearer' })
    const error = await failureOf(wrap(host).codeVerifier())
    expect(error).toMatchObject({ code: 'issuer_mismatch', outcome: 'not_sent' })
    expect(error.message).toContain(`${server.origin}, and the resource is with ${other.origin} by now`)

    const again = wrap(host)
    await authorize(again)
    expect(await again.codeVerifier()).toBe('verifier')
  })
})

describe('a resource that moves while a user is sent to authorize', () => {
  async function moving() {
    const started = await start()
    const other = await startAuthorizationServer()
    const host = new Host()
    const provider = started.wrap(host)
    const move = async () => {
      started.resource.document.authorization_servers = [other.origin]
      await started.registrar.ensureForResource(started.resource.url, METADATA, { challenge: 'Bearer' })
      await provider.discoveryState()
    }
    return { ...started, other, host, provider, move }
  }

  test('gets neither the user nor the code that another server will give', async () => {
    const { server, host, provider, move } = await moving()
    const { authorizationServerMetadata } = await provider.discoveryState()
    const { client_id } = await provider.clientInformation()
    const url = new URL(authorizationServerMetadata.authorization_endpoint)
    url.searchParams.set('client_id', client_id)
    await move()

    const error = await failureOf(provider.redirectToAuthorization(url))

    expect(error).toMatchObject({ code: 'issuer_mismatch', outcome: 'not_sent' })
    expect(error.message).toContain(server.origin)
    expect(host.sentTo).toEqual([])
    expect(url.searchParams.get('client_id')).toBe(client_id)
  })

  test('does not get the refresh token of the server before', async () => {
    const { host, provider, move } = await moving()
    await authorize(provider)
    const tokens = { access_token: 'access-of-the-first', refresh_token: 'refresh-of-the-first' }
    host.saveTokens(tokens)
    expect(await provider.tokens()).toEqual(tokens)

    await move()

    expect(await provider.tokens()).toEqual({ access_token: 'access-of-the-first', refresh_token: undefined })
  })
})
