import { join } from 'node:path'
import { build } from 'esbuild'
import type { Project } from './project.js'

/** A file of the suite in one piece with the package, for what has no modules to load: it must import nothing. */
export async function bundle({ folder }: Project, file: string, format: 'esm' | 'iife'): Promise<string> {
  const { outputFiles, metafile } = await build({
    entryPoints: [join(folder, 'suite', file)],
    absWorkingDir: folder,
    bundle: true,
    format,
    // Neither of Node nor of a browser: what one of them alone has is not found, and is an error.
    platform: 'neutral',
    mainFields: ['module', 'main'],
    target: 'es2022',
    write: false,
    metafile: true,
    logLevel: 'error',
  })
  const imports = Object.values(metafile.outputs).flatMap((output) => output.imports)
  if (imports.length > 0) throw new Error(`the bundle of ${file} imports ${imports.map(({ path }) => path)}`)
  return outputFiles.map(({ text }) => text).join('')
}
