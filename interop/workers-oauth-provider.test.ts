import { contract } from '../test/contract/contract.js'
import { web } from '../test/contract/set-up.js'
import { startWorker } from './servers/workers-oauth-provider.js'

contract('workers-oauth-provider', {
  registration: 'open',
  management: 'none',
  kinds: ['confidential', 'public', 'native'],
  methods: ['client_secret_basic', 'client_secret_post'],
  authorization: 'grants',
  secretLifetime: 90 * 24 * 60 * 60,
  refusals: {
    'no redirect URI where one is needed': 'invalid_client_metadata',
    'a redirect URI for no browser': 'invalid_client_metadata',
    'a relative initiate_login_uri scheme': null,
    'a scope the server does not have': null,
  },
  altered: {
    requested: { ...web, scope: 'openid', application_type: 'web', 'client_name#de': 'Vertrag' },
    told: [
      { member: 'scope', requested: 'openid' },
      { member: 'application_type', requested: 'web' },
    ],
  },
  start: startWorker,
})
