/** What every shell takes as one word. Who names an issuer may be anybody, and steps are copied to a shell. */
const PLAIN_URL = /^https?:\/\/[\w.~:/%+-]+$/i

/**
 * A command about an issuer, for a step that people copy.
 *
 * @returns Undefined where the issuer has characters that a shell would take for its own.
 */
export function commandFor(command: 'doctor' | 'orphans', issuer: string): string | undefined {
  return PLAIN_URL.test(issuer) ? `dcr ${command} ${issuer}` : undefined
}
