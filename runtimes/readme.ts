import { readFileSync, writeFileSync } from 'node:fs'

const file = new URL('../README.md', import.meta.url)
const [BEGIN, END] = ['<!-- runtimes: begin -->\n', '<!-- runtimes: end -->']

const HEAD = ['runtime', 'version', 'checks passed', 'not there or not passed, and why']

/** The rows as a table of Markdown. */
export function tableOf(rows: readonly (readonly string[])[]): string {
  return [HEAD, HEAD.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

/** Puts the table, and how it came to be, into its place in the README. */
export function write(table: string, run: string): void {
  const { before, after } = parts()
  writeFileSync(file, `${before}${BEGIN}\n${table}\n\n${run}\n\n${END}${after}`)
}

/** Whether the README has this table, where the rows of these runtimes are left out. */
export function isWritten(table: string, leftOut: readonly string[]): boolean {
  const lines = parts().written.split('\n')
  const rest = lines.filter((line) => !leftOut.some((name) => line.startsWith(`| ${name} |`)))
  return rest.join('\n').includes(`\n${table}\n`)
}

function parts() {
  const [before = '', rest = ''] = readFileSync(file, 'utf8').split(BEGIN)
  const [written = '', after] = rest.split(END)
  if (after === undefined) throw new Error('the README has no place for the table of the runtimes')
  return { before, written, after }
}
