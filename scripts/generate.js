// Writes the files that are made from others. With --check it writes nothing and fails if one is not what it would be.
import { readFile, writeFile } from 'node:fs/promises'
import * as peers from './compare-peers.js'
import * as cli from './document-cli.js'
import * as profiles from './document-providers.js'
import * as modules from './draw-modules.js'
import * as manifest from './generate-manifest-schema.js'
import * as types from './generate-types.js'
import * as licences from './list-licences.js'

for (const { source, target, generate } of [types, profiles, manifest, cli, licences, peers, modules]) {
  const file = new URL(`../${target}`, import.meta.url)
  const generated = await generate()
  if (!process.argv.includes('--check')) {
    await writeFile(file, generated)
  } else if (generated !== (await readFile(file, 'utf8').catch(() => ''))) {
    console.error(`${target} does not match ${source}: run \`npm run generate\`.`)
    process.exitCode = 1
  }
}
