import { failure } from '../http/failure.js'
import { isRecord } from '../json.js'
import { printable } from '../printable.js'
import type { ManifestSecret, SecretReference } from './manifest.js'
import { type Path, type Reader, VARIABLE_NAME } from './reading.js'

/** Gives the secret of a reference. */
export type ReadSecret = (reference: SecretReference) => string | Promise<string>

/** Paths on all systems are shorter. */
const LONGEST_PATH = 4096

const HOW = 'write { env: NAME } for an environment variable, or { file: PATH } for a file'

/** The reference to a secret. What stands in its place is never repeated, as it may be the secret. */
export function readReference(
  value: unknown,
  path: Path,
  reader: Reader,
  readSecret: ReadSecret | undefined,
): ManifestSecret | undefined {
  const members = isRecord(value) ? Object.keys(value) : []
  if (!isRecord(value) || members.length !== 1)
    return void reader.refuse(path, `a secret is not taken in clear; ${HOW}`)
  const { env, file } = value
  if (typeof env === 'string' && VARIABLE_NAME.test(env)) {
    if (!readSecret && !reader.environment[env])
      return void reader.refuse(path, `the environment variable ${env} is not set, or empty`)
    const read = readSecret ?? (() => reader.environment[env] ?? '')
    return secretOf({ env }, path, read)
  }
  if (typeof file === 'string' && file !== '' && file.length <= LONGEST_PATH) {
    if (!readSecret)
      return void reader.refuse(path, 'a file can be read only where options.readSecret is given')
    return secretOf({ file }, path, readSecret)
  }
  return void reader.refuse(path, `this names no secret; ${HOW}`)
}

function secretOf(reference: SecretReference, path: Path, readSecret: ReadSecret): ManifestSecret {
  const place =
    'env' in reference
      ? `the environment variable ${reference.env}`
      : `the file ${printable(reference.file, 256)}`
  const missing = (why: string) =>
    failure({ operation: 'manifest' }, 'missing_credential', `the secret in ${place} ${why}`)
  return {
    path,
    async read() {
      // What reading throws may hold anything.
      const given: unknown = await Promise.resolve(reference)
        .then(readSecret)
        .catch(() => {
          throw missing('cannot be read')
        })
      // The line break is what writing a file by a shell leaves at its end.
      const secret = typeof given === 'string' ? given.replace(/\r?\n$/, '') : ''
      if (secret === '') throw missing('env' in reference ? 'is not set, or empty' : 'is empty')
      return secret
    },
  }
}
