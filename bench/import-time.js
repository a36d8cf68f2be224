import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { median } from './median.js'

const RUNS = 25
const WANTED = 1.15

const root = fileURLToPath(new URL('..', import.meta.url))
const bench = fileURLToPath(new URL('.', import.meta.url))

const entries = {
  'dcr-client': [root, './dist/index.js'],
  'ky and zod/mini': [root, 'ky', 'zod/mini'],
  oauth4webapi: [bench, 'oauth4webapi'],
  'MCP SDK v1 (client/auth.js)': [bench, '@modelcontextprotocol/sdk/client/auth.js'],
  'MCP client v2': [bench, '@modelcontextprotocol/client'],
}

/** Every run is a fresh process: a module is loaded once only. All take turns, as in cpu.js. */
export async function importTime() {
  const times = Object.fromEntries(Object.keys(entries).map((name) => [name, []]))
  for (let run = 0; run <= RUNS; run++) {
    for (const [name, [cwd, ...modules]] of Object.entries(entries)) {
      const milliseconds = await importOnce(cwd, modules)
      // The first one reads from the disk what the others find in memory.
      if (run > 0) times[name].push(milliseconds)
    }
  }
  const base = times['ky and zod/mini']
  const ratio = (own) => median(own.map((value, run) => value / base[run]))
  const ours = ratio(times['dcr-client'])
  return {
    title: 'Import time',
    note: `\`import()\` in a fresh process, median of ${RUNS} runs; ratio to ky and zod/mini, imported together.`,
    head: ['contender', 'ms', 'ratio'],
    rows: Object.entries(times).map(([name, own]) => [name, median(own).toFixed(1), ratio(own).toFixed(2)]),
    target: {
      name: 'import, to ky and zod/mini',
      wanted: `≤ ${WANTED.toFixed(2)}`,
      measured: ours.toFixed(2),
      met: ours <= WANTED,
    },
  }
}

async function importOnce(cwd, modules) {
  const code = `
    const started = performance.now()
    await Promise.all(${JSON.stringify(modules)}.map((module) => import(module)))
    console.log(performance.now() - started)`
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', code], {
    cwd,
  })
  return Number(stdout)
}
