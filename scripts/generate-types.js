import openapiTS, { astToString, STRING } from 'openapi-typescript'
import ts from 'typescript'

const from = new URL('../openapi/dcr.yaml', import.meta.url)
const header = '// Generated from openapi/dcr.yaml by `npm run generate`. Do not edit.\n\n'

const { factory } = ts

/** To TypeScript `'web' | 'native' | string` is just `string`; with `(string & {})` editors still offer the names. */
function openEnum(type) {
  const isOpenEnum =
    ts.isUnionTypeNode(type) && type.types.includes(STRING) && !type.types.some(ts.isArrayTypeNode)
  if (!isOpenEnum) return
  const names = type.types.filter((member) => member !== STRING)
  const anyString = factory.createIntersectionTypeNode([STRING, factory.createTypeLiteralNode([])])
  return factory.createUnionTypeNode([...names, anyString])
}

/** A named type per schema, so that hovers and compile errors say `ClientMetadata` and not all it is made of. */
function schemaTypes(nodes) {
  const components = nodes.find((node) => node.name?.text === 'components')
  const schemas = components.members.find((member) => member.name.text === 'schemas')
  return schemas.type.members.map((schema) => {
    const exported = [factory.createToken(ts.SyntaxKind.ExportKeyword)]
    const type = factory.createTypeAliasDeclaration(exported, schema.name, undefined, schema.type)
    return ts.setSyntheticLeadingComments(type, ts.getSyntheticLeadingComments(schema))
  })
}

export const source = 'openapi/dcr.yaml'
export const target = 'src/openapi.gen.ts'

/** The types of the metadata, from their description. */
export async function generate() {
  const types = astToString(schemaTypes(await openapiTS(from, { postTransform: openEnum })))
  return (
    header +
    types
      .replace(/components\["schemas"\]\["(\w+)"\]/g, '$1')
      // TypeScript takes a bare sentence for the documentation and a `@description` for one tag among others.
      .replaceAll('@description ', '')
  )
}
