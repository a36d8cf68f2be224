import { invalidMetadata } from '../../refusal.js'

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]']
const FORBIDDEN_SCHEMES = ['javascript:', 'vbscript:', 'data:', 'blob:', 'file:', 'about:']

interface Client {
  readonly application_type: string
  readonly grant_types: readonly string[]
}

/** OpenID Connect Registration section 2 (`application_type`), RFC 8252 sections 7 and 8.4, RFC 6749 section 3.1.2. */
export function checkRedirectUris(name: string, uris: readonly string[], client: Client): void {
  for (const uri of uris) {
    const fault = redirectUriFault(uri, client)
    if (fault !== undefined) throw invalidMetadata(`${name} ${fault}`)
  }
}

function redirectUriFault(uri: string, { application_type, grant_types }: Client): string | undefined {
  if (!URL.canParse(uri)) return 'must only contain valid uris'
  const url = new URL(uri)
  if (url.href.includes('#')) return 'must not contain fragments'
  return application_type === 'native' ? nativeFault(url) : webFault(url, grant_types.includes('implicit'))
}

function webFault({ protocol, hostname }: URL, implicit: boolean): string | undefined {
  if (protocol !== 'https:' && protocol !== 'http:') return 'must only contain web uris'
  if (!implicit) return undefined
  if (protocol === 'http:') {
    return 'for web clients using implicit flow MUST only register URLs using the https scheme'
  }
  if (hostname === 'localhost') return 'for web clients using implicit flow must not be using localhost'
  return undefined
}

function nativeFault({ protocol, hostname }: URL): string | undefined {
  const loopback = LOOPBACK.includes(hostname)
  if (protocol === 'http:' && !loopback) {
    return 'for native clients using http as a protocol can only use loopback addresses as hostnames'
  }
  if (protocol === 'https:' && loopback) {
    return `for native clients using claimed HTTPS URIs must not be using ${hostname} as hostname`
  }
  return FORBIDDEN_SCHEMES.includes(protocol)
    ? `must not use the ${protocol.slice(0, -1)} URI scheme`
    : undefined
}
