import { belowIssuer } from './endpoint.js'
import type { Provider } from './provider.js'

/**
 * Mastodon and what speaks its API: `POST /api/v1/apps`, which is older than RFC 7591.
 *
 * `scope` is `scopes`, `client_uri` is `website`; every client is confidential, and nothing is managed. An answer has
 * the name as `name`, scopes as a list and, before 4.3, all redirect URIs in the one text `redirect_uri`: they are
 * read by their registered names, so that `metadataOf` can make another client of it.
 *
 * @see {@link https://docs.joinmastodon.org/methods/apps/}
 */
export const mastodon: Provider = {
  name: 'mastodon',
  endpointPath: /\/api\/v1\/apps\/?$/,
  registrationEndpoint: (server) => belowIssuer(server, '/api/v1/apps'),
  management: [],
  members: ['client_name', 'redirect_uris', 'scope', 'client_uri'],
  wireNames: { scope: 'scopes', client_uri: 'website' },
  read: ({ scope, name, ...answer }) => ({
    client_name: name,
    ...(typeof answer.redirect_uri === 'string' && { redirect_uris: answer.redirect_uri.split('\n') }),
    ...answer,
    ...(scope !== undefined && { scope: [scope].flat().join(' ') }),
  }),
}
