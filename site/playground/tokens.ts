/** A piece of a text, with what it is coloured by. */
export interface Token {
  readonly kind: 'name' | 'string' | 'value' | 'plain'
  readonly text: string
}

/** A header line's name, a member's name, a string, and what else has a colour in JSON. */
const PARTS =
  /(^[\w-]+:(?= )|"(?:[^"\\]|\\.)*"(?=\s*:))|("(?:[^"\\]|\\.)*"|'[^'\n]*')|(?<=[:[,] ?)(true|false|null|\d+)(?=,?$|\]|, )/gm

/** A text of an exchange in pieces. */
export function tokensOf(text: string): Token[] {
  const tokens: Token[] = []
  let end = 0
  for (const { 0: part, 1: name, 2: string, index } of text.matchAll(PARTS)) {
    tokens.push({ kind: 'plain', text: text.slice(end, index) })
    tokens.push({ kind: name ? 'name' : string ? 'string' : 'value', text: part })
    end = index + part.length
  }
  return [...tokens, { kind: 'plain', text: text.slice(end) }]
}
