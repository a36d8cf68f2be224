import { contract, type SetUp } from '../test/contract/contract.js'
import { web } from '../test/contract/set-up.js'
import { startBetterAuth } from './servers/better-auth.js'

const common: Omit<SetUp, 'registration' | 'start'> = {
  management: 'none',
  authorization: 'asks',
  methods: ['client_secret_basic', 'client_secret_post', 'private_key_jwt'],
  wrongSecretStatus: { client_secret_post: 400 },
  // A client gets tokens of its own only for scopes that an administrator gave it.
  tokenRefusal: 'unauthorized_client',
  refusals: {
    'a relative initiate_login_uri scheme': null,
    'a scope the server does not have': 'invalid_scope',
  },
  altered: {
    requested: { ...web, scope: 'openid' },
    told: [{ member: 'scope', requested: 'openid', granted: 'openid profile email offline_access' }],
  },
}

contract('better-auth: open', {
  ...common,
  registration: 'open',
  // Clients without a user, for those only who are known to it.
  kinds: ['confidential', 'public', 'native'],
  start: () => startBetterAuth(),
})

const initialAccessToken = 'initial-access-token'
contract('better-auth: an initial access token', {
  ...common,
  registration: { initialAccessToken },
  machine: { grant_types: ['client_credentials'], response_types: [] },
  start: () => startBetterAuth(initialAccessToken),
})
