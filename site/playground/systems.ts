import { awork, hydra, type Provider, simpleIdServer } from 'dcr-client/providers'
import type { LikeSystem } from 'dcr-client/testing'

/** A kind of server to register at. */
export interface System {
  readonly name: string
  /** Below `example.com`, which belongs to nobody: were the service worker away, nobody would be asked. */
  readonly issuer: string
  readonly like?: LikeSystem
  /** The profile of the library for it, by the name under which it is imported. */
  readonly profile?: { readonly name: string; readonly provider: Provider }
}

export const SYSTEMS = {
  reference: { name: 'Reference server: by the book', issuer: 'https://as.example.com' },
  hydra: {
    name: 'Ory Hydra',
    issuer: 'https://hydra.example.com',
    like: 'hydra',
    profile: { name: 'hydra', provider: hydra },
  },
  simpleidserver: {
    name: 'SimpleIdServer',
    issuer: 'https://sid.example.com/master',
    like: 'simpleidserver',
    profile: { name: 'simpleIdServer', provider: simpleIdServer },
  },
  awork: {
    name: 'awork',
    issuer: 'https://awork.example.com',
    like: 'awork',
    profile: { name: 'awork', provider: awork },
  },
} as const satisfies Record<string, System>

export type SystemName = keyof typeof SYSTEMS
