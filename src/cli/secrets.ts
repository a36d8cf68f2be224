import { isRecord } from '../json.js'
import type { Context } from './command.js'
import { UsageError } from './errors.js'

/** The options by which a secret would stand in the list of processes and in the history of the shell. */
const REFUSED: Readonly<Record<string, string>> = {
  token: 'token',
  'access-token': 'token',
  'initial-access-token': 'token',
  'registration-access-token': 'client',
  'client-secret': 'client-secret',
  secret: 'client-secret',
  password: 'client-secret',
}

/**
 * Refuses a secret as an argument, without repeating it.
 *
 * @throws {UsageError}
 */
export function refuseSecretArguments(given: readonly string[]): void {
  for (const argument of given) {
    if (argument === '--') return
    const name = /^--([a-z-]+)(=|$)/.exec(argument)?.[1] ?? ''
    const instead = Object.hasOwn(REFUSED, name) ? REFUSED[name] : undefined
    if (instead === undefined) continue
    const how =
      instead === 'client'
        ? '--client FILE takes the whole client information from a file, and --client - from stdin'
        : `use --${instead}-env NAME for an environment variable, --${instead}-file PATH for a file, or --${instead}-file - for stdin`
    throw new UsageError(
      `--${name} is not taken: an argument can be read by everybody on this machine, and stays in the history of the shell; ${how}`,
    )
  }
}

/**
 * The secret that `--NAME-env` or `--NAME-file` names. A file may also hold the answer of a token endpoint as JSON, as
 * `dcr token --show-secrets` prints it.
 *
 * @throws {UsageError} It is not there, or there are two.
 */
export async function secretOf(
  context: Context,
  name: 'token' | 'client-secret',
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
