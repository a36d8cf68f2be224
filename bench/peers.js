import { metadata } from './registration.js'

const insecure = { allowInsecureRequests: true }

/*
 * Every contender in the words of its own documentation. Loading is deferred, so that a process holds only the
 * one it measures. `connect` goes from an issuer to a registered client, `register` from the server's metadata;
 * both give the client information that was read.
 */
export const peers = {
  fetch: {
    async load() {
      return {
        async register({ registration_endpoint }) {
          const response = await fetch(registration_endpoint, {
            method: 'POST',
            headers: { 'content-type': 'application/json', accept: 'application/json' },
            body: JSON.stringify(metadata),
          })
          return JSON.parse(await response.text())
        },
      }
    },
  },

  ky: {
    async load() {
      const { default: ky } = await import('ky')
      return {
        register: ({ registration_endpoint }) => ky.post(registration_endpoint, { json: metadata }).json(),
      }
    },
  },

  'dcr-client': {
    async load() {
      const { DcrClient, discover } = await import('../dist/index.js')
      const clients = new WeakMap()
      const clientFor = (server) => {
        if (!clients.has(server)) clients.set(server, new DcrClient(server, insecure))
        return clients.get(server)
      }
      return {
        connect: async (issuer) =>
          new DcrClient(await discover(issuer, insecure), insecure).register(metadata),
        register: (server) => clientFor(server).register(metadata),
      }
    },
  },

  oauth4webapi: {
    package: 'oauth4webapi',
    async load() {
      const oauth = await import('oauth4webapi')
      const options = { [oauth.allowInsecureRequests]: true }
      const register = async (server) =>
        oauth.processDynamicClientRegistrationResponse(
          await oauth.dynamicClientRegistrationRequest(server, metadata, options),
        )
      /** The caller names the layout; one who does not know it tries both, the default first. */
      const discover = (issuer) =>
        firstThatWorks(['oidc', 'oauth2'], async (algorithm) =>
          oauth.processDiscoveryResponse(
            new URL(issuer),
            await oauth.discoveryRequest(new URL(issuer), { algorithm, ...options }),
          ),
        )
      return { connect: async (issuer) => register(await discover(issuer)), register }
    },
  },

  'openid-client': {
    package: 'openid-client',
    async load() {
      const { allowInsecureRequests, dynamicClientRegistration } = await import('openid-client')
      /** Discovers and registers in one call, and cannot register without; the layout is the caller's to name. */
      const connect = (issuer) =>
        firstThatWorks(['oidc', 'oauth2'], async (algorithm) => {
          const options = { algorithm, execute: [allowInsecureRequests] }
          const configuration = await dynamicClientRegistration(new URL(issuer), metadata, undefined, options)
          return configuration.clientMetadata()
        })
      return { connect }
    },
  },

  'MCP SDK v1': {
    package: '@modelcontextprotocol/sdk',
    load: async () => mcp(await import('@modelcontextprotocol/sdk/client/auth.js')),
  },

  'MCP client v2': {
    package: '@modelcontextprotocol/client',
    load: async () => mcp(await import('@modelcontextprotocol/client')),
  },
}

function mcp({ discoverAuthorizationServerMetadata, registerClient }) {
  const register = (server) => registerClient(server.issuer, { metadata: server, clientMetadata: metadata })
  return {
    register,
    async connect(issuer) {
      const server = await discoverAuthorizationServerMetadata(issuer)
      if (!server) throw new Error('no metadata was found')
      return register(server)
    },
  }
}

async function firstThatWorks(choices, attempt) {
  let failure
  for (const choice of choices) {
    try {
      return await attempt(choice)
    } catch (error) {
      failure = error
    }
  }
  throw failure
}
