import type * as exported from '../providers/index.js'
import {
  asgardeo,
  auth0,
  awork,
  awsIamIdentityCenter,
  curity,
  glewlwyd,
  hydra,
  ibmVerifyAccess,
  keycloak,
  keycloakDefault,
  mastodon,
  mitreId,
  okta,
  pingAm,
  simpleIdServer,
  springAuthorizationServer,
  wso2,
} from '../providers/index.js'
import type { Provider } from '../providers/provider.js'

/** One by one, as a namespace object would bring all of them along with each; the compiler tells which is missing. */
const all: Readonly<Record<keyof typeof exported, Provider>> = {
  asgardeo,
  auth0,
  awork,
  awsIamIdentityCenter,
  curity,
  glewlwyd,
  hydra,
  ibmVerifyAccess,
  keycloak,
  keycloakDefault,
  mastodon,
  mitreId,
  okta,
  pingAm,
  simpleIdServer,
  springAuthorizationServer,
  wso2,
}

/** All profiles by the names that a manifest and `--provider` have for them: those of their exports. */
export const PROVIDERS: Readonly<Record<string, Provider>> = all
