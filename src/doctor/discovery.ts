import { isRecord } from '../json.js'
import { commandFor } from './command-line.js'
import type { AskedPlace } from './facts.js'
import { ok, problem, type Said, warning } from './finding.js'
import { isOf } from './ladder.js'

/** What two documents of one server must say alike. */
const COMPARED = ['registration_endpoint', 'authorization_endpoint', 'token_endpoint', 'jwks_uri']

/** Whether metadata were found, and whether they are one. */
export function discoveryOf(
  places: readonly AskedPlace[],
  taken: AskedPlace | undefined,
  asked: string,
): Said[] {
  const strangers = places.filter(({ document }) => document !== undefined && !isOf(document, asked))
  const mixed = strangers.map(({ url, document }) => {
    const command = commandFor('doctor', `${document?.issuer}`)
    return problem(
      `${url} names the issuer ${document?.issuer}, not ${asked}: it must not be used (RFC 8414 §3.3)`,
      taken ? undefined : `ask for the issuer that is meant${command ? `: ${command}` : ''}`,
    )
  })
  if (!taken) return mixed.length > 0 ? mixed : [nothing(places)]
  return [
    ok(`the metadata of ${taken.url} are taken`),
    ...mixed,
    ...oddities(taken),
    ...places.flatMap((place) => [...silence(place), ...contradictions(place, taken, asked)]),
  ]
}

function nothing(places: readonly AskedPlace[]): Said {
  if (places.every(({ isSilent }) => isSilent)) {
    const what = `the server does not answer: ${places[0]?.told}`
    return problem(what, 'check the host, the port and the certificate, and whether the server is running')
  }
  const what = 'no metadata were found at any well-known path'
  if (places.some(({ isNameless }) => isNameless))
    return problem(what, 'have the server name its issuer in its metadata (RFC 8414 §2)')
  const answers = places.filter(({ isSilent }) => !isSilent)
  if (answers.every(({ status = 0 }) => status >= 500 || status === 429))
    return problem(what, `ask again later, or tell its operator: it answers ${answers[0]?.status}`)
  const redirected = places.find(({ status = 0 }) => status >= 300 && status < 400)
  return problem(
    what,
    redirected
      ? 'ask for the issuer at the place that the server redirects to: redirects are not followed'
      : 'check the issuer: a path, such as that of a tenant or a realm, is part of it',
  )
}

function silence({ url, isSilent, told }: AskedPlace): Said[] {
  const next = 'have the server answer 404 there at once: whoever discovers it waits'
  return isSilent ? [warning(`${url} does not answer: ${told}`, next)] : []
}

function oddities({ warnings }: AskedPlace): Said[] {
  return warnings.map(({ message, member }) => warning(`${member ? `${member}: ` : ''}${message}`))
}

function contradictions({ url, document }: AskedPlace, taken: AskedPlace, asked: string): Said[] {
  if (!isRecord(document) || url === taken.url || !isOf(document, asked)) return []
  const members = COMPARED.filter((member) => document[member] !== taken.document?.[member])
  if (members.length === 0) return []
  const what = `${url} has another ${members.join(' and ')} than ${taken.url}`
  return [warning(what, 'have both documents say the same: clients read either of them')]
}
