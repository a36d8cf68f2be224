import { execFile, execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { secretReader } from '../../src/cli/manifest/secret-files.js'
import { registrar, startProvider } from '../servers/oidc-provider.js'
import { writeManifest } from './apply-set-up.js'
import { DCR, emptyFolder, MANY_PROCESSES } from './run-dcr.js'

/* Secrets of a manifest that are files, or look like files. */

const ofPipes = test.skipIf(process.platform === 'win32')

test('a file is read anew each time', async () => {
  const folder = emptyFolder()
  const read = secretReader({}, folder)
  for (const secret of ['one', 'two']) {
    writeFileSync(join(folder, 'token'), secret)
    expect(await read({ file: 'token' })).toBe(secret)
  }
})

ofPipes('a pipe is read once, whoever asks for it when', async () => {
  const folder = emptyFolder()
  const pipe = join(folder, 'pipe')
  execFileSync('mkfifo', [pipe])
  const read = secretReader({}, folder)
  const [one, other] = await Promise.all([
    read({ file: 'pipe' }),
    read({ file: './pipe' }),
    writeFile(pipe, 'secret'),
  ])
  expect([one, other, await read({ file: pipe })]).toEqual(['secret', 'secret', 'secret'])
})

test.each(['/dev/zero', 'large'])('%s is too much', async (file) => {
  const folder = emptyFolder()
  writeFileSync(join(folder, 'large'), 'x'.repeat(65 * 1024))
  const read = secretReader({}, folder)
  await expect(async () => read({ file })).rejects.toThrow(/at most 65536 bytes|ENOENT/)
})

ofPipes('a secret of a pipe registers all clients', { timeout: MANY_PROCESSES }, async () => {
  const provider = await startProvider({ registration: 'token' })
  try {
    const folder = emptyFolder()
    const token = `    token: { client_id: registrar, client_secret: { file: /dev/stdin } }\n`
    const file = writeManifest(folder, provider.issuer, 2, token)
    const line = `printf %s "$SECRET" | "${process.execPath}" "${DCR}" apply ${file} --allow-insecure-requests --store file:kept`
    const environment = { PATH: process.env.PATH ?? '', SECRET: registrar.client_secret }
    const { stdout } = await promisify(execFile)('sh', ['-c', line], { cwd: folder, env: environment })
    expect(JSON.parse(stdout)).toMatchObject([{ action: 'registered' }, { action: 'registered' }])
  } finally {
    await provider.close()
  }
})
