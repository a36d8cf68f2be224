import type { ClientInformation } from 'dcr-client'

/** What tells one state of a client's credentials from every other. */
export function credentialOf({ client_id, registration_access_token }: ClientInformation): string {
  return `${client_id} ${registration_access_token}`
}
