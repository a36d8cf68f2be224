/** What a scope is made of (RFC 6749 §3.3). */
const SCOPE_TOKEN = /^[\x21\x23-\x5b\x5d-\x7e]+$/

/** Characters of all scopes together: real lists have some hundred, and a stranger's are added to what is registered. */
const LONGEST_SCOPE = 4096

/** All scopes of several lists, each once, as far as they are scopes; undefined where there are none. */
export function union(...scopes: readonly (string | undefined)[]): string | undefined {
  const tokens = scopes.flatMap((scope = '') => scope.split(' ')).filter((token) => SCOPE_TOKEN.test(token))
  let all = ''
  for (const token of new Set(tokens)) {
    if (all.length + 1 + token.length <= LONGEST_SCOPE) all += `${all && ' '}${token}`
  }
  return all || undefined
}
