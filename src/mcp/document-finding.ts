/** One thing that a lint of a client ID metadata document has found. */
export interface DocumentFinding {
  /** `error`: servers refuse the document, or it gives a secret away. `warning`: some servers do, or it surprises. */
  readonly severity: 'error' | 'warning'
  /** What it is about, such as `redirect_uris[0]`. Absent where it is about the document as a whole. */
  readonly member?: string
  /** One sentence: what is wrong, and what to do. Never a secret. */
  readonly message: string
}

/** How a rule tells of what it has found. */
export interface FindingListener {
  error(member: string, message: string): void
  warning(member: string, message: string): void
}

/** Runs the rules, and gives what they have found, errors first. */
export function findingsOf(rules: (found: FindingListener) => void): DocumentFinding[] {
  const errors: DocumentFinding[] = []
  const warnings: DocumentFinding[] = []
  const to = (findings: DocumentFinding[], severity: DocumentFinding['severity']) => {
    return (member: string, message: string) =>
      void findings.push({ severity, ...(member && { member }), message })
  }
  rules({ error: to(errors, 'error'), warning: to(warnings, 'warning') })
  return [...errors, ...warnings]
}
