import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { expect, test } from 'vitest'

/* What an editor shows of a name that users can import. Files are parsed one by one: a program of all of them takes seconds. */

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8')
const { exports } = JSON.parse(read('package.json')) as { exports: Record<string, unknown> }
const entries = Object.keys(exports)
  .filter((name) => !name.endsWith('.json'))
  .map((name) => new URL(`../src/${name.slice('./'.length) || '.'}/index.ts`, import.meta.url))

/** The names that a file declares for others, or passes on, and whether each has a comment that documents it. */
function namesIn(file: URL): Map<string, boolean> {
  const path = fileURLToPath(file)
  const source = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true)
  const names = new Map<string, boolean>()
  for (const statement of source.statements) {
    if (ts.isExportDeclaration(statement)) {
      const { exportClause, moduleSpecifier } = statement
      if (!moduleSpecifier || !ts.isStringLiteral(moduleSpecifier)) expect.fail(`${path}: export { … } alone`)
      const there = namesIn(new URL(moduleSpecifier.text.replace(/\.js$/, '.ts'), file))
      const passed =
        exportClause && ts.isNamedExports(exportClause)
          ? exportClause.elements.map(({ name, propertyName }) => [name.text, (propertyName ?? name).text])
          : [...there.keys()].map((name) => [name, name])
      for (const [as = '', name = ''] of passed)
        names.set(as, there.get(name) ?? expect.fail(`${path}: ${name}`))
      continue
    }
    const modifiers = ts.canHaveModifiers(statement) ? ts.getModifiers(statement) : undefined
    if (!modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)) continue
    const isDocumented = ts.getJSDocCommentsAndTags(statement).length > 0
    const declared = ts.isVariableStatement(statement)
      ? [...statement.declarationList.declarations]
      : [statement as ts.DeclarationStatement]
    // Of a function's overloads one comment will do.
    for (const { name } of declared) {
      const text = name?.getText(source) ?? ''
      names.set(text, isDocumented || names.get(text) === true)
    }
  }
  return names
}

test('every name that users can import says what it is', () => {
  const names = entries.flatMap((entry) => [...namesIn(entry)])
  expect(names.length).toBeGreaterThan(100)
  expect(names.filter(([, isDocumented]) => !isDocumented).map(([name]) => name)).toEqual([])
})
