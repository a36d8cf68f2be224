import { readdir, readFile } from 'node:fs/promises'
import { dirname, join, normalize, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

export const source = 'src'
export const target = 'docs/architecture.md'

const root = fileURLToPath(new URL('../src', import.meta.url))
const [BEGIN, END] = ['<!-- modules: begin -->\n', '<!-- modules: end -->']

/** What everything else speaks of, in files of their own. */
const GROUND = ['errors', 'json', 'openapi.gen', 'printable', 'types', 'warnings']

/** A folder is a module; so is a file that lies in none, and the ground together. */
function moduleOf(file) {
  const [first = '', ...rest] = file.split('/')
  if (rest.length > 0) return first
  return GROUND.includes(first.replace(/\.ts$/, '')) ? 'ground' : first
}

async function importsOf(file) {
  const { importedFiles } = ts.preProcessFile(await readFile(join(root, file), 'utf8'))
  const own = importedFiles.map(({ fileName }) => fileName).filter((name) => name.startsWith('.'))
  return own.map((name) => relative('/', normalize(join('/', dirname(file), name))).replace(/\.js$/, '.ts'))
}

/** For each module the others that it imports. */
async function graph() {
  const found = new Map()
  const files = await readdir(root, { recursive: true })
  for (const file of files.filter((name) => name.endsWith('.ts')).map((name) => name.replaceAll('\\', '/'))) {
    const from = moduleOf(file)
    const others = found.get(from) ?? new Set()
    for (const name of await importsOf(file)) others.add(moduleOf(name))
    others.delete(from)
    found.set(from, others)
  }
  return found
}

/** Whether one way leads from a module to another over a third: the direct line would only hide the others. */
function isLongWayRound(modules, from, to) {
  const reaches = (name, seen = new Set()) => {
    if (name === to) return true
    if (seen.has(name)) return false
    seen.add(name)
    return [...(modules.get(name) ?? [])].some((next) => reaches(next, seen))
  }
  return [...(modules.get(from) ?? [])].some((next) => next !== to && reaches(next))
}

export async function generate() {
  const modules = await graph()
  const id = (name) => name.replace(/\W/g, '_')
  const lines = [...modules.keys()].sort().flatMap((from) => [
    `  ${id(from)}["${from}"]`,
    ...[...(modules.get(from) ?? [])]
      .filter((to) => !isLongWayRound(modules, from, to))
      .sort()
      .map((to) => `  ${id(from)} --> ${id(to)}`),
  ])
  const text = await readFile(new URL(`../${target}`, import.meta.url), 'utf8')
  const [before = '', rest = ''] = text.split(BEGIN)
  const [, after] = rest.split(END)
  if (after === undefined) throw new Error(`${target} has no place for the modules`)
  const drawing = ['```mermaid', 'flowchart TD', ...lines, '```'].join('\n')
  return `${before}${BEGIN}\n${drawing}\n\n${END}${after}`
}
