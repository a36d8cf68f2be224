const metadata = {
  redirect_uris: ['https://app.example.com/callback'],
  client_name: 'Example Application',
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  token_endpoint_auth_method: 'client_secret_basic',
}

/*
 * `load` takes the deadline in milliseconds. Each goes from an issuer to a registered client, and gives the client information that was read. Loading is
 * deferred, so that a process holds only the one that it tries. What a client has for the purpose is used: those
 * that take a signal, or a fetch that can be given one, get it.
 */
export const contenders = {
  'dcr-client': {
    async load(deadline) {
      const { DcrClient, discover } = await import('../../dist/index.js')
      const options = { timeout: deadline }
      return async (issuer) => new DcrClient(await discover(issuer, options), options).register(metadata)
    },
  },

  'dcr-client, guarded': {
    async load(deadline) {
      const { DcrClient, discover } = await import('../../dist/index.js')
      const { guardedFetch } = await import('../../dist/node.js')
      return async (issuer) => {
        // The issuer is on this machine, and so has to be allowed: it, and nothing beside it.
        const options = { timeout: deadline, fetch: guardedFetch({ allow: [new URL(issuer).host] }) }
        return new DcrClient(await discover(issuer, options), options).register(metadata)
      }
    },
  },

  oauth4webapi: {
    package: 'oauth4webapi',
    async load(deadline) {
      const oauth = await import('oauth4webapi')
      const options = { signal: () => AbortSignal.timeout(deadline) }
      return async (issuer) => {
        const url = new URL(issuer)
        const server = await oauth.processDiscoveryResponse(url, await oauth.discoveryRequest(url, options))
        const response = await oauth.dynamicClientRegistrationRequest(server, metadata, options)
        return oauth.processDynamicClientRegistrationResponse(response)
      }
    },
  },

  'openid-client': {
    package: 'openid-client',
    async load(deadline) {
      const { dynamicClientRegistration } = await import('openid-client')
      return async (issuer) => {
        // In seconds.
        const options = { timeout: deadline / 1000 }
        const configuration = await dynamicClientRegistration(new URL(issuer), metadata, undefined, options)
        return configuration.clientMetadata()
      }
    },
  },

  'MCP SDK v1': {
    package: '@modelcontextprotocol/sdk',
    load: async (deadline) => mcp(await import('@modelcontextprotocol/sdk/client/auth.js'), deadline),
  },

  'MCP client v2': {
    package: '@modelcontextprotocol/client',
    load: async (deadline) => mcp(await import('@modelcontextprotocol/client'), deadline),
  },
}

function mcp({ discoverAuthorizationServerMetadata, registerClient }, deadline) {
  const fetchFn = (url, init) => fetch(url, { ...init, signal: AbortSignal.timeout(deadline) })
  return async (issuer) => {
    const server = await discoverAuthorizationServerMetadata(issuer, { fetchFn })
    if (!server) throw new Error('no metadata was found')
    return registerClient(issuer, { metadata: server, clientMetadata: metadata, fetchFn })
  }
}
