import type { ClientMetadata } from '../index.js'
import { likelyMeant } from '../onboarding/metadata.js'
import { printable } from '../printable.js'
import type { Context } from './command.js'
import { parseDocument } from './documents.js'
import { UsageError } from './errors.js'
import { PROVIDERS } from './options.js'

/** What a server gives and nobody may ask for, and a statement that is as good as a secret. */
const NOT_SET = ['client_secret', 'registration_access_token', 'software_statement']

/**
 * The metadata that the options ask for: those of `--metadata`, then the options of single members, then `--set`.
 *
 * @throws {UsageError}
 */
export async function requestedMetadata(context: Context): Promise<ClientMetadata> {
  const path = context.text('metadata')
  const fromFile =
    path === undefined
      ? {}
      : await parseDocument(await context.read(path, '--metadata'), path === '-' ? 'stdin' : path)
  const members = {
    redirect_uris: several(context, 'redirect-uri'),
    client_name: context.text('name'),
    scope: context.text('scope'),
    grant_types: several(context, 'grant-type'),
    token_endpoint_auth_method: context.text('auth-method'),
  }
  const given = Object.entries(members).filter(([, value]) => value !== undefined)
  const set = context.texts('set').map(memberOf)
  // What the values are is for the library to check.
  const requested = { ...fromFile, ...Object.fromEntries([...given, ...set]) }
  refuseMisspelt(context, requested)
  return requested as ClientMetadata
}

/** Servers ignore what they do not know, so that nobody would see it. One may be taken away, whoever has put it there. */
function refuseMisspelt(context: Context, requested: Readonly<Record<string, unknown>>): void {
  const provider = PROVIDERS.get(context.text('provider') ?? '')
  for (const [member, value] of Object.entries(requested)) {
    const meant = value === null ? undefined : likelyMeant(member, [provider])
    if (meant !== undefined)
      throw new UsageError(
        `no specification has the member ${printable(member, 64)}: did you mean ${meant}? Nothing was sent`,
      )
  }
}

function several(context: Context, option: string): readonly string[] | undefined {
  const values = context.texts(option)
  return values.length > 0 ? values : undefined
}

function memberOf(text: string): [string, unknown] {
  const [, member = '', value = ''] = /^([^=]+)=(.*)$/s.exec(text) ?? []
  if (member === '')
    throw new UsageError('--set must be MEMBER=VALUE, such as --set client_uri=https://app.example.com')
  if (NOT_SET.includes(member)) {
    throw new UsageError(
      `--set ${member} is not taken: an argument can be read by everybody on this machine; use --metadata FILE`,
    )
  }
  if (member === '__proto__')
    throw new UsageError(`--set ${printable(member, 64)} is no member of any metadata`)
  return [member, jsonOrText(value)]
}

/** Numbers, lists and the like are JSON; text that is none needs no quotes. */
function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
