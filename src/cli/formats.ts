import { isRecord } from '../json.js'
import { printable } from '../printable.js'
import { environmentLines } from './environment-file.js'
import { safelyNamed } from './environment-names.js'
import { UsageError } from './errors.js'
import { escaped, hasOddCharacter } from './visible.js'

export const FORMATS = ['json', 'yaml', 'env', 'table'] as const
export type Format = (typeof FORMATS)[number]

/**
 * A result as text. What it cannot hold is told.
 *
 * @param width - Characters of a line of the terminal; absent where it goes to a file or a pipe.
 */
export async function formatted(
  result: unknown,
  format: Format,
  tell: (line: string) => void,
  width = Infinity,
): Promise<string> {
  if (format === 'json') return `${escaped(JSON.stringify(result, undefined, 2))}\n`
  if (format === 'yaml') return yamlOf(result)
  if (format === 'table') return tableOf(result, width)
  if (!isRecord(result)) throw new UsageError('--output env is for one client, and this is a list')
  const { lines, leftOut } = environmentLines(safelyNamed(result))
  for (const member of leftOut)
    tell(`${printable(member, 128)} cannot be written into an env file, and is left out.`)
  return lines.map((line) => `${line}\n`).join('')
}

/** YAML in which what a terminal would obey is escaped. */
export async function yamlOf(value: unknown): Promise<string> {
  const { Document, Scalar, visit } = await import('./yaml.js')
  const document = new Document(value, { aliasDuplicateObjects: false })
  visit(document, {
    Scalar(_key, node) {
      // In quotes alone there are escapes.
      if (typeof node.value === 'string' && hasOddCharacter(node.value)) node.type = Scalar.QUOTE_DOUBLE
    },
  })
  // Folded lines are hard to search.
  return escaped(document.toString({ lineWidth: 0 }))
}

/** Characters of a cell: as many as leave room for others beside it. */
const WIDEST_CELL = 72

function tableOf(result: unknown, width: number): string {
  if (isRecord(result)) {
    return columns(Object.entries(result).map(([member, value]) => [cell(member), cell(value)]))
  }
  if (!Array.isArray(result) || !result.every(isRecord)) return `${cell(result)}\n`
  const members = [...new Set(result.flatMap((row) => Object.keys(row)))]
  if (members.length === 0) return ''
  const head = members.map((member) => cell(member).toUpperCase())
  const rows = result.map((row) => members.map((member) => cell(row[member])))
  const table = columns([head, ...rows])
  return table.split('\n').some(({ length }) => length > width) ? blocks(head, rows) : table
}

/** Rows below each other, with the name of each cell beside it: a table that is broken in two cannot be read. */
function blocks(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widest = Math.max(...head.map(({ length }) => length))
  const lines = rows.flatMap((row, index) => {
    // What has no beginning goes on with the one before.
    const isMore = row[0] === ''
    const filled = row.flatMap((text, at) =>
      text === '' ? [] : `${(isMore ? '' : `${head[at]}`).padEnd(widest)}  ${text}`,
    )
    return index === 0 || isMore ? filled : ['', ...filled]
  })
  return `${lines.join('\n')}\n`
}

function cell(value: unknown): string {
  if (value === undefined || value === null) return ''
  const isWords = Array.isArray(value) && value.every((item) => typeof item === 'string')
  const text = isWords ? value.join(' ') : typeof value === 'object' ? JSON.stringify(value) : `${value}`
  return printable(text, WIDEST_CELL)
}

function columns(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, index) => Math.max(...rows.map((row) => row[index]?.length ?? 0)))
  return rows
    .map(
      (row) =>
        `${row
          .map((text, index) => text.padEnd(widths[index] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('')
}
