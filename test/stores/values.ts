import type { StoredRegistration } from '../../src/stores/store.js'
import { ascii, long } from './keys.js'

const ISSUER = 'https://as.example.com'

/** Everything a registration may have. */
const full: Required<Omit<StoredRegistration, 'revision'>> = {
  issuer: ISSUER,
  name: 'default',
  client: {
    client_id: 'c1',
    client_secret: 's1',
    client_secret_expires_at: 0,
    registration_access_token: 'rat-1',
    registration_client_uri: 'https://as.example.com/register/c1',
    redirect_uris: ['https://app.example.com/cb'],
    'client_name#ja-Jpan-JP': 'クライアント',
  },
  server: {
    issuer: ISSUER,
    registration_endpoint: 'https://as.example.com/register',
    token_endpoint: 'https://as.example.com/token',
    response_types_supported: ['code'],
  },
  requested: { redirect_uris: ['https://app.example.com/cb'], jwks: { keys: [{ kty: 'EC', crv: 'P-256' }] } },
  fingerprint: 'f1',
  intent: { id: 'i1', operation: 'update', at: 1_790_000_000, requested: { client_name: 'App' } },
  orphans: [
    { id: 'o1', reason: 'replaced', at: 1_790_000_001, client: { client_id: 'c0', client_secret: 's0' } },
    { id: 'o2', reason: 'in_doubt', at: 1_790_000_002.5, requested: { client_name: 'App' } },
  ],
  clockOffset: -0.25,
  receivedAt: 1_790_000_003,
  replacedAt: 1_790_000_004,
  trouble: 'management_locked',
  movedFrom: '["https://as.example.com","client","c1"]',
  resource: {
    identifier: 'https://mcp.example.com/mcp',
    authorizationServers: [ISSUER, 'https://other.example.com'],
    passedOver: ['https://other.example.com'],
    scope: 'tools:read',
    at: 1_790_000_003,
    document: 'https://app.example.com/client.json',
    refusedDocument: 'https://app.example.com/old.json',
  },
}

/** A member of a server's own, with the name that a careless copy loses. */
const inherited = JSON.parse('{"client_id":"c1","__proto__":{"polluted":true},"constructor":1}')

const deep = JSON.parse(`${'[{"a":'.repeat(100)}1${'}]'.repeat(100)}`)

/** Registrations as a server may make them. */
export const VALUES: Record<string, StoredRegistration> = {
  'all members': full,
  'the least there can be': { issuer: ISSUER },
  'any character': {
    issuer: ISSUER,
    client: {
      client_id: '',
      client_secret: `\u0000${ascii}\u007f\u0080\u2028\u2029\ufeff\ufffd\uffff`,
      client_name: '\ufeff鍵\u{1F511} e\u0301\u202e \ud800 \udfff \udc00\ud800',
      'client_name#\ud800': 'a tag that is none',
    },
  },
  'numbers and members of a server of its own': {
    issuer: ISSUER,
    client: {
      client_id: 'c1',
      numbers: [0, -1, 1e300, 5e-324, 2 ** 53, 0.1 + 0.2],
      nothing: null,
      no: false,
    } as never,
  },
  'names that are inherited': { issuer: ISSUER, client: inherited },
  '200 levels': { issuer: ISSUER, client: { client_id: 'c1', deep } as never },
  '300 kB': { issuer: ISSUER, client: { client_id: 'c1', client_secret: `${long}é`.repeat(30) } },
}
