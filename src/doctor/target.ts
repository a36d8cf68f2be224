const DOCUMENT =
  /^(.*)\/\.well-known\/(?:oauth-authorization-server|openid-configuration|oauth-protected-resource)(\/.*)?$/

/** What a URL is about: people have that of a document at hand more often than the issuer. */
export function targetOf(asked: string): string {
  const url = new URL(asked)
  const [, before = '', after = ''] = DOCUMENT.exec(url.pathname) ?? []
  return DOCUMENT.test(url.pathname) ? `${url.origin}${before}${after}` : asked
}
