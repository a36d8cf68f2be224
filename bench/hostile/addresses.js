/** Nothing was connected to beside the server itself: neither the listener next to it nor any other host. */
const nothingElse = ({ registered, otherConnections, outside }) =>
  !registered && otherConnections === 0 && outside.length === 0

/** Where the server sends the client, and which metadata it is to believe. */
export const addresses = [
  {
    name: 'endpoint: http, at an https issuer',
    must: 'not send to it',
    other: 'http',
    metadata: ({ other }) => ({ registration_endpoint: `${other}/register` }),
    right: nothingElse,
  },
  {
    name: 'endpoint: a password in its URL',
    must: 'refuse, and not print it',
    metadata: ({ origin }) => ({
      registration_endpoint: `${origin.replace('//', '//user:password-canary@')}/register`,
    }),
    right: ({ registered, shown, posts }) => !registered && posts === 0 && !shown.includes('password-canary'),
  },
  {
    name: 'endpoint: the metadata address of clouds',
    must: 'not connect to it',
    metadata: () => ({ registration_endpoint: 'https://169.254.169.254/latest/meta-data' }),
    right: nothingElse,
  },
  {
    name: 'endpoint: this machine, as a number',
    must: 'not connect to it',
    metadata: ({ otherPort }) => ({ registration_endpoint: `https://2130706433:${otherPort}/register` }),
    right: nothingElse,
  },
  {
    name: 'endpoint: the certificate of another host',
    must: 'not send to it',
    other: 'wrong host',
    metadata: ({ other }) => ({ registration_endpoint: `${other}/register` }),
    right: ({ registered, outside }) => !registered && outside.length === 0,
  },
  {
    name: 'registration answers 307 to another origin',
    must: 'not send the body there',
    register: ({ response, at }) => response.writeHead(307, { location: `${at.other}/register` }).end(),
    right: (seen) => nothingElse(seen) && seen.posts === 1,
  },
  {
    name: 'metadata redirected to another origin',
    must: 'not follow',
    discover: ({ response, at }) => response.writeHead(302, { location: `${at.other}/metadata` }).end(),
    right: (seen) => nothingElse(seen) && seen.posts === 0,
  },
  {
    name: 'metadata of another issuer',
    must: 'send nothing',
    metadata: () => ({ issuer: 'https://honest.example.com' }),
    right: ({ registered, posts }) => !registered && posts === 0,
  },
  {
    name: 'metadata without an endpoint',
    must: 'not guess one',
    metadata: () => ({ registration_endpoint: undefined }),
    right: ({ registered, posts }) => !registered && posts === 0,
  },
  {
    name: 'an HTML page at one well-known path',
    must: 'find the metadata at the other',
    discover({ request, response }) {
      if (!request.url.endsWith('/oauth-authorization-server')) return false
      return response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>App</title>')
    },
    right: ({ registered, posts }) => registered && posts === 1,
  },
]
