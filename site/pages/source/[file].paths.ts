import { readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { ROOT, sources } from '../../.vitepress/documents.js'

/** More backticks than any file of ours has in a row. */
const FENCE = '`'.repeat(8)

/** A page for each file and each folder that the documents link to, so that no link leaves the site. */
export default {
  paths: () =>
    sources().map(({ path, files }) => ({
      params: { file: path },
      content: [
        `# ${path}`,
        ...files.flatMap((file) => [
          ...(file === path ? [] : [`## ${file.slice(path.length + 1)}`]),
          `${FENCE}${extname(file).slice(1)}\n${readFileSync(join(ROOT, file), 'utf8').trimEnd()}\n${FENCE}`,
        ]),
      ].join('\n\n'),
    })),
}
