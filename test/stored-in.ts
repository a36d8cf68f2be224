import type { ClientInformation, CredentialStore } from '../src/index.js'

/** The clients in a store; undefined stands for what is kept without one, such as the intent of a registration. */
export async function clientsIn(store: CredentialStore): Promise<(ClientInformation | undefined)[]> {
  return (await store.list()).map(([, { client }]) => client)
}
