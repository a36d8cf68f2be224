import type { CredentialStore, StoredRegistration } from '../../src/stores/store.js'

const ISSUER = 'https://as.example.com'

export const KEY = JSON.stringify([ISSUER, 'name', 'default'])

/** Two stores on one place. */
export interface Opened {
  readonly store: CredentialStore
  readonly other: CredentialStore
  readonly hasOneTurn: boolean
}

export const registration = (client_id: string, revision?: string): StoredRegistration => ({
  issuer: ISSUER,
  client: { client_id, redirect_uris: ['https://app.example.com/cb'] },
  ...(revision !== undefined && { revision }),
})

/** A promise that somebody else resolves. */
export function gate() {
  let open = () => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { open, opened }
}
