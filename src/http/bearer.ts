/** Visible ASCII; longer than any token in use, short enough for every server's header limit. */
const TOKEN = /^[\x21-\x7e]{1,8192}$/

/** Whether a token can stand in an `Authorization` header without forging another one. */
export function isToken(value: unknown): value is string {
  return typeof value === 'string' && TOKEN.test(value)
}
