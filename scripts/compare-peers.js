// The table of the README against other libraries: what was measured is read from the results of the benchmarks.
import { readFile } from 'node:fs/promises'

export const source = 'bench/RESULTS.md'
export const target = 'README.md'

const [BEGIN, END] = ['<!-- peers: begin -->\n', '<!-- peers: end -->']

/** By the names of the results. */
const peers = ['dcr-client', 'oauth4webapi', 'openid-client', 'MCP SDK v1', 'MCP client v2']

/** What no run measures, from the exports and the sources of the versions that were measured. */
const READ = [
  ['reads, changes and deletes a client (RFC 7592)', 'yes', 'no', 'no', 'no', 'no'],
  ['keeps the registration access token', 'yes', 'hands it over', 'hands it over', 'drops it', 'drops it'],
  ['one registration for many processes', 'yes', 'no', 'no', 'no', 'no'],
  ['takes 200 in the place of 201', 'yes', 'no', 'no', 'yes', 'yes'],
  ['authorization code flow', 'no', 'yes', 'yes', 'for MCP', 'for MCP'],
]

/** The rows of the first table under a heading, by their first cell, each with the names of its columns. */
function tableUnder(text, heading) {
  const [, section] = text.split(`## ${heading}`)
  if (section === undefined) throw new Error(`${source} has no section "${heading}"`)
  const [head, , ...rows] = (/(?:^\|.*\|\n)+/m.exec(section)?.[0] ?? '')
    .trim()
    .split('\n')
    .map((line) =>
      line
        .slice(1, -1)
        .split('|')
        .map((cell) => cell.trim()),
    )
  const byColumn = (cells) => Object.fromEntries(cells.map((cell, column) => [head[column], cell]))
  return Object.fromEntries(rows.map((cells) => [cells[0], byColumn(cells)]))
}

/** `2 (2.27) [3]` is two round trips; what was not found has none. */
function roundTrips({ contender: _, ...layouts } = {}) {
  const counts = Object.values(layouts).map((cell) => Number.parseInt(cell, 10))
  if (counts.length === 0) return '–'
  const found = counts.filter((count) => !Number.isNaN(count))
  const [least, most] = [Math.min(...found), Math.max(...found)]
  const lost = counts.length - found.length
  return `${least === most ? least : `${least} to ${most}`}${lost ? `; ${lost} of ${counts.length} not found` : ''}`
}

/** The README with the table as the results have it. */
export async function generate() {
  const [results, readme] = await Promise.all(
    [source, target].map((path) => readFile(new URL(`../${path}`, import.meta.url), 'utf8')),
  )
  const measured = (heading) => {
    const table = tableUnder(results, heading)
    return (cellOf) => peers.map((peer) => (table[peer] ? cellOf(table[peer]) : '–'))
  }
  const hostile = Object.entries(tableUnder(results, 'Hostile servers')).find(([name]) =>
    name.startsWith('right, of'),
  )
  if (!hostile) throw new Error(`${source} has no sum of the hostile servers`)
  const [sum, right] = hostile
  const ours = `${right['dcr-client']}; guarded ${right['dcr-client, guarded']}`
  const rows = [
    [
      'round trips from an issuer to a client',
      ...measured('Round trips from an issuer')(roundTrips),
      '`npm run bench`',
    ],
    [
      'round trips from the URL of an MCP server',
      ...measured('Round trips from the URL')(roundTrips),
      '`npm run bench`',
    ],
    [
      `odd and hostile servers, ${sum}`,
      ours,
      ...peers.slice(1).map((peer) => right[peer]),
      '`npm run bench:hostile`',
    ],
    [
      'processor time of a registration, to `fetch`',
      ...measured('CPU per registration')(({ ratio }) => ratio),
      '`npm run bench`',
    ],
    [
      'bundle, gzipped',
      ...measured('Bundle size')((row) => `${(row['and gzipped'] / 1000).toFixed(1)} kB`),
      '`npm run bench`',
    ],
    ...READ.map((row) => [...row, 'their source']),
  ]
  const [, versions] = /^(dcr-client \d.*)$/m.exec(results) ?? []
  const head = ['', ...peers, 'made by']
  const table = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
  const [before, rest = ''] = readme.split(BEGIN)
  const [, after] = rest.split(END)
  if (after === undefined) throw new Error(`${target} has no place for the table`)
  return `${before}${BEGIN}\n${table}\n\n${versions}\n\n${END}${after}`
}
