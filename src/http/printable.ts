/** C0, DEL and C1: what must not stand in a header, a URL or a credential. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to find
const CONTROL = /[\0-\x1f\x7f-\x9f]/

export function hasControlCharacter(text: string): boolean {
  return CONTROL.test(text)
}

/**
 * Text of a server made fit for a message: control, format (bidi, zero-width, tags), separator and lone
 * surrogate characters become visible, and the length is bounded.
 */
export function printable(text: string, longest: number): string {
  const shown = text
    .slice(0, longest)
    .replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, (odd) => `\\u{${odd.codePointAt(0)?.toString(16)}}`)
  return Math.max(text.length, shown.length) > longest ? `${shown.slice(0, longest)}…` : shown
}
