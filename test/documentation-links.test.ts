import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

/* What a document leads to is there: files, headings, scripts. */

const root = fileURLToPath(new URL('..', import.meta.url))
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
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

/** What the text of a document names: scripts to run, and files and folders of this repository. */
function missingIn(document: string): string[] {
  const text = readFileSync(join(root, document), 'utf8')
  const scripts = [...text.matchAll(/npm run ([\w:]+)/g)].filter(
    ([, name = '']) => !(name in manifest.scripts),
  )
  const files = [...text.matchAll(/(?<=`)(?:test|src|bench|examples|interop|openapi)\/[\w./-]*(?=`)/g)]
  const absent = files.filter(([path]) => !existsSync(join(root, path)))
  return [...scripts, ...absent].map(([named]) => `${document}: ${named}`)
}

test('scripts and files that are named are there', () => {
  expect(documents.flatMap(missingIn)).toEqual([])
})

test('links lead somewhere', () => {
  expect(documents.length).toBeGreaterThan(15)
  expect(documents.flatMap(brokenIn)).toEqual([])
})
