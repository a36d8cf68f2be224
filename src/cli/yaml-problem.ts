/** A problem that the reader of YAML has found. */
interface Problem {
  readonly code: string
  readonly message: string
}

/** What is wrong, in words for people, and without what was found: that may be a secret. */
export function problemOf({ code, message }: Problem): string {
  if (code === 'MULTIPLE_DOCS') return 'another document begins here, and a file has one'
  if (code === 'RESOURCE_EXHAUSTION') return 'this is nested too deep'
  if (code === 'TAG_RESOLVE_FAILED')
    return 'what begins with ! is a tag to YAML, and this is none that is known: write a text in quotes'
  if (code === 'BAD_DIRECTIVE')
    return 'what begins with % is a directive to YAML, and this is none that is known'
  // What follows a colon or a quote is what was found.
  return broken(message.replace(/\s*[:"'`].*$/s, ''))
}

export function broken(what: string): string {
  return `this is neither YAML nor JSON: ${what}`
}
