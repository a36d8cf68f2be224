import type { Provider } from './provider.js'

/**
 * Spring Authorization Server, and Spring Security from 7 on.
 *
 * Registering takes an access token whose one scope is `client.create`, and each client takes another such token:
 * `registrationToken(server, authentication, { scope: 'client.create', singleUse: true })` gets them. A client is read,
 * with a token that expires as any access token does, but neither updated nor deleted; what a read calls the secret is
 * the secret as it is stored, encoded.
 *
 * @see {@link https://docs.spring.io/spring-authorization-server/reference/guides/how-to-dynamic-client-registration.html}
 */
export const springAuthorizationServer: Provider = {
  name: 'spring-authorization-server',
  management: ['get'],
  secretGivenOnce: true,
  advice: {
    register: {
      unauthorized: 'it takes an unspent token with the one scope client.create',
      forbidden: 'it takes a token with the one scope client.create',
    },
    manage: { unauthorized: 'the token of a client expires in minutes' },
  },
}
