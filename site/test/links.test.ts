import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { BUILT } from '../served.js'

const pages = readdirSync(BUILT, { recursive: true, encoding: 'utf8' }).filter((file) =>
  file.endsWith('.html'),
)

interface Link {
  readonly from: string
  readonly path: string
  readonly fragment: string
}

/** What a page links to on this site. */
function linksOf(page: string): Link[] {
  const html = readFileSync(join(BUILT, page), 'utf8')
  const base = new URL(page, 'http://site/')
  return [...html.matchAll(/<a\b[^>]*?\shref="([^"]+)"/g)]
    .map(([, href = '']) => new URL(href.replaceAll('&amp;', '&'), base))
    .filter(({ host }) => host === 'site')
    .map(({ pathname, hash }) => ({
      from: page,
      path: decodeURIComponent(pathname.endsWith('/') ? `${pathname}index.html` : pathname).slice(1),
      fragment: decodeURIComponent(hash.slice(1)),
    }))
}

const links = pages.flatMap(linksOf)

test('there are pages, and links between them', () => {
  expect(pages).toEqual(
    expect.arrayContaining(['index.html', 'playground.html', 'docs/stores.html', 'overview.html']),
  )
  expect(links.some(({ path, fragment }) => path === 'docs/stores.html' && fragment === 'in-doubt')).toBe(
    true,
  )
})

test('every link leads to a page, and to a place on it', () => {
  const ids = new Map<string, Set<string>>()
  const idsOf = (path: string) => {
    const html = readFileSync(join(BUILT, path), 'utf8')
    return new Set([...html.matchAll(/\sid="([^"]+)"/g)].map(([, id = '']) => id))
  }
  const dead = links.filter(({ path, fragment }) => {
    const file = path.endsWith('.html') ? path : `${path}.html`
    if (!existsSync(join(BUILT, file))) return true
    if (!ids.has(file)) ids.set(file, idsOf(file))
    return fragment !== '' && !ids.get(file)?.has(fragment)
  })
  expect(dead).toEqual([])
})
