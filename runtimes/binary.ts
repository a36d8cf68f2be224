import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Missing } from './runtime.js'

const folder = new URL('node_modules/', import.meta.url)

/** Where a package has its binary, so that none needs a script to be run when it is installed. They are for Linux on x64. */
export function binaryOf(name: string, path: string): string {
  const binary = fileURLToPath(new URL(`${name}/${path}`, folder))
  if (!existsSync(binary)) throw new Missing(`there is no ${name} for this machine`)
  return binary
}

/** The version of a package that is installed. */
export function versionOf(name: string): string {
  return JSON.parse(readFileSync(new URL(`${name}/package.json`, folder), 'utf8')).version
}
