/** A problem that the reader of YAML has found. */
interface Problem {
  readonly code: string
  readonly message: string
}

/** What is wrong, in words for people, and without what was found: that may be a secret. */
export function problemOf({ code, message }: Problem): string {
  if (code === 'MULTIPLE_DOCS') return 'another document begins here, and a file has one'
  if (code === 'RESOURCE_EXHAUSTION') return 'this is nested too deep'
  // What follows a colon or a quote is what was found.
  return `this is neither YAML nor JSON: ${message.replace(/\s*[:"'`].*$/s, '')}`
}
