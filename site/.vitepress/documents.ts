import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The repository. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** Where the pages are that belong to the site alone; on the site they are at its root. */
const OWN_PAGES = 'site/pages/'

/** Folders whose documents are pages; of the others, single files are shown as source. */
const FOLDERS = ['docs', 'bench', 'site']

/** What VitePress is to leave out of the repository's documents. */
export const EXCLUDED = readdirSync(ROOT, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && !FOLDERS.includes(entry.name))
  .map(({ name }) => `${name}/**`)

/** Where a document is on the site, if that is not where it is in the repository. */
export function placeOf(document: string): string {
  if (document === 'README.md') return 'overview.md'
  return document.replace(OWN_PAGES, '').replace(/\bREADME\.md$/, 'index.md')
}

/** The documents of the repository that are pages, without those that belong to the site alone. */
export function documents(): string[] {
  const inRoot = readdirSync(ROOT)
  const inDocs = readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
  const all = [...inRoot, ...inDocs.map((name) => join('docs', name)), 'bench/RESULTS.md']
  return all.filter((name) => name.endsWith('.md')).sort()
}

/** The first heading of a document. */
export function titleOf(document: string): string {
  const [, title] = /^# (.+)$/m.exec(readFileSync(join(ROOT, document), 'utf8')) ?? []
  if (title === undefined) throw new Error(`${document} has no heading.`)
  return title.replaceAll('`', '')
}

/** Where on the site a relative link leads, which in the repository leads to a file. */
export function hrefOf(link: string, from: string): string {
  const [path = '', fragment] = link.split('#')
  const target = relative(ROOT, join(dirname(from), decodeURIComponent(path)))
  const isPage =
    target.endsWith('.md') && (!target.includes('/') || FOLDERS.includes(target.split('/')[0] ?? ''))
  const place = isPage ? placeOf(target).replace(/\.md$/, '') : `source/${target}`
  return `/${place}.html${fragment === undefined ? '' : `#${fragment}`}`
}

/** A file or a folder that documents link to, and that is no page: it is shown as it is. */
export interface Source {
  readonly path: string
  readonly files: readonly string[]
}

/** Everything of that kind. */
export function sources(): Source[] {
  const linked = documents().flatMap((document) => {
    const text = readFileSync(join(ROOT, document), 'utf8')
    return [...text.matchAll(/\]\((?![a-z]+:|#)([^)#\s]+)/g)].map(([, link = '']) => {
      const target = join(ROOT, dirname(document), link)
      return { target, href: hrefOf(link, join(ROOT, document)) }
    })
  })
  const shown = linked.filter(({ target, href }) => href.startsWith('/source/') && existsSync(target))
  return [...new Set(shown.map(({ target }) => relative(ROOT, target)))].map((path) => ({
    path,
    files: statSync(join(ROOT, path)).isDirectory()
      ? readdirSync(join(ROOT, path), { withFileTypes: true })
          .filter((entry) => entry.isFile())
          .map(({ name }) => join(path, name))
      : [path],
  }))
}
