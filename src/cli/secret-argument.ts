/** The options by which a secret would stand in the list of processes and in the history of the shell. */
const REFUSED: Readonly<Record<string, 'token' | 'client' | 'client-secret' | 'client-key' | 'store-key'>> = {
  token: 'token',
  'access-token': 'token',
  'initial-access-token': 'token',
  'registration-access-token': 'client',
  'client-secret': 'client-secret',
  secret: 'client-secret',
  'client-key': 'client-key',
  'private-key': 'client-key',
  'store-key': 'store-key',
  password: 'client-secret',
}

/** What is to be said of a secret that was given as an argument: how to give it, and not the secret. */
export function secretArgument(line: readonly string[]): string | undefined {
  const names = line.map((argument) => /^--([a-z-]+)(=|$)/.exec(argument)?.[1] ?? '')
  const name = names.find((option) => Object.hasOwn(REFUSED, option))
  if (name === undefined) return undefined
  const instead = REFUSED[name]
  const how =
    instead === 'client'
      ? '--client FILE takes the whole client information from a file, and --client - from stdin'
      : `use --${instead}-env NAME for an environment variable, --${instead}-file PATH for a file, or --${instead}-file - for stdin`
  return `--${name} is not taken: an argument can be read by everybody on this machine, and stays in the history of the shell; ${how}`
}
