/** The options of the library that have another name at a command line, as people write them there. */
const OPTIONS: Readonly<Record<string, string>> = {
  initialAccessToken: '--token-env or --token-file',
  manageWith: '--manage-with',
  name: '--as',
  only: '--only',
  provider: '--provider',
  trustedOrigins: '--trusted-origin',
}

/** What a store on a disk advises to who writes code. */
const STORES = [
  ['pass `directory`', 'name a folder by --store file:PATH'],
  [
    'open it with fileStore, or pass another directory',
    'open it by --store file:PATH, or name another folder',
  ],
  [
    'open it with journalStore, or pass another directory',
    'open it by --store journal:PATH, or name another folder',
  ],
] as const

/** A message of the library in the words of the command line. */
export function inOptions(message: string): string {
  const named = message.replace(/\b(?:options\.|the option )(\w+)/g, (all, option: string) =>
    Object.hasOwn(OPTIONS, option) ? `${OPTIONS[option]}` : all,
  )
  return STORES.reduce((text, [before, after]) => text.replace(before, after), named)
}
