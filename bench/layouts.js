/**
 * Where an issuer keeps its one metadata document. For an issuer without a path, inserting and appending are
 * the same.
 */
export const layouts = {
  'root, RFC 8414': { path: '', document: '/.well-known/oauth-authorization-server' },
  'root, OpenID': { path: '', document: '/.well-known/openid-configuration' },
  'path, RFC 8414 inserted': { path: '/tenant', document: '/.well-known/oauth-authorization-server/tenant' },
  'path, OpenID appended': { path: '/tenant', document: '/tenant/.well-known/openid-configuration' },
  'path, OpenID inserted': { path: '/tenant', document: '/.well-known/openid-configuration/tenant' },
}

/** Where the resource at `/mcp` keeps its metadata, and whether the challenge with its 401 names that place. */
export const resources = {
  'challenge names the well-known place': {
    document: '/.well-known/oauth-protected-resource/mcp',
    isNamed: true,
  },
  'well-known place, no challenge': {
    document: '/.well-known/oauth-protected-resource/mcp',
    isNamed: false,
  },
  'root, no challenge': { document: '/.well-known/oauth-protected-resource', isNamed: false },
  'challenge names another place': { document: '/metadata-of-mcp', isNamed: true },
}
