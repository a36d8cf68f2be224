import { isRecord } from '../json.js'
import type { Context } from './command.js'
import { UsageError } from './errors.js'

/**
 * The secret that `--NAME-env` or `--NAME-file` names. A file may also hold the answer of a token endpoint as JSON, as
 * `dcr token --show-secrets` prints it.
 *
 * @throws {UsageError} It is not there, or there are two.
 */
export async function secretOf(
  context: Context,
  name: 'token' | 'client-secret' | 'client-key' | 'store-key',
): Promise<string | undefined> {
  const variable = context.text(`${name}-env`)
  const path = context.text(`${name}-file`)
  if (variable !== undefined && path !== undefined)
    throw new UsageError(`give --${name}-env or --${name}-file, not both`)
  if (variable !== undefined) return fromEnvironment(context, variable, `--${name}-env`)
  if (path === undefined) return undefined
  const option = `--${name}-file`
  const text = (await context.read(path, option)).trim()
  if (text === '') throw new UsageError(`what ${option} names is empty`)
  return tokenIn(text) ?? text
}

function fromEnvironment({ environment }: Context, variable: string, option: string): string {
  const value = environment[variable]
  if (value) return value
  // Anything but the usual spelling could be the secret itself.
  const shown = /^[A-Z][A-Z0-9_]{0,63}$/.test(variable)
    ? `${variable}, which ${option} names,`
    : `that ${option} names`
  throw new UsageError(`the environment variable ${shown} is not set, or empty`)
}

function tokenIn(text: string): string | undefined {
  if (!text.startsWith('{')) return undefined
  try {
    const answer: unknown = JSON.parse(text)
    return isRecord(answer) && typeof answer.access_token === 'string' ? answer.access_token : undefined
  } catch {
    return undefined
  }
}
