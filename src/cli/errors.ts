/** The command line, or a file that it names, is not one that can be carried out. Nothing was sent. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** What cannot be done as things are, although the command line is right: no client of that name, a missing package. */
export class CommandError extends Error {
  override readonly name = 'CommandError'
}
