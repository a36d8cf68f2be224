import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import { DCR, emptyFolder } from './run-dcr.js'

/* What a reader does with a document: saves the files that it shows, and types its commands. */

const root = fileURLToPath(new URL('../..', import.meta.url))

export interface Block {
  readonly language: string
  readonly code: string
}

/** The blocks of code of a document, in their order. */
export function blocksOf(document: string): Block[] {
  const blocks = readFileSync(join(root, document), 'utf8').matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)
  return [...blocks].map(([, language = '', code = '']) => ({ language, code }))
}

/** The name that a file of a document says of itself in its first line. */
export const nameOf = ({ code }: Block) => /^(?:\/\/|#) ([\w./-]+\.\w+)\n/.exec(code)?.[1]

/** The commands of a session, each with what the document shows of its answer. */
export function commandsOf({ code }: Block): { command: string; shown: string }[] {
  return code
    .split(/^\$ /m)
    .slice(1)
    .map((part) => {
      const [command = '', ...shown] = part.split('\n')
      return { command, shown: shown.join('\n').trim() }
    })
}

export interface Session {
  readonly folder: string
  /** Runs a command in the same shell as those before: variables stay. Gives its output, stderr behind stdout. */
  run(command: string): Promise<{ code: number | null; output: string }>
  /** Starts a command that goes on, and waits for its first output. */
  start(command: string): Promise<string>
}

/**
 * A folder in which `npm install dcr-client msw` was done, and `dcr` is a command.
 *
 * @param isInsecure - Lets `dcr` call a server of this machine that stands for one with https in the document.
 */
export function openSession(environment: Readonly<Record<string, string>>, isInsecure = false): Session {
  const folder = emptyFolder()
  const commands = join(folder, 'node_modules/.bin')
  mkdirSync(commands, { recursive: true })
  symlinkSync(root, join(folder, 'node_modules/dcr-client'))
  symlinkSync(join(root, 'node_modules/msw'), join(folder, 'node_modules/msw'))
  const command = (name: string, does: string) => {
    writeFileSync(join(commands, name), `#!/bin/sh\n${does}\n`)
    chmodSync(join(commands, name), 0o755)
  }
  const dcr = `exec '${process.execPath}' '${DCR}' "$@"`
  const insecure = `case $1 in export | list) ;; *) ${dcr} --allow-insecure-requests ;; esac`
  command('dcr', isInsecure ? `${insecure}\n${dcr}` : dcr)
  // npx without the second that it takes.
  command('npx', 'exec "$@"')
  // What was installed already.
  command('npm', ':')
  const PATH = `${commands}:${join(process.execPath, '..')}:${process.env.PATH ?? ''}`
  const env = { PATH, HOME: folder, XDG_STATE_HOME: join(folder, 'state'), ...environment }
  let exported = ''
  const begin = (line: string) => {
    const child = spawn('bash', ['-c', `${exported}${line}`], {
      cwd: folder,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    onTestFinished(() => void child.kill('SIGKILL'))
    return child
  }
  return {
    folder,
    async run(line) {
      if (line.startsWith('export ')) exported += `${line}\n`
      const child = begin(line)
      const [stdout, stderr] = await Promise.all([
        text(child.stdout),
        text(child.stderr),
        once(child, 'close'),
      ])
      return { code: child.exitCode, output: `${stdout}${stderr}`.trim() }
    },
    async start(line) {
      const [first] = await once(begin(`exec ${line}`).stdout, 'data')
      return `${first}`.trim()
    },
  }
}
