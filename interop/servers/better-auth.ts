import { oauthProvider } from '@better-auth/oauth-provider'
import { type BetterAuthOptions, betterAuth } from 'better-auth'
import { memoryAdapter } from 'better-auth/adapters/memory'
import { getAuthTables } from 'better-auth/db'
import { toNodeHandler } from 'better-auth/node'
import { jwt } from 'better-auth/plugins'
import type { Subject } from '../../test/contract/contract.js'
import { listen } from './listen.js'

/** Better Auth with its OAuth provider, at which anyone may register, or the holder of a token. */
export async function startBetterAuth(initialAccessToken?: string): Promise<Subject> {
  const { origin, close } = await listen((origin) => {
    const options = {
      baseURL: origin,
      secret: 'a-secret-of-the-server-0123456789abcdef',
      rateLimit: { enabled: false },
      telemetry: { enabled: false },
      plugins: [
        jwt(),
        oauthProvider({
          loginPage: '/sign-in',
          consentPage: '/consent',
          allowDynamicClientRegistration: true,
          allowUnauthenticatedClientRegistration: !initialAccessToken,
          validateInitialAccessToken: ({ initialAccessToken: given }) =>
            given === initialAccessToken && { referenceId: 'an organization' },
          silenceWarnings: { oauthAuthServerConfig: true, openidConfig: true },
        }),
      ],
    } satisfies BetterAuthOptions
    const tables = Object.keys(getAuthTables(options)).map((table) => [table, []])
    const database = memoryAdapter(Object.fromEntries(tables))
    return toNodeHandler(betterAuth({ ...options, database }))
  })
  return { issuer: `${origin}/api/auth`, options: { allowInsecureRequests: true }, close }
}
