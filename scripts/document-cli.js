import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

export const source = 'src/cli'
export const target = 'docs/cli.md'

const file = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url))

/** What is read of the commands is data: whatever a command needs to run is not loaded. */
async function commandsCodesAndStores() {
  const contents = `export { catalogue } from '${file('src/cli/catalogue.ts')}'
    export { MEANINGS } from '${file('src/cli/exit-meanings.ts')}'
    export { STORE_FORMS } from '${file('src/cli/stores.ts')}'`
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: file('.') },
    bundle: true,
    write: false,
    platform: 'node',
    format: 'esm',
    external: ['pg', 'redis'],
  })
  const { catalogue, MEANINGS, STORE_FORMS } = await import(
    `data:text/javascript,${encodeURIComponent(outputFiles[0].text)}`
  )
  const commands = await Promise.all(catalogue.map(async ({ load }) => (await load()).command))
  return { commands, codes: MEANINGS, stores: STORE_FORMS }
}

const header = `<!-- Generated from ${source} by \`npm run generate\`. Do not edit. -->

# The command \`dcr\`

Registers clients at authorization servers, keeps them, and reads, changes and deletes them: what the library does, from a
script. Nothing has to be installed for it:

\`\`\`sh
npx dcr-client register https://as.example.com --redirect-uri https://app.example.com/cb --name "App"
\`\`\`

- **stdout has the result and nothing else**, as JSON, or as a table on a terminal; \`--output json|yaml|env|table\` says otherwise.
  What is for people goes to stderr. In an env file, members that are a server's own begin with \`X_\`: one could be called \`PATH\`.
- **Clients are kept** in a store, under their issuer and a name of yours (\`--as\`, default \`default\`). By default that is a
  folder of this user; \`--store\` or \`$DCR_STORE\` names another, see below. A URL with a password in it is taken from
  \`$DCR_STORE\` alone.
- **A store is encrypted** where its key is given: \`$DCR_STORE_KEY\`, \`--store-key-env NAME\` or \`--store-key-file PATH\`, in each
  command alike. A key is \`ID:KEY\`, with any ID and 32 random bytes as hexadecimal digits or base64url:
  \`echo "2026-11:$(openssl rand -hex 32)" > store.key\`. Of several, a line for each, the first encrypts and all decrypt;
  \`dcr reseal\` saves everything with the first ([rotation](stores.md#encryption)).
- **Secrets are never arguments.** They come from the environment (\`--token-env NAME\`), from a file (\`--token-file PATH\`) or from
  stdin (\`--token-file -\`). In results they are masked (\`••••\`) unless \`--show-secrets\` is given.
- **A store that fails loses no client.** What a server has given and the store has not kept, as on a full disk, is written into a file of this
  user in the folder for temporary files; stderr says where, and what to do with it. Where the store is encrypted, only with \`--show-secrets\`.
- **Ctrl-C stops what has not begun**, and waits for the answer to what was sent, so that it is kept. A second one gives that up:
  what may have been registered then is listed by \`dcr orphans\`.
- **Many clients**: [a tutorial](tutorial.md) from nothing to ten of them, and [manifests](manifest.md).
- A provider (\`--provider\`) and credentials are not kept: give them to each command that calls the server.
`

function table(rows, head) {
  if (rows.length === 0) return ''
  const line = (cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |\n`
  return `\n${line(head)}${line(head.map(() => '---'))}${rows.map(line).join('')}`
}

function optionRow({ name, value, description, isRepeatable, choices }) {
  const known = choices ? `: ${choices.map((choice) => `\`${choice}\``).join(', ')}` : ''
  return [
    `\`--${name}${value ? ` ${value}` : ''}\``,
    `${description}${known}${isRepeatable ? '; may be repeated' : ''}`,
  ]
}

function section({ name, summary, description, arguments: names, options, examples, exampleFile }) {
  const usage = names.map(({ name, isOptional }) => (isOptional ? ` [${name}]` : ` <${name}>`)).join('')
  const told = description ? `${summary}. ${description}` : `${summary}.`
  const given = names.map(({ name, description, choices }) => [
    `\`${name}\``,
    `${description}${choices ? `: ${choices.map((choice) => `\`${choice}\``).join(', ')}` : ''}`,
  ])
  const rows = [...given, ...options.map(optionRow)]
  const file = exampleFile ? `\n${exampleFile.what}:\n\n\`\`\`yaml\n${exampleFile.text}\`\`\`\n` : ''
  const shown = examples.map(({ what, command }) => `# ${what}\n${command}\n`).join('\n')
  return `\n## dcr ${name}\n\n\`dcr ${name} [options]${usage}\`\n\n${told}\n${table(rows, ['argument or option', ''])}\n\`\`\`sh\n${shown}\`\`\`\n${file}`
}

/** The page about the command. */
export async function generate() {
  const { commands, codes, stores } = await commandsCodesAndStores()
  const exits = table(
    codes.map(([code, meaning]) => [`${code}`, meaning]),
    ['exit code', ''],
  )
  const forms = table(
    stores.map(({ form, what }) => [`\`${form}\``, what]),
    ['store', ''],
  )
  return `${header}${exits}${forms}${commands.map(section).join('')}`
}
