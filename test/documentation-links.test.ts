import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

/* A link from one document to another leads to a file that is there, and to a heading that is in it. */

const root = fileURLToPath(new URL('..', import.meta.url))
const inFolder = (folder: string) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name))
const documents = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', ...inFolder('docs')].filter((name) =>
  name.endsWith('.md'),
)

/** What a host of repositories makes of a heading. */
function anchorsOf(document: string): string[] {
  const text = readFileSync(join(root, document), 'utf8').replace(/^```[\s\S]*?^```$/gm, '')
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}_ -]/gu, '')
      .replaceAll(' ', '-'),
  )
}

function brokenIn(document: string): string[] {
  const text = readFileSync(join(root, document), 'utf8')
  const links = [...text.matchAll(/\]\((?!\w+:)([^)#]*)(?:#([^)]*))?\)/g)]
  return links.flatMap(([link, path = '', anchor]) => {
    const target = path ? join(dirname(document), path) : document
    if (!existsSync(join(root, target))) return [`${document}: ${link}`]
    return anchor && !anchorsOf(target).includes(anchor) ? [`${document}: ${link}, no such heading`] : []
  })
}

test('links lead somewhere', () => {
  expect(documents.length).toBeGreaterThan(15)
  expect(documents.flatMap(brokenIn)).toEqual([])
})
