import { OAuthProvider } from '@cloudflare/workers-oauth-provider'

/* Runs in workerd: an authorization server which grants whatever it is asked. */

const granting = {
  async fetch(request, env) {
    const { OAUTH_PROVIDER } = env
    try {
      const authorization = await OAUTH_PROVIDER.parseAuthRequest(request)
      const { redirectTo } = await OAUTH_PROVIDER.completeAuthorization({
        request: authorization,
        userId: 'user',
        metadata: {},
        scope: authorization.scope,
        props: {},
      })
      return Response.redirect(redirectTo, 302)
    } catch (error) {
      return new Response(error.message, { status: 400 })
    }
  },
}

const provider = new OAuthProvider({
  apiRoute: '/api/',
  apiHandler: { fetch: () => new Response('granted') },
  defaultHandler: granting,
  authorizeEndpoint: '/authorize',
  tokenEndpoint: '/token',
  clientRegistrationEndpoint: '/register',
  // By default it prints what it refuses.
  onError: () => {},
  resourceMetadata: { resource: 'https://api.example.com/' },
})

/** As much of a KV namespace as the provider uses. */
const values = new Map()
const OAUTH_KV = {
  async get(key, { type } = {}) {
    const value = values.get(key)
    return value === undefined ? null : type === 'json' ? JSON.parse(value) : value
  },
  async put(key, value) {
    values.set(key, value)
  },
  async delete(key) {
    values.delete(key)
  },
  async list({ prefix = '' } = {}) {
    const keys = [...values.keys()].filter((name) => name.startsWith(prefix)).map((name) => ({ name }))
    return { keys, list_complete: true }
  },
}

export default {
  fetch: (request, env, context) => provider.fetch(request, { ...env, OAUTH_KV }, context),
}
