import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import ts from 'typescript'

export const source = 'src/providers'
export const target = 'docs/providers/profiles.md'

const folder = new URL(`../${source}/`, import.meta.url)
const index = new URL('index.ts', folder)

const header = `<!-- Generated from ${source} by \`npm run generate\`. Do not edit. -->

# Profiles

What each export of \`dcr-client/providers\` changes and why, with its source, and the members that it sets. What a member
means stands in the type [\`Provider\`](../../${source}/provider.ts); which server needs which profile, in [the table of
servers](README.md).
`

/** More of a list or of a group of members than this would hide the rest of a profile. */
const MOST_ITEMS = 6
const MOST_MEMBERS = 12

/** Each profile in the order of the index, with its file and its value. */
async function profilesOf() {
  const { statements } = await parsed(index)
  const values = await valuesOf(index)
  return statements
    .filter((statement) => ts.isExportDeclaration(statement) && !statement.isTypeOnly)
    .flatMap(({ exportClause, moduleSpecifier }) =>
      exportClause.elements
        .filter((element) => !element.isTypeOnly)
        .map(({ name: { text: name } }) => ({
          name,
          value: values[name],
          file: new URL(moduleSpecifier.text.replace(/\.js$/, '.ts'), folder),
        })),
    )
}

async function parsed(file) {
  const text = await readFile(file, 'utf8')
  return ts.createSourceFile(fileURLToPath(file), text, ts.ScriptTarget.Latest, true)
}

/** What the file exports when it runs: only that knows what is spread or computed. */
async function valuesOf(file) {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(file)],
    bundle: true,
    write: false,
    format: 'esm',
  })
  return import(`data:text/javascript,${encodeURIComponent(outputFiles[0].text)}`)
}

/** The TSDoc of an export as Markdown: what it says, and its `@see`. */
async function documentationOf({ name, file }, names) {
  const { statements } = await parsed(file)
  const statement = statements.find(
    (statement) =>
      ts.isVariableStatement(statement) &&
      statement.declarationList.declarations.some((declaration) => declaration.name.text === name),
  )
  const comment = statement && ts.getJSDocCommentsAndTags(statement).find(ts.isJSDoc)
  if (!comment) throw new Error(`${fileURLToPath(file)}: ${name} has no TSDoc`)
  // TypeScript takes the URL of a link apart, so the text is read as it stands there.
  const text = comment
    .getText()
    .replace(/^\/\*\*|\*\/$/g, '')
    .replace(/^[ \t]*\* ?/gm, '')
    .replace(/\{@link (\S+?)\}/g, (_link, to) => {
      if (/^https?:/.test(to)) return `<${to}>`
      return names.includes(to) ? `[\`${to}\`](#${to.toLowerCase()})` : `\`${to}\``
    })
  const [described, ...see] = text.split(/^@see /m).map((part) => part.trim())
  return { described, see }
}

const code = (text) => `\`${text}\``

/** A member as an item of a list, with its value where that is plain data. */
function item(name, value, indent) {
  const told = (text) => [`${indent}- ${code(name)}: ${text}`]
  if (typeof value === 'function') return told('a function')
  // An advice is a part of a sentence.
  if (typeof value === 'string' && value.includes(' ')) return told(value)
  if (value instanceof RegExp || typeof value !== 'object') return told(code(value))
  if (!Array.isArray(value)) return [`${indent}- ${code(name)}:`, ...items(value, `${indent}  `)]
  return told(value.length > MOST_ITEMS ? `${value.length} members` : value.map(code).join(', ') || 'none')
}

function items(members, indent) {
  const set = Object.entries(members).filter(([, value]) => value !== undefined)
  if (set.length > MOST_MEMBERS) return [`${indent}- ${set.length} members`]
  return set.flatMap(([name, value]) => item(name, value, indent))
}

/** The page about the profiles. */
export async function generate() {
  const profiles = await profilesOf()
  const names = profiles.map(({ name }) => name)
  const sections = await Promise.all(
    profiles.map(async (profile) => {
      const { described, see } = await documentationOf(profile, names)
      const sources = see.map((source) => `\nSource: ${source}\n`).join('')
      return `\n## ${profile.name}\n\n${described}\n${sources}\n${items(profile.value, '').join('\n')}\n`
    }),
  )
  return header + sections.join('')
}
