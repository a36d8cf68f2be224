import { failure } from '../http/failure.js'
import { withoutSlash } from '../registrar/entry.js'
import type { Registrar } from '../registrar/registrar.js'
import { type CredentialStore, registrationKey } from '../stores/store.js'
import type { ClientTask } from './client-task.js'

/** Deletes each client, at its server and in the store. */
export function destroying(registrar: Registrar, store: CredentialStore): ClientTask {
  return async ({ name, server: { issuer, endpoints } }, server, passage) => {
    const stored = await store.get(registrationKey(withoutSlash(issuer), name))
    if (!stored?.client) return { type: 'absent' }
    server.begin()
    const options = { ...server.credentials, ...passage, name }
    const { action, client } = await registrar.remove(endpoints ? await server.metadata() : issuer, options)
    const told = client && { client_id: client.client_id }
    if (action === 'none') return { type: 'absent' }
    if (action === 'deleted') return { type: 'removed', ...told }
    const what = 'the server did not delete the client: it is no longer in use, and listed by orphans()'
    const error = failure({ operation: 'destroy' }, 'management_not_supported', what, { outcome: 'rejected' })
    return { type: 'failed', ...told, error }
  }
}
