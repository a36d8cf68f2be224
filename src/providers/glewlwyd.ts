import type { Provider } from './provider.js'

/**
 * Glewlwyd.
 *
 * A read leaves out the scope, and an update that does the same would remove it. A registration access token that is
 * used for another client is void afterwards, and 401 has an empty body.
 *
 * @see babelouest/glewlwyd src/plugin/protocol_oidc.c, docs/OIDC.md
 */
export const glewlwyd: Provider = {
  name: 'glewlwyd',
  endpointPath: /\/register\/?$/,
  leftOutOfReads: ['scope'],
  advice: { manage: { unauthorized: 'a token that was used for another client is void' } },
}
