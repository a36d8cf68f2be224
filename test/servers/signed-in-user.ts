import type Provider from 'oidc-provider'

/** Seconds; longer than any test. */
const LIFETIME = 600

/**
 * Opens an authorization URL as the browser of a user who has signed in at the provider, and has agreed to what is asked.
 *
 * @returns Where the user is sent back to, with the code.
 */
export async function openSignedIn(provider: Provider, authorizationUrl: URL): Promise<URL> {
  const { client_id: clientId = '', scope = 'openid' } = Object.fromEntries(authorizationUrl.searchParams)
  const grant = new provider.Grant({ accountId: 'user', clientId })
  grant.addOIDCScope(scope)
  const now = Math.floor(Date.now() / 1000)
  const session = Object.assign(new provider.Session(), {
    accountId: 'user',
    loginTs: now,
    exp: now + LIFETIME,
    authorizations: { [clientId]: { grantId: await grant.save() } },
  })
  await session.persist()
  const cookie = `${provider.cookieName('session')}=${session.jti}`
  const answer = await fetch(authorizationUrl, { redirect: 'manual', headers: { cookie } })
  return new URL(answer.headers.get('location') ?? '', authorizationUrl)
}
