import { checkClient } from '../custody/keeping.js'
import type { Call } from '../http/call.js'
import { failure } from '../http/failure.js'
import { callableUrl } from '../http/url.js'
import { isRecord } from '../json.js'
import { withoutSlash } from '../registrar/entry.js'
import type { EntryOptions } from '../registrar/options.js'
import type { ClientInformation } from '../types.js'

/** Options of the calls about a resource. */
export interface ResourceOptions extends EntryOptions {
  /**
   * The `WWW-Authenticate` header of a 401 or 403 in hand, or that answer itself. The metadata of the
   * resource are read again then, and the scopes it names are asked for.
   */
  challenge?: string | Response | undefined
  /**
   * Clients that were registered by hand, by the issuer they are for. They go before all else, and nothing is
   * registered.
   */
  preRegistered?: Readonly<Record<string, ClientInformation>> | undefined
  /** The URL that is the client's identifier at servers that take client ID metadata documents. */
  clientIdMetadataDocument?: string | URL | undefined
  /**
   * Takes a client whose loopback redirect URIs differ in nothing but their ports, for servers that accept
   * any port (RFC 8252 §7.3), which not all do. Default false: the client is changed, or replaced.
   */
  anyLoopbackPort?: boolean | undefined
  /**
   * The issuer to prefer among those that the resource names, for which alone `initialAccessToken`,
   * `manageWith` and `provider` are. Default: one with a pre-registered client, else the one in use, else the
   * first.
   */
  authorizationServer?: string | URL | undefined
}

/** What a call about a resource goes by, checked. */
export interface Wishes {
  readonly challenge?: string | undefined
  readonly preRegistered: ReadonlyMap<string, ClientInformation>
  readonly document?: string | undefined
  readonly preferred?: string | undefined
  readonly anyLoopbackPort: boolean
  /** The options for the one server that they are for, and those for any other. */
  readonly entryOptionsFor: (issuer: string) => EntryOptions
}

/** Checks the options that concern a resource, before anything is sent. */
export function wishesOf(given: ResourceOptions | undefined, call: Call): Wishes {
  const refuse = (what: string) => failure(call, 'invalid_argument', what)
  if (!isRecord(given ?? {})) throw refuse('the options must be an object')
  // Own members only, so that a polluted `Object.prototype` has no say.
  const options: ResourceOptions = Object.assign(Object.create(null), given)
  const {
    challenge,
    preRegistered,
    clientIdMetadataDocument,
    authorizationServer,
    anyLoopbackPort,
    ...others
  } = options
  const { initialAccessToken, manageWith, provider, ...common } = others
  const own = <T extends object>(members: T): T => Object.assign(Object.create(null), members)
  const preferred = authorizationServer === undefined ? undefined : withoutSlash(`${authorizationServer}`)
  if (preferred !== undefined) callableUrl(preferred, 'options.authorizationServer', call)
  if ((initialAccessToken || manageWith || provider) && preferred === undefined) {
    throw refuse(
      'initialAccessToken, manageWith and provider are for one server, and the resource names which it has: name yours by options.authorizationServer',
    )
  }
  return {
    challenge: headerOf(challenge, refuse),
    preRegistered: clientsOf(preRegistered, call),
    document: identifierOf(clientIdMetadataDocument, call),
    preferred,
    anyLoopbackPort: anyLoopbackPort === true,
    entryOptionsFor: (issuer) => own(withoutSlash(issuer) === preferred ? others : common),
  }
}

function headerOf(
  challenge: ResourceOptions['challenge'],
  refuse: (what: string) => Error,
): string | undefined {
  if (challenge === undefined || typeof challenge === 'string') return challenge
  const { headers } = Object(challenge) as Partial<Response>
  if (typeof headers?.get !== 'function') {
    throw refuse('options.challenge must be a WWW-Authenticate header, or the Response that has it')
  }
  return headers.get('www-authenticate') ?? ''
}

function clientsOf(given: ResourceOptions['preRegistered'], call: Call): Wishes['preRegistered'] {
  if (!isRecord(given ?? {})) {
    throw failure(
      call,
      'invalid_argument',
      'options.preRegistered must be an object of clients by their issuers',
    )
  }
  return new Map(
    Object.entries(given ?? {}).map(([issuer, client]) => {
      callableUrl(issuer, 'an issuer of options.preRegistered', call)
      checkClient(client, call)
      return [withoutSlash(issuer), client]
    }),
  )
}

function identifierOf(given: ResourceOptions['clientIdMetadataDocument'], call: Call): string | undefined {
  if (given === undefined) return undefined
  const name = 'options.clientIdMetadataDocument'
  const { protocol, pathname } = callableUrl(given, name, call)
  // As it is written: a parser has resolved dot segments already, and servers compare characters.
  const hasDots = /\/(\.|%2e){1,2}([/?]|$)/i.test(`${given}`)
  if (protocol === 'https:' && pathname !== '/' && !hasDots) return `${given}`
  throw failure(
    call,
    'invalid_url',
    `${name} must be an https URL with a path and no dot segments, as it is the client_id`,
  )
}
