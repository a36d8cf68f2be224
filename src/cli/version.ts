import { readFileSync } from 'node:fs'

/** The version of the package, whose file is one folder above what is built, and two above this source. */
export function version(): string {
  for (const path of ['../package.json', '../../package.json']) {
    try {
      const { name, version } = JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'))
      if (name === 'dcr-client') return version
    } catch {
      // Another place, then.
    }
  }
  return 'unknown'
}
