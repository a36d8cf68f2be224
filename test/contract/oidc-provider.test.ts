import { type ProviderOptions, startProvider } from '../servers/oidc-provider.js'
import { contract } from './contract.js'

type Varied = Required<Pick<ProviderOptions, 'registration' | 'management'>> & { path?: string }

const setUps: Record<string, Varied> = {
  'open, the token rotates on update': { registration: 'open', management: 'rotating' },
  'open, the token stays': { registration: 'open', management: 'fixed' },
  'an initial access token': {
    registration: { initialAccessToken: 'initial-access-token' },
    management: 'rotating',
  },
  'an access token for register': { registration: 'token', management: 'rotating' },
  'reading only': { registration: 'open', management: 'read' },
  'mounted below a path': { registration: 'open', management: 'rotating', path: '/tenants/one' },
}

for (const [name, { path = '', ...setUp }] of Object.entries(setUps)) {
  contract(`oidc-provider: ${name}`, {
    ...setUp,
    start: async () => ({
      ...(await startProvider({ ...setUp, path })),
      options: { allowInsecureRequests: true },
    }),
  })
}
