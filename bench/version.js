import { readFileSync } from 'node:fs'

const places = {
  'dcr-client': '../package.json',
  ky: '../node_modules/ky/package.json',
  zod: '../node_modules/zod/package.json',
}

/** The installed version: ours, ky and zod as the root has them, the peers as bench/ has them. */
export function versionOf(name) {
  const place = places[name] ?? `node_modules/${name}/package.json`
  return JSON.parse(readFileSync(new URL(place, import.meta.url), 'utf8')).version
}
