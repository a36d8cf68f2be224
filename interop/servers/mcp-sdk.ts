import { randomUUID } from 'node:crypto'
import type { OAuthRegisteredClientsStore } from '@modelcontextprotocol/sdk/server/auth/clients.js'
import type { OAuthServerProvider } from '@modelcontextprotocol/sdk/server/auth/provider.js'
import type { AuthRouterOptions } from '@modelcontextprotocol/sdk/server/auth/router.js'
import type { OAuthClientInformationFull } from '@modelcontextprotocol/sdk/shared/auth.js'
import express, { type RequestHandler } from 'express'
import type { SetUp, Subject } from '../../test/contract/contract.js'
import { web } from '../../test/contract/set-up.js'
import { listen } from './listen.js'

/** The router of either line of the SDK: the options are the same. */
export type AuthRouter = (options: AuthRouterOptions) => RequestHandler

/** What both lines offer: they register whatever names a redirect URI, and repeat it. */
export function mcpSetUp(mcpAuthRouter: AuthRouter): SetUp {
  return {
    registration: 'open',
    management: 'none',
    kinds: ['confidential', 'public', 'native'],
    given: { token_endpoint_auth_method: undefined, grant_types: undefined, response_types: undefined },
    secretLifetime: 30 * 24 * 60 * 60,
    methods: ['client_secret_post'],
    authorization: 'grants',
    refusals: {
      'no redirect URI where one is needed': 'invalid_client_metadata',
      'a redirect URI for no browser': null,
      'a relative initiate_login_uri scheme': null,
      'an unknown authentication method': null,
      'an unknown grant type': null,
      'a scope the server does not have': null,
      'an unknown response type': null,
    },
    altered: {
      requested: { ...web, 'client_name#de': 'Vertrag' },
      told: [{ member: 'client_name#de', requested: 'Vertrag' }],
    },
    start: () => startMcpServer(mcpAuthRouter),
  }
}

/** An express application with the authorization server of the MCP SDK, which grants whatever it is asked. */
async function startMcpServer(mcpAuthRouter: AuthRouter): Promise<Subject> {
  const { origin, close } = await listen((origin) =>
    express().use(
      mcpAuthRouter({
        provider: grantingProvider(),
        issuerUrl: new URL(origin),
        clientRegistrationOptions: { rateLimit: false },
        authorizationOptions: { rateLimit: false },
        tokenOptions: { rateLimit: false },
      }),
    ),
  )
  return { issuer: `${origin}/`, options: { allowInsecureRequests: true }, close }
}

function grantingProvider(): OAuthServerProvider {
  const clients = new Map<string, OAuthClientInformationFull>()
  const challenges = new Map<string, string>()
  const clientsStore: OAuthRegisteredClientsStore = {
    getClient: (id) => clients.get(id),
    registerClient(client) {
      const registered = client as OAuthClientInformationFull
      clients.set(registered.client_id, registered)
      return registered
    },
  }
  const noTokens = () => Promise.reject(new Error('there are none'))
  return {
    clientsStore,
    async authorize(_client, { redirectUri, codeChallenge }, response) {
      const code = randomUUID()
      challenges.set(code, codeChallenge)
      response.redirect(`${redirectUri}?code=${code}`)
    },
    challengeForAuthorizationCode: async (_client, code) => challenges.get(code) ?? '',
    exchangeAuthorizationCode: async () => ({ access_token: randomUUID(), token_type: 'Bearer' }),
    exchangeRefreshToken: noTokens,
    verifyAccessToken: noTokens,
  }
}
