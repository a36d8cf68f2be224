import type { StoredRegistration } from '../../../src/stores/store.js'

export const KEY = JSON.stringify(['https://as.example.com', 'name', 'default'])

export const registration = (client_id: string, revision?: string): StoredRegistration => ({
  issuer: 'https://as.example.com',
  client: { client_id, client_secret: 'secret', redirect_uris: ['https://app.example.com/cb'] },
  ...(revision !== undefined && { revision }),
})
