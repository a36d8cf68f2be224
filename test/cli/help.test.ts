import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { catalogue } from '../../src/cli/catalogue.js'
import { parseManifest } from '../../src/onboarding/index.js'
import { folderOf } from '../servers/programs.js'
import { DCR, dcr, emptyFolder, MANY_PROCESSES } from './run-dcr.js'

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))

test('the help goes to stdout when it is asked for', { timeout: MANY_PROCESSES }, async () => {
  const { code, stdout, stderr } = await dcr(['--help'])
  expect([code, stderr]).toEqual([0, ''])
  // What is too long for a line of a terminal goes on in the next.
  const words = stdout.replace(/\s+/g, ' ')
  for (const { name, summary } of catalogue) expect(words).toContain(` ${name} ${summary} `)
  expect(await dcr(['help'])).toEqual({ code, stdout, stderr })
  expect((await dcr(['help', 'register'])).stdout).toMatch(/^Usage: dcr register /)
  expect(await dcr(['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' })
})

describe.each(catalogue)('$name', ({ name, summary, load }) => {
  test('is what the catalogue says, with an example at least, of its own options', async () => {
    const { command } = await load()
    expect([command.name, command.summary]).toEqual([name, summary])
    const known = [...command.options.map((option) => option.name), 'help']
    expect(new Set(known).size).toBe(known.length)
    for (const { command: line } of command.examples) {
      const own = line.split(/\||<\(/).filter((part) => part.includes(`dcr ${name}`))
      expect(own, line).not.toEqual([])
      const used = own.flatMap((part) => [...part.matchAll(/ --([a-z-]+)/g)].map(([, option]) => option))
      expect(
        used.filter((option) => !known.includes(option ?? '')),
        line,
      ).toEqual([])
    }
  })

  test('has its help', async () => {
    const { stdout, code } = await dcr([name, '--help'])
    expect([code, stdout]).toEqual([0, expect.stringContaining(`Usage: dcr ${name} [options]`)])
    const { command } = await load()
    for (const { what } of command.examples) expect(stdout).toContain(`  # ${what}\n`)
    expect(command.arguments.some(({ name }) => name === 'manifest')).toBe(command.exampleFile !== undefined)
    if (!command.exampleFile) return
    const { text } = command.exampleFile
    expect(stdout).toContain(text.split('\n').join('\n  ').trimEnd())
    expect(parseManifest(parse(text), { environment: { BANK_TOKEN: 'token' } }).clients).toHaveLength(1)
  })
})

describe('completion', () => {
  test('bash takes it, and completes commands, options and values', async () => {
    const folder = emptyFolder()
    writeFileSync(join(folder, 'dcr'), (await dcr(['completion', 'bash'])).stdout)
    const completed = (...words: string[]) => {
      const script = `. ./dcr; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _dcr; echo "\${COMPREPLY[*]}"`
      return execFileSync('bash', ['-c', script, 'bash', ...words], { cwd: folder, encoding: 'utf8' }).trim()
    }
    expect(completed('dcr', 're')).toBe('register renew reseal')
    expect(completed('dcr', 'register', '--red')).toBe('--redirect-uri')
    expect(completed('dcr', 'get', '--output', '')).toBe('json yaml env table')
    expect(completed('dcr', 'completion', 'z')).toBe('zsh')
    expect(completed('dcr', 'list', '--store', 'm')).toBe('memory:')
    writeFileSync(join(folder, 'shop.yaml'), '')
    for (const line of ['plan', 'apply', 'destroy', 'register --metadata', 'list --store-key-file'])
      expect(completed('dcr', ...line.split(' '), 'shop')).toBe('shop.yaml')
    expect(completed('dcr', 'apply', '--o')).toBe('--only --output')
    expect(completed('dcr', 'list', 'shop')).toBe('')
    // What is the user's to say is no file and no option.
    for (const line of ['apply --only', 'register --as', 'plan --shard'])
      expect(completed('dcr', ...line.split(' '), '')).toBe('')
  })

  test.each(['zsh', 'fish'])('%s', async (shell) => {
    const folder = emptyFolder()
    const { stdout } = await dcr(['completion', shell])
    for (const { name } of catalogue) expect(stdout).toContain(name)
    const takingFiles = { zsh: "':manifest:_files'", fish: "'__fish_seen_subcommand_from apply' -F\n" }[shell]
    expect(stdout).toContain(takingFiles)
    writeFileSync(join(folder, 'dcr'), stdout)
    // Where the shell is, it reads it.
    if (folderOf(shell)) execFileSync(shell, ['-n', join(folder, 'dcr')])
  })
})

test('the help starts within twice the time of Node itself', { timeout: MANY_PROCESSES }, () => {
  // The time of the processor, as other tests run at the same time; the least of several is what it takes undisturbed.
  const folder = emptyFolder()
  const told = `process.on('exit', () => require('node:fs').writeFileSync('cost', JSON.stringify(process.cpuUsage())))`
  writeFileSync(join(folder, 'tell.cjs'), told)
  const microseconds = (...line: string[]) => {
    const options = { cwd: folder, stdio: 'ignore' } as const
    expect(spawnSync(process.execPath, ['--require', './tell.cjs', ...line], options).status).toBe(0)
    const { user, system } = JSON.parse(readFileSync(join(folder, 'cost'), 'utf8'))
    return user + system
  }
  const node: number[] = []
  const help: number[] = []
  const isTwice = () => Math.min(...help) >= 2 * Math.min(...node)
  // Most are disturbed where much else is done: so many more are looked at for the least, if it is not there yet.
  for (let count = 0; count < 15 || (count < 60 && isTwice()); count++) {
    node.push(microseconds('-e', '0'))
    help.push(microseconds(DCR, '--help'))
  }
  expect(Math.min(...help)).toBeLessThan(2 * Math.min(...node))
})
