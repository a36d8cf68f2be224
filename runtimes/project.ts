import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** A project that has the packed package, what that depends on, the suite, and nothing else. */
export interface Project {
  readonly folder: string
  remove(): void
}

/** Packs what was built, and installs that as anybody would. */
export function makeProject(): Project {
  const folder = mkdtempSync(join(tmpdir(), 'dcr-client-runtimes-'))
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module' }))
  const npm = (cwd: string, ...given: string[]) =>
    execFileSync('npm', [...given, '--ignore-scripts', '--silent'], { cwd, encoding: 'utf8' }).trim()
  const root = fileURLToPath(new URL('..', import.meta.url))
  const packed = npm(root, 'pack', '--pack-destination', folder)
  npm(folder, 'install', '--prefer-offline', '--no-audit', '--no-fund', join(folder, packed))
  cpSync(new URL('suite', import.meta.url), join(folder, 'suite'), { recursive: true })
  return { folder, remove: () => rmSync(folder, { recursive: true }) }
}
