/** C0, DEL and C1: what must not stand in a header, a URL or a credential. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to find
const CONTROL = /[\0-\x1f\x7f-\x9f]/

export function hasControlCharacter(text: string): boolean {
  return CONTROL.test(text)
}

/** Characters of the name of a member that are shown: those of the specifications have half of it. */
export const LONGEST_NAME = 128

/**
 * Text of a server made fit for a message: control, format (bidi, zero-width, tags), separator and lone
 * surrogate characters become visible, and the length is bounded, to `longest` UTF-16 units and an ellipsis.
 */
export function printable(text: string, longest: number): string {
  const shown = text
    .slice(0, longest)
    .replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, (odd) => `\\u{${odd.codePointAt(0)?.toString(16)}}`)
  if (Math.max(text.length, shown.length) <= longest) return shown
  // Cut between the two halves of a character, it would have a half at its end.
  return `${shown.slice(0, longest).replace(/[\ud800-\udbff]$/, '')}…`
}
