// Makes dist/ with tsup, unless it was made from these very sources: tests, demo, examples and benchmarks all ask for it.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

const root = new URL('../', import.meta.url)
const STAMP = new URL('node_modules/.cache/dcr-client/built', root)

const files = [
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'tsup.config.ts',
  ...(await filesOf('src')),
]
const wanted = await digestOf(files)
const made = await readFile(STAMP, 'utf8').catch(() => '')
if (made !== `${wanted} ${await digestOf(await filesOf('dist'))}`) {
  execFileSync(process.execPath, ['node_modules/tsup/dist/cli-default.js', ...process.argv.slice(2)], {
    cwd: root,
    stdio: 'inherit',
  })
  await mkdir(new URL('.', STAMP), { recursive: true })
  await writeFile(STAMP, `${wanted} ${await digestOf(await filesOf('dist'))}`)
}

async function filesOf(folder) {
  const entries = await readdir(new URL(folder, root), { recursive: true, withFileTypes: true }).catch(
    () => [],
  )
  const paths = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => `${parentPath}/${name}`)
  return paths.map((path) => path.slice(fileURLToPath(root).length)).sort()
}

async function digestOf(paths) {
  const digest = createHash('sha256')
  for (const path of paths)
    digest
      .update(`${path}\0`)
      .update(await readFile(new URL(path, root)))
      .update('\0')
  return digest.digest('hex')
}
