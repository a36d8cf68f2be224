/**
 * Writes the API reference from `src`, a page for each entry of the package. A warning of TypeDoc, such as a link that
 * leads nowhere or a type that is used and not exported, is a failure.
 */
import { join } from 'node:path'
import { Application, type TypeDocOptions } from 'typedoc'
import type { PluginOptions } from 'typedoc-plugin-markdown'
import { ROOT } from './.vitepress/documents.js'
import { entries } from './.vitepress/entries.js'

const site = join(ROOT, 'site')

/** What the entries share: the members of requests and answers, generated from `openapi/dcr.yaml`. */
const MEMBERS = 'src/openapi.gen.ts'

const options: Partial<TypeDocOptions & PluginOptions> = {
  plugin: ['typedoc-plugin-markdown'],
  entryFileName: 'index.md',
  entryPoints: [...entries().values(), MEMBERS].map((source) => join(ROOT, source)),
  tsconfig: join(site, 'tsconfig.reference.json'),
  out: join(site, 'pages/api'),
  name: 'API reference',
  readme: 'none',
  router: 'module',
  hideBreadcrumbs: true,
  hidePageHeader: true,
  parametersFormat: 'table',
  interfacePropertiesFormat: 'table',
  typeDeclarationFormat: 'table',
  typeAliasPropertiesFormat: 'table',
  enumMembersFormat: 'table',
  useCodeBlocks: true,
  disableSources: true,
  logLevel: 'Warn',
  validation: { invalidLink: true, notExported: true },
}
const application = await Application.bootstrapWithPlugins(options)
const project = await application.convert()
if (project) {
  for (const module of project.children ?? []) {
    const name = module.name === 'index' ? 'dcr-client' : `dcr-client/${module.name}`
    module.name = entries().has(name) ? name : 'Members on the wire'
  }
  application.validate(project)
  await application.generateOutputs(project)
}
if (application.logger.hasErrors() || application.logger.hasWarnings()) process.exitCode = 1
