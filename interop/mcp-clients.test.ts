import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { memoryStore } from '../src/index.js'
import { McpRegistrar } from '../src/mcp/node.js'
import { authorize } from './mcp/browser.js'
import { ANSWER } from './mcp/sdk.js'
import { sdk1 } from './mcp/sdk-1.js'
import { sdk2 } from './mcp/sdk-2.js'
import { REDIRECT_URI, type SignedIn, signIn } from './mcp/session.js'
import { type AuthorizingProvider, startAuthorizingProvider } from './servers/authorizing-provider.js'
import { type ProtectedMcpServer, startProtectedMcpServer } from './servers/protected-mcp-server.js'

/* A real MCP client gets into a real MCP server, by a client that is registered, kept and replaced by this library. */

const SCOPE = 'tools'

describe.each([sdk1, sdk2])('$title', (sdk) => {
  let provider: AuthorizingProvider
  let server: ProtectedMcpServer
  let store = memoryStore()

  /** As another process starts, which shares nothing but the store. */
  const newRegistrar = () => new McpRegistrar({ store, allowInsecureRequests: true })
  const registrations = () => provider.seen.filter((line) => line === 'POST /reg').length

  async function start(management: 'rotating' | 'none' = 'rotating') {
    provider = await startAuthorizingProvider({ management, scope: SCOPE })
    server = await startProtectedMcpServer(sdk.serve, provider, SCOPE)
    store = memoryStore()
  }
  afterEach(() => Promise.all([server.close(), provider.close()]))

  /** Lets the user in at the place to which the last attempt has sent them. */
  async function comeBack(user: SignedIn): Promise<void> {
    const back = await authorize(user.host.sentTo.at(-1) as URL, REDIRECT_URI)
    if (back instanceof Response) throw new Error(`${back.status} ${await back.text()}`)
    await sdk.finish(server.url, user, back.searchParams)
  }

  /** Connects and calls the tool; where the user has to agree first, they do, once. */
  async function call(user: SignedIn): Promise<string | undefined> {
    const answer = await sdk.call(server.url, user)
    if (answer !== undefined) return answer
    await comeBack(user)
    return sdk.call(server.url, user)
  }

  describe('at a server with management', () => {
    beforeEach(() => start())

    test('gets in, and only what is needed is asked until the authorization URL is known', async () => {
      const user = signIn(newRegistrar(), server.url)
      expect(await sdk.call(server.url, user)).toBeUndefined()

      // It may have looked elsewhere at the same time.
      expect(server.seen.filter((line) => !line.endsWith(' 404'))).toEqual([
        'POST /mcp 401',
        'GET /.well-known/oauth-protected-resource/mcp 200',
      ])
      expect(provider.seen.filter((line) => !line.startsWith('GET /.well-known/'))).toEqual(['POST /reg'])
      const [asked, ...others] = user.host.sentTo
      expect(others).toEqual([])
      expect(asked?.searchParams.get('scope')).toBe(SCOPE)
      expect(asked?.searchParams.get('resource')).toBe(server.url.href)

      provider.seen.length = 0
      await comeBack(user)
      expect(await sdk.call(server.url, user)).toBe(ANSWER)
      expect(provider.seen.at(-1)).toBe('POST /token')
      expect(registrations()).toBe(0)
    })

    test('another process with the same store registers nothing', async () => {
      await call(signIn(newRegistrar(), server.url))
      const another = signIn(newRegistrar(), server.url)
      expect(await call(another)).toBe(ANSWER)
      expect(await clientOf(another)).toBe(another.host.sentTo[0]?.searchParams.get('client_id'))
      expect(registrations()).toBe(1)
    })

    test('gets in with another fetch, which notes no challenge', async () => {
      expect(await call({ ...signIn(newRegistrar(), server.url), fetch })).toBe(ANSWER)
      expect(registrations()).toBe(1)
    })

    test('the browser may come back to another process', async () => {
      const { host, ...user } = signIn(newRegistrar(), server.url)
      expect(await sdk.call(server.url, { host, ...user })).toBeUndefined()
      const another = signIn(newRegistrar(), server.url, { host })
      await comeBack(another)
      expect(await sdk.call(server.url, another)).toBe(ANSWER)
      expect(registrations()).toBe(1)
    })

    test('tokens are refreshed with the client', async () => {
      const user = signIn(newRegistrar(), server.url)
      await call(user)
      provider.expireAccessTokens()
      expect(await sdk.call(server.url, user)).toBe(ANSWER)
      expect(user.host.sentTo).toHaveLength(1)
      expect(registrations()).toBe(1)
    })

    test('a client that is forgotten is replaced once, when the token endpoint refuses it', async () => {
      const user = signIn(newRegistrar(), server.url)
      await call(user)
      await provider.forget(await clientOf(user))
      provider.expireAccessTokens()

      expect(await sdk.call(server.url, user)).toBeUndefined()
      expect(registrations()).toBe(2)
      await comeBack(user)
      expect(await sdk.call(server.url, user)).toBe(ANSWER)
      expect(user.host.sentTo).toHaveLength(2)

      const another = signIn(newRegistrar(), server.url)
      expect(await call(another)).toBe(ANSWER)
      expect(registrations()).toBe(2)
    })

    test('a client that is forgotten is replaced once, when a user comes back with nothing', async () => {
      await call(signIn(newRegistrar(), server.url))
      const user = signIn(newRegistrar(), server.url)
      await provider.forget(await clientOf(user))
      expect(await sdk.call(server.url, user)).toBeUndefined()
      const page = await authorize(user.host.sentTo.at(-1) as URL, REDIRECT_URI)
      expect(page).toMatchObject({ status: 400 })

      expect(await call(user)).toBe(ANSWER)
      expect(registrations()).toBe(2)
    })

    test('a client that is forgotten while the user is away is replaced once', async () => {
      const user = signIn(newRegistrar(), server.url)
      expect(await sdk.call(server.url, user)).toBeUndefined()
      const back = (await authorize(user.host.sentTo[0] as URL, REDIRECT_URI)) as URL
      await provider.forget(await clientOf(user))
      await expect(sdk.finish(server.url, user, back.searchParams)).rejects.toThrow()

      expect(await call(user)).toBe(ANSWER)
      expect(registrations()).toBe(2)
    })

    test('who changes their mind is sent again with the same client', async () => {
      const user = signIn(newRegistrar(), server.url)
      for (const _ of ['once', 'twice']) expect(await sdk.call(server.url, user)).toBeUndefined()
      const [first, second] = user.host.sentTo.map(({ searchParams }) => searchParams.get('client_id'))
      expect(second).toBe(first)
      expect(registrations()).toBe(1)
    })

    test('a code goes to no other server than the one that gave it', async () => {
      const user = signIn(newRegistrar(), server.url)
      expect(await sdk.call(server.url, user)).toBeUndefined()
      const other = await startAuthorizingProvider({ management: 'none', scope: SCOPE })
      try {
        server.moveTo(other)
        // Another user of the application, in another process, finds out.
        expect(await sdk.call(server.url, signIn(newRegistrar(), server.url))).toBeUndefined()
        expect(other.seen.filter((line) => line === 'POST /reg')).toHaveLength(1)

        // Version 2 finds out first where a server says who it is (RFC 9207).
        const refused = { name: expect.stringMatching(/^(DcrError|IssuerMismatchError)$/) }
        await expect(comeBack(user)).rejects.toMatchObject(refused)
        expect(other.seen).not.toContain('POST /token')
        provider = other
        expect(await call(user)).toBe(ANSWER)
      } finally {
        await other.close()
      }
    })
  })

  describe('at a server without management', () => {
    beforeEach(() => start('none'))

    test('a client that is forgotten is replaced once, when the token endpoint refuses it', async () => {
      const user = signIn(newRegistrar(), server.url)
      await call(user)
      await provider.forget(await clientOf(user))
      provider.expireAccessTokens()
      expect(await call(user)).toBe(ANSWER)
      expect(registrations()).toBe(2)
    })

    test('many connections that are refused at once replace it once', async () => {
      const user = signIn(newRegistrar(), server.url)
      await call(user)
      await provider.forget(await clientOf(user))
      provider.expireAccessTokens()
      const answers = await Promise.all(Array.from({ length: 5 }, () => sdk.call(server.url, user)))
      expect(answers).toEqual(Array(5).fill(undefined))
      expect(await call(user)).toBe(ANSWER)
      expect(registrations()).toBe(2)
    })

    test('the application says that the authorization endpoint has refused the client', async () => {
      await call(signIn(newRegistrar(), server.url))
      const user = signIn(newRegistrar(), server.url)
      await provider.forget(await clientOf(user))
      expect(await sdk.call(server.url, user)).toBeUndefined()
      const page = await authorize(user.host.sentTo.at(-1) as URL, REDIRECT_URI)
      expect(page).toMatchObject({ status: 400 })

      await user.authProvider.invalidateCredentials('client')
      expect(await call(user)).toBe(ANSWER)
      expect(registrations()).toBe(2)
    })

    test('a server that refuses each new client gets no more of them', async () => {
      const user = signIn(newRegistrar(), server.url)
      await call(user)
      const forget = async () => {
        await provider.forget(await clientOf(user))
        provider.expireAccessTokens()
      }
      await forget()
      expect(await call(user)).toBe(ANSWER)
      await forget()
      await expect(call(user)).rejects.toMatchObject({ code: 'registered_recently' })
      expect(registrations()).toBe(2)
    })
  })

  test('a client that was registered by hand is used, and none is registered', async () => {
    await start()
    const { client } = await newRegistrar().ensure(provider.issuer, {
      redirect_uris: [REDIRECT_URI],
      grant_types: ['authorization_code', 'refresh_token'],
    })
    provider.seen.length = 0
    store = memoryStore()
    const user = signIn(newRegistrar(), server.url, { preRegistered: { [provider.issuer]: client } })
    expect(await call(user)).toBe(ANSWER)
    expect(user.host.sentTo[0]?.searchParams.get('client_id')).toBe(client.client_id)
    expect(registrations()).toBe(0)
  })
})

async function clientOf({ authProvider }: SignedIn): Promise<string> {
  const { client_id } = await authProvider.clientInformation()
  return client_id
}
