const NAMES = 'client_secret|registration_access_token|initial_access_token|access_token|client_assertion'

/** As a member of JSON, also where the text is cut, and as one of a form or a query. */
const IN_JSON = new RegExp(`("(?:${NAMES})"\\s*:\\s*")([^"]*)`, 'g')
const IN_FORM = new RegExp(`\\b((?:${NAMES})=)([^&\\s]*)`, 'g')
const IN_HEADER = /^(authorization: \S+ )(.*)$/gm

/** Enough to see that one was replaced, far too few to use it. */
const SHOWN = 4

/** A text of an exchange without its secrets. */
export function masked(text: string): string {
  const mask = (_match: string, name: string, value: string) =>
    value === '' ? name : `${name}${value.slice(0, SHOWN)}${'•'.repeat(8)}`
  return [IN_JSON, IN_FORM, IN_HEADER].reduce((shown, pattern) => shown.replace(pattern, mask), text)
}
