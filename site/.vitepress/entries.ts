import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './documents.js'

/** What users import, such as `dcr-client/stores/file`, and the file in `src` it comes from. */
export function entries(): ReadonlyMap<string, string> {
  const { exports } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
  const typed = Object.entries<{ types?: string }>(exports).filter(([, { types }]) => types)
  return new Map(
    typed.map(([path, { types = '' }]) => {
      const module = types.replace(/^\.\/dist\//, 'src/').replace(/\.d\.ts$/, '')
      const source = [`${module}.ts`, `${module}/index.ts`].find((file) => existsSync(join(ROOT, file)))
      if (!source)
        throw new Error(`package.json exports ${path}, and neither of its sources is there: ${module}`)
      return [`dcr-client${path.slice(1)}`, source]
    }),
  )
}
