import type { Provider } from './provider.js'

/**
 * MITREid Connect and INDIGO IAM.
 *
 * Where tokens have a lifetime a read may replace the registration access token, so one whose answer was lost is not
 * sent again. What a token may not do is told with 403 and an empty body.
 *
 * @see mitreid-connect/OpenID-Connect-Java-Spring-Server DynamicClientRegistrationEndpoint.java
 */
export const mitreId: Provider = {
  name: 'mitreid',
  rotatesOnRead: true,
  advice: { manage: { forbidden: 'the token is of another client, or the client is gone' } },
}
