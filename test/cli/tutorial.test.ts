import { execFile } from 'node:child_process'
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { AUTHORITY_FILE, certificate } from '../servers/certificates.js'
import { startProvider } from '../servers/oidc-provider.js'
import { DCR, emptyFolder } from './run-dcr.js'

/* The tutorial is done as it is written, in a shell, at two OpenID Providers, and shows what it says that it shows. */

const DOCUMENT = new URL('../../docs/tutorial.md', import.meta.url)
/** Milliseconds for all of it: some twenty processes, each of which has a second on a busy machine. */
const WHOLE = 90_000
/** What begins the output of the next commands: no command writes it. */
const MARK = '\u0001'

interface Part {
  /** What is given to the shell. */
  readonly script: string
  /** What the document shows as the output of it. */
  shown: string
}

/** Commands, with the files that are written or changed before them as the document has it. */
function partsOf(text: string): Part[] {
  const parts: Part[] = []
  let script = ''
  let file = ''
  for (const [, kind, content = ''] of text.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)) {
    if (kind === 'sh') {
      parts.push({ script: script + content, shown: '' })
      script = ''
    } else if (kind === 'text') {
      const last = parts.at(-1)
      if (last) last.shown = content
    } else {
      file = kind === 'diff' ? changed(file, content) : content
      script = `cat > clients.yaml <<'END OF FILE'\n${file}END OF FILE\n`
    }
  }
  return parts
}

/** The file with the lines of a difference. */
function changed(file: string, difference: string): string {
  const lines = (kind: string) =>
    difference
      .split('\n')
      .filter((line) => ` ${kind}`.includes(line.charAt(0)) && line !== '')
      .map((line) => `${line.slice(1)}\n`)
      .join('')
  expect(file).toContain(lines('-'))
  return file.replace(lines('-'), () => lines('+'))
}

/** What the commands write, part by part, to stdout and stderr as a terminal has both. */
async function outputOf(parts: readonly Part[]): Promise<string[]> {
  const folder = emptyFolder()
  const programs = join(folder, 'programs')
  const empty = join(folder, 'empty')
  for (const place of [programs, empty]) mkdirSync(place)
  writeFileSync(join(programs, 'dcr'), `#!/bin/sh\nexec "${process.execPath}" "${DCR}" "$@"\n`)
  chmodSync(join(programs, 'dcr'), 0o755)
  const script = `exec 2>&1\n${parts.map((part) => `printf '${MARK}'\n${part.script}`).join('')}`
  const env = { PATH: `${programs}:${process.env.PATH}`, HOME: folder, NODE_EXTRA_CA_CERTS: AUTHORITY_FILE }
  const written = await new Promise<string>((resolve) =>
    execFile('sh', ['-c', script], { cwd: empty, env, timeout: WHOLE }, (_error, stdout) => resolve(stdout)),
  )
  return written.split(MARK).slice(1)
}

/** What is shown, if it is that: `…` in it stands for anything within a line, and columns may be of another width. */
function alike(actual: string, shown: string): string {
  const pattern = shown
    .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
    .replace(/ {2,}/g, ' +')
    .replaceAll('…', '.+')
  return new RegExp(`^${pattern}$`).test(actual) ? shown : actual
}

test('the tutorial', { timeout: WHOLE }, async () => {
  const tls = certificate('valid')
  const bank = await startProvider({ tls })
  const partner = await startProvider({
    tls,
    registration: { initialAccessToken: 'token-of-this-year' },
    management: 'fixed',
  })
  try {
    const names = [
      ['https://as.bank.example', bank.issuer],
      ['https://login.partner.example', partner.issuer],
    ] as const
    const text = readFileSync(DOCUMENT, 'utf8')
    const given = names.reduce((done, [name, issuer]) => done.replaceAll(name, issuer), text)
    const parts = partsOf(given)
    const output = await outputOf(parts)
    const named = (done: string) => names.reduce((now, [name, issuer]) => now.replaceAll(issuer, name), done)
    const found = parts.map(({ script, shown }, index) => ({
      script,
      output: alike(output[index] ?? '', shown),
    }))
    expect(found.map((part) => named(part.output))).toEqual(parts.map((part) => named(part.shown)))
  } finally {
    await Promise.all([bank.close(), partner.close()])
  }
})
