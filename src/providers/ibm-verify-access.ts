import type { Provider } from './provider.js'

/**
 * IBM Verify Identity Access (Security Verify Access, ISAM).
 *
 * An update must hold the current `client_secret`, and is answered with a new one and a new registration access
 * token. A single redirect URI is answered as text in place of a list, which needs no profile.
 *
 * @see {@link https://www.ibm.com/docs/en/sva/11.0.3?topic=clients-oidc-dynamic-update-client}
 */
export const ibmVerifyAccess: Provider = {
  name: 'ibm-verify-access',
  endpointPath: /\/(register(\/[^/]+)?|client_registration)\/?$/,
  sentBack: ['client_secret'],
}
