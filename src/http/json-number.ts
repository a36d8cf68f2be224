const ZERO = 0x30
const NINE = 0x39

/** Behind the number that begins there (RFC 8259 §6), or there if none does. */
export function endOfNumber(text: string, start: number): number {
  let at = start
  const digits = () => {
    const first = at
    for (let code = text.charCodeAt(at); code >= ZERO && code <= NINE; code = text.charCodeAt(++at));
    return at > first
  }
  if (text[at] === '-') at++
  if (text[at] === '0') at++
  else if (!digits()) return start
  if (text[at] === '.') {
    at++
    if (!digits()) return start
  }
  if (text[at] === 'e' || text[at] === 'E') {
    at++
    if (text[at] === '+' || text[at] === '-') at++
    if (!digits()) return start
  }
  return at
}
