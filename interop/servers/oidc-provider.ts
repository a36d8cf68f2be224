import express from 'express'
import Provider, { type Configuration } from 'oidc-provider'
import type { SetUp, Subject } from '../../test/contract/contract.js'
import { registrar } from '../../test/servers/oidc-provider.js'
import { listen } from './listen.js'

/** An OpenID Provider in an express application, as its documentation mounts it. */
export async function startProvider(
  { registration, management }: Pick<SetUp, 'registration' | 'management'>,
  path = '',
): Promise<Subject> {
  const { origin, close } = await listen((origin) => {
    const provider = new Provider(`${origin}${path}`, {
      clients: [
        {
          ...registrar,
          grant_types: ['client_credentials'],
          redirect_uris: [],
          response_types: [],
        },
      ],
      scopes: ['openid', 'offline_access', 'register'],
      clientAuthMethods: [
        'none',
        'client_secret_basic',
        'client_secret_post',
        'client_secret_jwt',
        'private_key_jwt',
      ],
      cookies: { keys: ['a-key-for-the-tests'] },
      ttl: { ClientCredentials: 600, RegistrationAccessToken: 3600 },
      features: {
        devInteractions: { enabled: false },
        clientCredentials: { enabled: true },
        registration: {
          enabled: true,
          initialAccessToken: typeof registration === 'object' ? registration.initialAccessToken : false,
          issueRegistrationAccessToken: management !== 'none',
        },
        registrationManagement: {
          enabled: management === 'rotating' || management === 'fixed',
          rotateRegistrationAccessToken: management === 'rotating',
        },
      },
    } as Configuration)
    return express().use(path || '/', provider.callback())
  })
  return { issuer: `${origin}${path}`, options: { allowInsecureRequests: true }, close }
}
