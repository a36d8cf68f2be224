/** A Markdown table, aligned so that it reads as well in a terminal. Text left, numbers right. */
export function table(head, rows) {
  const all = [head, ...rows.map((row) => row.map(String))]
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column].length)))
  const left = head.map((_, column) => column === 0 || !rows.every((row) => /^[\d–-]/.test(`${row[column]}`)))
  const line = (row) =>
    `| ${row.map((cell, column) => (left[column] ? cell.padEnd(widths[column]) : cell.padStart(widths[column]))).join(' | ')} |`
  const rule = widths.map((width, column) => (left[column] ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`))
  return [line(all[0]), `| ${rule.join(' | ')} |`, ...all.slice(1).map(line)].join('\n')
}
