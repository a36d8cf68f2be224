import { isOffered, managementExchange } from '../client/management.js'
import type { Records } from '../custody/stored.js'
import type { CustodyInTurn } from '../custody/turn.js'
import { failure } from '../http/failure.js'
import { only } from '../json.js'
import { carriedOver } from '../metadata/information.js'
import type { Intent, StoredRegistration } from '../stores/store.js'
import type { ClientInformation } from '../types.js'
import { type Entry, knownSite } from './entry.js'
import { readWith } from './fetching.js'
import { MANAGED } from './records.js'
import type { Unsaved } from './unsaved.js'

const CREDENTIALS = ['client_secret', 'registration_access_token'] as const

/**
 * Reads a client of which an answer was lost, by credentials that may be those of that answer, or older ones. A proof that the
 * server accepts, and that is another than the one kept, settles it for all of them; else the server has to tell them.
 */
export async function readByGiven(
  given: ClientInformation,
  stored: StoredRegistration,
  entry: Entry,
  unsaved: Unsaved,
  custodyInTurn: CustodyInTurn,
): Promise<ClientInformation> {
  const { client: kept = given } = stored
  const whole = carriedOver(given, kept)
  const isProof = proofOf(whole, stored, entry) !== proofOf(kept, stored, entry)
  const disputed = isProof ? [] : CREDENTIALS.filter((name) => kept[name] && kept[name] !== whole[name])
  const asked = only(
    whole,
    (member) => !disputed.some((name) => member.startsWith(name)),
  ) as ClientInformation
  const undecided = new Set<string>()
  const records: Records = {
    ...MANAGED,
    kept(now, told, clock) {
      const { client_secret_expires_at: end } = told
      const [isOfGiven, isOfKept] = [whole, kept].map(
        (one) => end !== undefined && one.client_secret_expires_at === end,
      )
      const isBySecretsEnd = isOfGiven !== isOfKept
      const ended = isOfGiven && !isOfKept ? { client_secret: whole.client_secret } : {}
      for (const name of disputed) {
        const isSettled = name === 'client_secret' && (isBySecretsEnd || !isUpdateLost(stored))
        if (told[name] === undefined && !isSettled) undecided.add(name)
      }
      const next = MANAGED.kept(now, carriedOver({ ...ended, ...told } as ClientInformation, kept), clock)
      return undecided.size === 0 ? next : { ...next, intent: doubtIn(stored), trouble: stored.trouble }
    },
  }
  // A secret that was left out to see whether the server tells it is not missing.
  const warn: Entry['call']['warn'] = (code, what, member) => {
    if (!disputed.some((name) => name === member)) entry.call.warn(code, what, member)
  }
  const reading = { ...entry, call: { ...entry.call, warn } }
  const client = await readWith(asked, stored, reading, unsaved, custodyInTurn, records)
  if (undecided.size === 0) return client
  const what = `the ${[...undecided].join(' and the ')} that was given is not the one that is kept, and the server does not tell which is in force: the one that is kept stays. If that is refused, update the client: many servers give it a new one then`
  throw failure(entry.call, 'invalid_argument', what, { outcome: 'applied' })
}

/** What a read of the client is proven by; undefined where there is nothing. */
function proofOf(client: ClientInformation, stored: StoredRegistration, entry: Entry): unknown {
  const site = knownSite(entry, stored)
  if (!isOffered('GET', client, site, entry.call)) return undefined
  const { token, authorization, url } = managementExchange('GET', client, site, entry.call)
  return token ?? authorization ?? url.search
}

/** Whether what was lost may have held a new secret: that of a read held a token at most. */
function isUpdateLost({ intent, trouble }: StoredRegistration): boolean {
  const asked = [intent?.operation, intent?.before?.operation]
  return asked.includes('update') || trouble === 'management_locked'
}

/** What is in doubt after a read that was answered. */
function doubtIn({ intent }: StoredRegistration): Intent | undefined {
  return intent?.operation === 'get' ? intent.before : intent
}
