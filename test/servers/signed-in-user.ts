import type Provider from 'oidc-provider'

/** Seconds; longer than any test. */
const LIFETIME = 600

/**
 * Opens an authorization URL as the browser of a user who has signed in at the provider, and has agreed to what is asked.
 * Native clients it cannot help: their users are asked each time.
 *
 * @returns Where the user is sent back to, with the code.
 */
export async function openSignedIn(provider: Provider, authorizationUrl: URL): Promise<URL> {
  const asked = Object.fromEntries(authorizationUrl.searchParams)
  const { client_id: clientId = '', scope = 'openid', redirect_uri = '' } = asked
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
  const place = new URL(answer.headers.get('location') ?? '', authorizationUrl)
  if (redirect_uri && place.href.startsWith(redirect_uri)) return place
  throw new Error(
    `The provider answered ${answer.status}, and led to ${place.pathname}: ${await answer.text()}`,
  )
}
