/**
 * A web app lets its users log in with an OpenID Provider it has never met: it registers there, once, and leaves the
 * authorization code flow to openid-client.
 */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { memoryStore, Registrar } from 'dcr-client'
import { configurationOf } from 'dcr-client/openid-client'
import {
  authorizationCodeGrant,
  buildAuthorizationUrl,
  calculatePKCECodeChallenge,
  randomPKCECodeVerifier,
  randomState,
} from 'openid-client'
import { startProvider } from '../test/servers/oidc-provider.js'
import { openSignedIn } from '../test/servers/signed-in-user.js'
import { say } from './say.js'

const provider = await startProvider()
const app = createServer().listen(0, '127.0.0.1')
await once(app, 'listening')
const origin = `http://127.0.0.1:${(app.address() as AddressInfo).port}`
say('Started', `an OpenID Provider at ${provider.issuer}, and a web app at ${origin}`)

// From here on it is what an application has. Both sides are on this machine, so http will do.
const insecure = { allowInsecureRequests: true }
const registrar = new Registrar({ store: memoryStore(), ...insecure })
const redirect_uri = `${origin}/callback`

/** Asked for with each request: the store has the client from the second time on. */
async function configuration() {
  const registered = await registrar.ensure(provider.issuer, {
    client_name: 'Web app',
    redirect_uris: [redirect_uri],
  })
  say('  client', `${registered.client.client_id}, action "${registered.action}"`)
  return configurationOf(registered, insecure)
}

/** What an application keeps in the user's session between the two requests. */
const session = { state: '', verifier: '' }

app.on('request', async ({ url = '' }, response) => {
  const asked = new URL(url, origin)
  if (asked.pathname === '/login') {
    Object.assign(session, { state: randomState(), verifier: randomPKCECodeVerifier() })
    const place = buildAuthorizationUrl(await configuration(), {
      redirect_uri,
      scope: 'openid',
      state: session.state,
      code_challenge: await calculatePKCECodeChallenge(session.verifier),
      code_challenge_method: 'S256',
    })
    response.writeHead(302, { location: place.href }).end()
  } else {
    const tokens = await authorizationCodeGrant(await configuration(), asked, {
      expectedState: session.state,
      pkceCodeVerifier: session.verifier,
    })
    response.end(`Hello, ${tokens.claims()?.sub}`)
  }
})

// And this is the user, with a browser.
const login = await fetch(`${origin}/login`, { redirect: 'manual' })
const place = new URL(login.headers.get('location') ?? '')
say('Redirected', `to ${place.origin}${place.pathname}`)
const back = await openSignedIn(provider.provider, place)
say('Came back', `to ${back.origin}${back.pathname} with a code`)
const page = await fetch(back)
say('Logged in', await page.text())

app.close().closeAllConnections()
await provider.close()
if (!page.ok) process.exitCode = 1
