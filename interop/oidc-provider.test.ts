import { contract, type SetUp } from '../test/contract/contract.js'
import { startProvider } from './servers/oidc-provider.js'

const setUps: Record<string, Pick<SetUp, 'registration' | 'management'> & { path?: string }> = {
  'open, the token rotates on update': { registration: 'open', management: 'rotating' },
  'open, the token stays': { registration: 'open', management: 'fixed' },
  'an initial access token': {
    registration: { initialAccessToken: 'initial-access-token' },
    management: 'rotating',
  },
  'reading only': { registration: 'open', management: 'read' },
  'no management': { registration: 'open', management: 'none' },
  'mounted below a path': { registration: 'open', management: 'rotating', path: '/tenants/one' },
}

for (const [name, { path, ...setUp }] of Object.entries(setUps)) {
  contract(`oidc-provider: ${name}`, {
    ...setUp,
    authorization: 'asks',
    start: () => startProvider(setUp, path),
  })
}
