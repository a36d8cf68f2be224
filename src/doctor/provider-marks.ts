import { parse } from '../http/url.js'
import type { JsonObject } from '../json.js'
import { PROVIDERS } from '../onboarding/providers-by-name.js'
import { isThere, textIn } from './members.js'

/** What a server that needs a provider shows of itself beside the path of its registration endpoint. */
type Mark = readonly [what: string, isShown: (metadata: JsonObject) => boolean]

const path = (member: string, expression: RegExp): Mark => [
  `the path of ${member}`,
  (metadata) => expression.test(parse(textIn(metadata, member) ?? '')?.pathname ?? ''),
]
const host = (expression: RegExp): Mark => [
  'the host of the issuer',
  (metadata) => expression.test(parse(textIn(metadata, 'issuer') ?? '')?.hostname ?? ''),
]
const member = (name: string): Mark => [`the member ${name}`, (metadata) => isThere(metadata, name)]

/** By the name of the provider. Each is of that server alone, as far as is known. */
const MARKS: Readonly<Record<string, readonly Mark[]>> = {
  asgardeo: [host(/(^|\.)asgardeo\.io$/)],
  auth0: [host(/\.auth0\.com$/), member('mfa_challenge_endpoint')],
  awsIamIdentityCenter: [host(/^oidc\.[\w-]+\.amazonaws\.com$/)],
  curity: [path('token_endpoint', /\/oauth-token$/)],
  hydra: [member('credentials_endpoint_draft_00'), path('authorization_endpoint', /\/oauth2\/auth$/)],
  ibmVerifyAccess: [path('token_endpoint', /\/mga\/sps\/|\/isvaop?\//)],
  keycloak: [path('token_endpoint', /\/realms\/[^/]+\/protocol\/openid-connect\/token$/)],
  mastodon: [member('app_registration_endpoint')],
  okta: [host(/\.okta(preview|-emea)?\.com$/)],
  pingAm: [path('token_endpoint', /\/oauth2\/(.+\/)?access_token$/)],
  springAuthorizationServer: [path('jwks_uri', /\/oauth2\/jwks$/)],
}

const BY_PATH = 'the path of registration_endpoint'

/** A path that many servers have proves nothing. */
const COMMON_PATH = '/register'

/** The evidence for one provider. */
export interface Likely {
  /** The name by which `--provider` takes it, and by which it is exported. */
  readonly option: string
  readonly name: string
  readonly evidence: readonly string[]
}

/** The providers that there is evidence for, those with more of it first. */
export function evidenceFor(metadata: JsonObject): Likely[] {
  const registrationPath = parse(textIn(metadata, 'registration_endpoint') ?? '')?.pathname ?? ''
  const all = Object.entries(PROVIDERS).map(([option, { name, endpointPath }]) => {
    const isTelling = endpointPath !== undefined && COMMON_PATH.search(endpointPath) < 0
    const byPath = isTelling && registrationPath.search(endpointPath) >= 0
    const shown = (MARKS[option] ?? []).filter(([, isShown]) => isShown(metadata)).map(([what]) => what)
    return { option, name, evidence: [...(byPath ? [BY_PATH] : []), ...shown] }
  })
  // A path that several of them have is that of many others, too.
  const isCommon = all.filter(({ evidence }) => evidence.includes(BY_PATH)).length > 1
  const likely = all.filter(({ evidence }) => evidence.some((each) => each !== BY_PATH || !isCommon))
  return likely.sort((one, other) => other.evidence.length - one.evidence.length)
}
