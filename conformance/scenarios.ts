import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** What became of a scenario: it passed, if there is nothing to say. */
export interface Result {
  readonly scenario: string
  readonly problems: readonly string[]
}

const root = fileURLToPath(new URL('..', import.meta.url))
const suite = 'conformance/node_modules/@modelcontextprotocol/conformance/dist/index.js'
/** The suite starts it in a shell, with the URL of a server behind it. */
const command = `"${process.execPath}" --import tsx conformance/client.ts`

export async function namesOfScenarios(): Promise<string[]> {
  const { output } = await runSuite('list', '--client')
  return [...output.matchAll(/^ *- (auth\/\S+)/gm)].map(([, name = '']) => name)
}

export async function runScenario(scenario: string): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'conformance-'))
  try {
    const run = ['client', '--command', command, '--scenario', scenario, '--output-dir', folder]
    const { code, output } = await runSuite(...run)
    return { scenario, problems: code === 0 ? [] : [...(await failedChecks(folder)), ...lastWords(output)] }
  } finally {
    await rm(folder, { recursive: true })
  }
}

interface Check {
  readonly id: string
  readonly status: string
  readonly description: string
  readonly errorMessage?: string
}

async function failedChecks(folder: string): Promise<string[]> {
  const files = await readdir(folder, { recursive: true })
  const file = files.find((name) => name.endsWith('checks.json'))
  const checks: Check[] = file ? JSON.parse(await readFile(join(folder, file), 'utf8')) : []
  return checks
    .filter(({ status }) => status === 'FAILURE' || status === 'WARNING')
    .map(({ id, description, errorMessage }) => `${id}: ${errorMessage ?? description}`)
}

/** How the client ended, where it did not end well. */
function lastWords(output: string): string[] {
  const line = /^\S*(?:Error|Exception)\b.*$/m.exec(output)?.[0]
  return line ? [line] : []
}

function runSuite(...given: string[]): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [suite, ...given], { cwd: root }, (error, stdout, stderr) => {
      resolve({ code: error ? 1 : 0, output: stdout + stderr })
    })
  })
}
