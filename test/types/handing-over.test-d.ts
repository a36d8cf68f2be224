/* What compiles: what the adapters give goes into every function of the libraries as it is. */
import * as oauth from 'oauth4webapi'
import * as openid from 'openid-client'
import type { Ensured } from '../../src/index.js'
import { argumentsOf } from '../../src/oauth4webapi/index.js'
import { configurationOf } from '../../src/openid-client/index.js'

declare const ensured: Ensured
declare function is<T>(value: T): void

const configuration = configurationOf(ensured)
is<openid.Configuration>(configuration)
is<Promise<openid.TokenEndpointResponse>>(openid.clientCredentialsGrant(configuration))

const { as, client, clientAuth, options } = argumentsOf(ensured)
is<oauth.AuthorizationServer>(as)
is<oauth.Client>(client)
is<oauth.ClientAuth>(clientAuth)
const form = new URLSearchParams()
is<Promise<Response>[]>([
  oauth.authorizationCodeGrantRequest(as, client, clientAuth, form, '', '', {
    ...options,
    signal: AbortSignal.timeout(1),
  }),
  oauth.clientCredentialsGrantRequest(as, client, clientAuth, form, options),
  oauth.deviceAuthorizationRequest(as, client, clientAuth, form, options),
  oauth.introspectionRequest(as, client, clientAuth, '', options),
  oauth.protectedResourceRequest(
    '',
    'GET',
    new URL('https://api.example.com'),
    undefined,
    undefined,
    options,
  ),
  oauth.pushedAuthorizationRequest(as, client, clientAuth, form, options),
  oauth.refreshTokenGrantRequest(as, client, clientAuth, '', options),
  oauth.revocationRequest(as, client, clientAuth, '', options),
  oauth.userInfoRequest(as, client, '', options),
])
