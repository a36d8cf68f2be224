/** The options of the library that have another name at a command line, as people write them there. */
const OPTIONS: Readonly<Record<string, string>> = {
  initialAccessToken: '--token-env or --token-file',
  manageWith: '--manage-with',
  name: '--as',
  only: '--only',
  provider: '--provider',
  trustedOrigins: '--trusted-origin',
}

/** A message of the library in the words of the command line. */
export function inOptions(message: string): string {
  return message
    .replace(/\b(?:options\.|the option )(\w+)/g, (all, option: string) =>
      Object.hasOwn(OPTIONS, option) ? `${OPTIONS[option]}` : all,
    )
    .replace(/\bwith (file|journal)Store\b/, 'with --store $1:PATH')
    .replace('pass `directory`', 'name a directory with --store file:PATH')
    .replace('set allowInsecureRequests', 'give --allow-insecure-requests')
    .replace('pass aesGcm() with the key', 'give the key')
    .replace('this store has an encryption', 'a key was given')
}
