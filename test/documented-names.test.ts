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

/** Names of specifications: the comment of what has them says of which, and that one says what they are. */
const ON_THE_WIRE = /^[a-z]+(_[a-z]+)+$/

/** What others have made: `OAuthClientProvider` of the MCP SDKs, `Pool` of pg. Their documents say what the members are. */
const OF_OTHERS = /^(HostProvider|HiddenMembers|PassedMembers|DiscoveryState|Postgres(Connection|Pool))$/

/** What of a declaration has no comment that documents it: itself, or members. What is overridden has that of the original. */
function undocumentedIn(declared: ts.Node, name: string): string[] {
  const type = ts.isTypeAliasDeclaration(declared) ? declared.type : declared
  const has =
    !OF_OTHERS.test(name) &&
    (ts.isInterfaceDeclaration(type) || ts.isClassDeclaration(type) || ts.isTypeLiteralNode(type))
      ? [...type.members]
      : []
  const isOverride = (member: ts.Node) =>
    ts.canHaveModifiers(member) &&
    (ts.getModifiers(member) ?? []).some(({ kind }) => kind === ts.SyntaxKind.OverrideKeyword)
  const named = has.filter(({ name }) => name && ts.isIdentifier(name) && !ON_THE_WIRE.test(name.text))
  const silent = named.filter((member) => !isDocumented(member) && !isOverride(member))
  return silent.map((member) => `${name}.${member.name?.getText()}`)
}

const isDocumented = (node: ts.Node) => ts.getJSDocCommentsAndTags(node).length > 0

/** The names that a file declares for others, or passes on, and what of each is not documented. */
function namesIn(file: URL): Map<string, readonly string[]> {
  const path = fileURLToPath(file)
  const source = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true)
  const names = new Map<string, readonly string[]>()
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
    const declared = ts.isVariableStatement(statement)
      ? [...statement.declarationList.declarations]
      : [statement as ts.DeclarationStatement]
    // Of a function's overloads one comment will do.
    for (const { name } of declared) {
      const text = name?.getText(source) ?? ''
      const isTold = isDocumented(statement) || names.get(text)?.includes(text) === false
      names.set(text, [...(isTold ? [] : [text]), ...undocumentedIn(statement, text)])
    }
  }
  return names
}

test('every name that users can import says what it is, and so does each of its members', () => {
  const names = entries.flatMap((entry) => [...namesIn(entry)])
  expect(names.length).toBeGreaterThan(100)
  expect(new Set(names.flatMap(([, undocumented]) => undocumented))).toEqual(new Set())
})
