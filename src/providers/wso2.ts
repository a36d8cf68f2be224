import type { Provider } from './provider.js'

const PATH = '/api/identity/oauth2/dcr/v1.1/register'

/** What some of its versions call members in answers, which in requests have their registered names. */
const ANSWER_NAMES = new Map([
  ['require_push_authorization_request', 'require_pushed_authorization_requests'],
  ['tls_client_certificate_bound_access_token', 'tls_client_certificate_bound_access_tokens'],
  ['request_object_encryption_algorithm', 'request_object_encryption_alg'],
  ['request_object_encryption_method', 'request_object_encryption_enc'],
])

const endpointPath = /\/identity\/oauth2\/dcr\/v[\d.]+\/register\/?$/
const advice = {
  manage: { unauthorized: 'it is said of a wrong credential and of an unknown client alike' },
}

/** Its issuer is the URL of its token endpoint. */
const registrationEndpoint: Provider['registrationEndpoint'] = ({ registration_endpoint, issuer }) =>
  registration_endpoint ?? `${issuer.replace(/\/oauth2\/token$|\/$/, '')}${PATH}`

const read: Provider['read'] = (answer) =>
  Object.fromEntries(
    Object.entries(answer).map(([member, value]) => [ANSWER_NAMES.get(member) ?? member, value]),
  )

/**
 * WSO2 Identity Server.
 *
 * Everything is done with an administrator's credentials in HTTP Basic: `initialAccessToken` is the base64 of
 * `user:password`. There are no registration access tokens, and 401 with an empty body also means that the client is
 * unknown. Some members have another name in answers than in requests; they are read by their registered names.
 *
 * @see wso2-extensions/identity-inbound-auth-oauth RegisterApiServiceImpl.java, DCRMUtils.java
 */
export const wso2: Provider = {
  name: 'wso2',
  endpointPath,
  registrationEndpoint,
  scheme: 'Basic',
  manageWith: 'initial_access_token',
  managedAt: 'path',
  read,
  advice,
}

/**
 * Asgardeo: {@link wso2} as a service, with a bearer token as `initialAccessToken`.
 *
 * @see {@link https://wso2.com/asgardeo/docs/guides/authentication/oidc/oauth-dynamic-client-registration}
 */
export const asgardeo: Provider = {
  name: 'asgardeo',
  endpointPath,
  registrationEndpoint,
  manageWith: 'initial_access_token',
  managedAt: 'path',
  read,
  advice,
}
