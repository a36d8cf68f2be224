import { readFile, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { checkSecrets, type Manifest, ManifestError, parseManifest } from '../../onboarding/index.js'
import { placeOf } from '../../onboarding/manifest-error.js'
import type { Context } from '../command.js'
import { UsageError } from '../errors.js'
import { documentIn, type LocatedDocument, refused } from './located-document.js'
import { secretReader } from './secret-files.js'

/** Bytes: ten thousand clients have two million, and a document takes eighty times its size in memory. */
const LARGEST = 8 * 1024 * 1024

/**
 * The manifest of a command's argument, checked, with all the secrets that it names there to be read, if it uses them.
 *
 * @throws {UsageError} With all that is wrong, by file, line and column. Nothing was sent.
 */
export async function manifestOf(
  context: Context,
  uses: 'secrets' | 'no secrets' = 'secrets',
): Promise<Manifest> {
  const path = context.argument('manifest') ?? '-'
  if (path === '') throw new UsageError('the path of the manifest is empty')
  const name = path === '-' ? 'stdin' : path
  const document = await documentIn(await textOf(context, path), name)
  const environment = context.environment
  const readSecret = secretReader(environment, dirname(path))
  try {
    const manifest = parseManifest(document.value, { environment, readSecret })
    if (uses === 'secrets') await checkSecrets(manifest)
    return manifest
  } catch (error) {
    throw error instanceof ManifestError ? located(error, await document.located()) : error
  }
}

/** In the order of the file. */
function located({ problems }: ManifestError, document: LocatedDocument): UsageError {
  const found = problems.map(({ path, message }) => ({ path, message, offset: document.offset(path) }))
  found.sort((one, other) => one.offset - other.offset)
  return refused(
    found.map(({ path, message, offset }) => `${document.at(offset)}: ${placeOf(path)}: ${message}`),
  )
}

async function textOf(context: Context, path: string): Promise<string> {
  if (path === '-') return context.read('-', 'the manifest')
  const read = async () => {
    const found = await stat(path)
    if (found.size > LARGEST)
      throw new UsageError(
        `${path}: a manifest has at most ${LARGEST} bytes, and this has ${found.size}; split it, or generate less`,
      )
    return readFile(path)
  }
  const bytes = await read().catch((error: NodeJS.ErrnoException) => {
    if (error instanceof UsageError) throw error
    throw new UsageError(`${path}: the manifest cannot be read (${error.code ?? 'unknown'})`)
  })
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new UsageError(`${path}: this is not text in UTF-8`)
  }
}
