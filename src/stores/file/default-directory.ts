import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'
import process from 'node:process'
import { DcrError } from '../../errors.js'

/**
 * Where {@link fileStore} keeps registrations if it is not told, by the convention of the platform:
 * `$XDG_STATE_HOME/dcr-client` or `~/.local/state/dcr-client`, on macOS `~/Library/Application Support/dcr-client`,
 * on Windows `%LOCALAPPDATA%\dcr-client`. It is computed from the environment with each call, and nothing is created.
 *
 * @throws {DcrError} `invalid_argument`: this user has no home directory. Pass `directory` then.
 */
export function defaultDirectory(): string {
  // The package env-paths reads the home directory once, at import, and takes a relative XDG_STATE_HOME.
  return join(stateDirectory(), 'dcr-client')
}

function stateDirectory(): string {
  if (process.platform === 'win32')
    return absolute(process.env.LOCALAPPDATA) ?? join(home(), 'AppData', 'Local')
  if (process.platform === 'darwin') return join(home(), 'Library', 'Application Support')
  return absolute(process.env.XDG_STATE_HOME) ?? join(home(), '.local', 'state')
}

/** Its specification has a relative path ignored. */
function absolute(path: string | undefined): string | undefined {
  return path !== undefined && isAbsolute(path) ? path : undefined
}

function home(): string {
  const path = absolute(told())
  if (path !== undefined) return path
  const what = 'fileStore: this user has no home directory: pass `directory`. Nothing was sent.'
  throw new DcrError('invalid_argument', what, { outcome: 'not_sent' })
}

function told(): string | undefined {
  try {
    return homedir()
  } catch {
    // HOME is not set, and the user is not known to the system.
    return undefined
  }
}
