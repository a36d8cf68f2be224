import type { SystemName } from './systems.js'

/** How the server is, and what the client knows of it. A change of any of it starts a new server. */
export interface ServerSettings {
  system: SystemName
  /** Whether the client uses the profile that the library has for the system. */
  profile: boolean
  /** Whether registration needs an initial access token, which the client then has. */
  isProtected: boolean
  management: 'full' | 'read' | 'none'
  rotateOnUpdate: boolean
  rotateOnRead: boolean
  renewSecretOnUpdate: boolean
  secretsExpire: boolean
}

/** The reference server as it is without options. */
export function usualSettings(): ServerSettings {
  return {
    system: 'reference',
    profile: true,
    isProtected: false,
    management: 'full',
    rotateOnUpdate: true,
    rotateOnRead: false,
    renewSecretOnUpdate: false,
    secretsExpire: false,
  }
}

/** Asked for at first: the server leaves out what it does not know, so that there is a difference to see. */
export const USUAL_METADATA = `{
  "client_name": "App",
  "redirect_uris": [
    "https://app.example.com/cb"
  ],
  "scope": "openid email",
  "contacts": ["team@example.com"],
  "organization_name": "Example Ltd"
}`

export const USUAL_CHANGES = `{
  "client_name": "App 2",
  "contacts": null
}`
