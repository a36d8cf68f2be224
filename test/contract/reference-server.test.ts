import { setupServer } from 'msw/node'
import { referenceServer } from '../../src/testing/index.js'
import { registrar } from '../servers/oidc-provider.js'
import { contract, type SetUp } from './contract.js'
import { web } from './set-up.js'

const setUps: Record<string, Pick<SetUp, 'registration' | 'management'> & { issuer?: string }> = {
  'open, the token rotates on update': { registration: 'open', management: 'rotating' },
  'open, the token stays': { registration: 'open', management: 'fixed' },
  'an initial access token': {
    registration: { initialAccessToken: 'initial-access-token' },
    management: 'rotating',
  },
  'an access token for register': { registration: 'token', management: 'rotating' },
  'reading only': { registration: 'open', management: 'read' },
  'mounted below a path': {
    registration: 'open',
    management: 'rotating',
    issuer: 'https://as.example.com/tenants/one',
  },
}

for (const [name, { issuer = 'https://as.example.com', ...setUp }] of Object.entries(setUps)) {
  contract(`reference server: ${name}`, {
    ...setUp,
    // It keeps the members that oidc-provider does not know.
    altered: { requested: { ...web, software_id: 'x' }, told: [] },
    start: async () => {
      const { registration, management } = setUp
      const as = referenceServer({
        issuer,
        registration: registration === 'open' ? 'open' : 'protected',
        initialAccessTokens: typeof registration === 'object' ? [registration.initialAccessToken] : [],
        management: management === 'read' ? 'read' : 'full',
        rotateOnUpdate: management === 'rotating',
        tokenClients: [{ ...registrar, scope: 'register' }],
      })
      const network = setupServer(...as.handlers)
      network.listen({ onUnhandledRequest: 'error' })
      return { issuer, options: {}, close: () => network.close() }
    },
  })
}
