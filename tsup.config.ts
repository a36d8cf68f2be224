import { readFileSync } from 'node:fs'
import { defineConfig } from 'tsup'

type Exports = Record<string, string | { default: string }>
const { exports }: { exports: Exports } = JSON.parse(readFileSync('package.json', 'utf8'))

/** What users import, by the names of the files in `dist`: each is made of the `index.ts` of the folder that it is named after. */
const entry: Record<string, string> = {}
for (const [name, files] of Object.entries(exports)) {
  const built = typeof files === 'string' ? undefined : /^\.\/dist\/(.+)\.js$/.exec(files.default)?.[1]
  if (built !== undefined) entry[built] = `src/${name.slice('./'.length)}/index.ts`
}

// One copy of each class over all entries, or `instanceof DcrError` would fail between them.
const common = { format: 'esm', target: 'es2022', splitting: true, treeshake: true } as const

export default defineConfig([
  {
    ...common,
    entry: { ...entry, 'mcp-node': 'src/mcp/node.ts' },
    // The file store and the guard alone know Node. On Node `mcp` has the same types as elsewhere.
    dts: { entry, compilerOptions: { types: ['node'] } },
    clean: true,
  },
  {
    ...common,
    entry: { cli: 'src/cli/dcr.ts' },
    platform: 'node',
    // Or the alias below would not find it.
    removeNodeProtocol: false,
    // Emptied by the other, which is at work at the same time.
    clean: false,
    esbuildOptions(options) {
      options.chunkNames = 'cli/[name]-[hash]'
      // The start of `dcr` is mostly reading and compiling.
      options.minifySyntax = true
      options.minifyWhitespace = true
      options.legalComments = 'none'
      // commander and yaml are CommonJS.
      options.banner = {
        js: "import { createRequire } from 'node:module';const require=createRequire(import.meta.url);",
      }
      // commander loads it for commands that are programs of their own, which dcr has none of: a tenth of its start.
      options.alias = { 'node:child_process': 'node:events' }
    },
  },
])
