import type { DcrError } from '../errors.js'
import { differences } from '../metadata/differences.js'
import type { ClientInformation, ClientMetadata } from '../types.js'
import { whatOf } from './asking.js'
import { ok, problem, type Said, warning } from './finding.js'
import { type Given, nextToManage, nextToRegister, nextWhereUnmanaged } from './probe-next.js'

/** Members whose values are secrets, or too long to be of use. */
const NOT_SHOWN = /^(software_statement|jwks|client_secret)$/

/** Why there is no client, or none that can be used. */
export function notMade(error: DcrError, given: Given): Said {
  const { endpoint } = error
  const what = `registering failed: ${endpoint ? `${endpoint} ` : ''}${whatOf(error)}`
  return problem(what, nextToRegister(error, given))
}

/** What was granted otherwise than asked. */
export function grantedOf(wanted: ClientMetadata, client: ClientInformation): Said[] {
  const found = differences(wanted, client)
  if (found.length === 0) return [ok('all was granted as it was asked for')]
  return found.map(({ member, requested, granted }) => {
    const now = granted === undefined ? 'the answer leaves it out' : `granted ${shown(member, granted)}`
    return warning(`${member}: asked for ${shown(member, requested)}, ${now}`)
  })
}

function shown(member: string, value: unknown): string {
  if (NOT_SHOWN.test(member)) return 'what is not shown here'
  return JSON.stringify(value) ?? 'nothing'
}

/** What a client needs later on, and was not given. */
export function lackingIn(client: ClientInformation, given: Given): Said[] {
  const { registration_access_token, registration_client_uri, client_secret_expires_at: end = 0 } = client
  const missing = [
    ...(registration_access_token ? [] : ['registration_access_token']),
    ...(registration_client_uri ? [] : ['registration_client_uri']),
  ]
  const unmanaged = `the answer has no ${missing.join(' and no ')}: clients are not managed by RFC 7592`
  const days = Math.round((end - Date.now() / 1000) / 86_400)
  return [
    ...(missing.length > 0 ? [warning(unmanaged, nextWhereUnmanaged(given))] : []),
    ...(end > 0
      ? [
          warning(
            `the secret ends in ${days} days`,
            'renew it in time: dcr renew, or Registrar.ensure in code',
          ),
        ]
      : []),
  ]
}

/** What a read or an update has shown. */
export function readAs(before: ClientInformation, after: ClientInformation, verb: 'read' | 'changed'): Said {
  if (after.client_id !== before.client_id) return problem(`when ${verb}, the client has another client_id`)
  const isRotated = after.registration_access_token !== before.registration_access_token
  const token = isRotated ? ', and has a new registration access token then' : ''
  return ok(`the client can be ${verb}${token}`)
}

/** What the server does not offer is told; what it offers and does not do is a problem. */
export function notOffered(error: DcrError, verb: string): Said {
  const { code, endpoint } = error
  const what = `the client cannot be ${verb}: ${endpoint ? `${endpoint} ` : ''}${whatOf(error)}`
  const isLack = /^(management_not_supported|missing_credential|not_found)$/.test(code)
  return isLack ? warning(what) : problem(what, nextToManage(code))
}
