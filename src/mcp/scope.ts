/** All scopes of several lists, each once (RFC 6749 §3.3); undefined where there are none. */
export function union(...scopes: readonly (string | undefined)[]): string | undefined {
  return [...new Set(scopes.flatMap(scopesOf))].join(' ') || undefined
}

function scopesOf(scope = ''): string[] {
  return scope.split(' ').filter(Boolean)
}
