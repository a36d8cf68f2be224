/** Control, format (bidi, zero-width, tags), separator and lone surrogate characters, which a terminal obeys or hides. */
const ODD = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u

export function hasOddCharacter(text: string): boolean {
  return ODD.test(text)
}

/** A text in which each odd character but the line break is as JSON and YAML write it in quotes. */
export function escaped(text: string): string {
  return text.replace(new RegExp(ODD, 'gu'), (odd) => (odd === '\n' ? odd : units(odd)))
}

function units(odd: string): string {
  return odd
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('')
}
