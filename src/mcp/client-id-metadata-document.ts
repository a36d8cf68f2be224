import { openCall } from '../http/call.js'
import { failure } from '../http/failure.js'
import { parse } from '../http/url.js'
import { isRecord, type JsonObject } from '../json.js'
import { isSpecified, snapshot } from '../metadata/checking.js'
import { clientInformationGuards, expectation, type Guards, passes } from '../metadata/schemas.js'
import { LONGEST_NAME, printable } from '../printable.js'
import type { ClientMetadata } from '../types.js'
import { checkClientIdentifierUrl } from './client-identifier-url.js'
import { checkAuthentication } from './document-authentication.js'
import { type DocumentFinding, type FindingListener, findingsOf } from './document-finding.js'
import { checkRedirects } from './document-redirects.js'

/** What a client publishes about itself, at the URL that is its `client_id`. */
export type ClientIdMetadataDocument<Extension extends object = object> = ClientMetadata<Extension> & {
  /** The URL of the document itself. */
  client_id: string
}

/** Bytes of a document: the draft has servers read 5 kilobytes, and a thousand bytes is the smaller kind of one. */
export const LARGEST_DOCUMENT = 5000

const guards: Guards = clientInformationGuards

/** A member that servers read or show as a link. */
const LINK = /_(uri|endpoint)(#.*)?$/

/**
 * Builds the document that makes an https URL a `client_id`, so that no registration is needed at servers whose
 * metadata say `client_id_metadata_document_supported`. It is checked, and not published: see
 * {@link serveClientIdMetadataDocument}. Without a `token_endpoint_auth_method` the client is a public one (`none`).
 *
 * @param url - Where the document will be: https, with a path, and never to change.
 * @throws {DcrError} `invalid_argument` if {@link lintClientIdMetadataDocument} finds an error in it; the message has
 *   all of them. Warnings do not throw.
 * @see draft-ietf-oauth-client-id-metadata-document
 * @example
 * const document = clientIdMetadataDocument('https://app.example.com/oauth/client.json', {
 *   client_name: 'App',
 *   redirect_uris: ['https://app.example.com/cb'],
 * })
 */
export function clientIdMetadataDocument<Extension extends object = object>(
  url: string | URL,
  metadata: ClientMetadata<Extension>,
): ClientIdMetadataDocument<Extension> {
  const operation = 'clientIdMetadataDocument'
  const members = snapshot(metadata, openCall(operation))
  const document = { client_id: `${url}`, token_endpoint_auth_method: 'none', ...members }
  refuseErrors(lintClientIdMetadataDocument(url, document), operation)
  return document as ClientIdMetadataDocument<Extension>
}

/**
 * Tells what is wrong with a client ID metadata document: what the specifications forbid, what MCP asks for, and what
 * would give a secret away. It reads nothing from the network: see {@link checkClientIdMetadataDocument}.
 *
 * @param url - Where the document is, or will be.
 * @param document - What is there, parsed.
 * @returns Errors first, then warnings; nothing where all is well.
 * @see draft-ietf-oauth-client-id-metadata-document §3, §4 and §8.7; MCP 2025-11-25, "Client ID Metadata Documents"
 */
export function lintClientIdMetadataDocument(url: string | URL, document: unknown): DocumentFinding[] {
  return findingsOf((found) => {
    checkClientIdentifierUrl(`${url}`, found)
    const text = jsonOf(document)
    const members: unknown = JSON.parse(text)
    if (!isRecord(members)) {
      found.error('', 'The document must be a JSON object.')
      return
    }
    const { client_id, client_name } = members
    if (client_id !== `${url}`)
      found.error('client_id', 'It must be the URL of the document, character for character.')
    if (typeof client_name !== 'string' || client_name === '')
      found.error('client_name', 'It must be there: it is what users are asked to trust.')
    checkMembers(members, found)
    checkAuthentication(members, found)
    checkRedirects(members, parse(`${url}`), found)
    const bytes = new TextEncoder().encode(text).length
    if (bytes > LARGEST_DOCUMENT) found.error('', tooLarge(bytes))
  })
}

/** The text that would be served; `null` of what has none. */
function jsonOf(document: unknown): string {
  try {
    return JSON.stringify(document) ?? 'null'
  } catch {
    // A cycle, a BigInt, or a getter of the caller's that throws what it likes.
    return 'null'
  }
}

function checkMembers(document: JsonObject, found: FindingListener): void {
  for (const [member, value] of Object.entries(document)) {
    const name = printable(member, LONGEST_NAME)
    const guard = isSpecified(member) && guards[member.replace(/#.*/, '')]
    if (guard && !passes(guard, value)) found.error(name, `It must be ${expectation(guard)}.`)
    else if (guard && LINK.test(member) && parse(`${value}`)?.protocol !== 'https:')
      found.error(name, 'It must be an https URL.')
    else if (!guard) found.warning(name, 'No specification has this member: is it written as it is meant?')
  }
}

/** What to say of a document of that many bytes. */
export function tooLarge(bytes: number | string): string {
  return `The document has ${bytes} bytes; servers read no more than ${LARGEST_DOCUMENT}.`
}

/** Throws where the findings have an error among them. */
export function refuseErrors(findings: readonly DocumentFinding[], operation: string): void {
  const errors = findings.filter(({ severity }) => severity === 'error')
  if (errors.length === 0) return
  const what = errors.map(({ member, message }) => (member ? `${member}: ${message}` : message)).join(' ')
  throw failure(
    { operation },
    'invalid_argument',
    `the document is not fit to be published. ${what.replace(/\.$/, '')}`,
  )
}
