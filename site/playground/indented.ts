/** A list of words or numbers, each on a line of its own. */
const SHORT_LIST = /\[\n\s+([^[\]{}]*?)\n\s+\]/g

/** JSON as people write it, with short lists on one line; any other text as it is. */
export function indented(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2).replace(
      SHORT_LIST,
      (_match, list: string) => `[${list.replace(/\n\s+/g, ' ')}]`,
    )
  } catch {
    return text
  }
}
