import type { Call } from '../http/call.js'
import { failure } from '../http/failure.js'
import { parse } from '../http/url.js'
import { isPlain, isRecord } from '../json.js'
import { isSpecified } from '../metadata/checking.js'
import type { Provider } from '../providers/provider.js'
import type { AuthorizationServerMetadata } from '../types.js'
import { WAYS } from './management.js'

const isText = (value: unknown) => typeof value === 'string' && value !== ''
const isFlag = (value: unknown) => typeof value === 'boolean'
const isFunction = (value: unknown) => typeof value === 'function'
const isList = (value: unknown) => Array.isArray(value) && value.every(isText)
const isNames = (value: unknown) =>
  isRecord(value) && Object.values(value).every((name) => name === undefined || isText(name))
const isOneOf =
  (...values: readonly unknown[]) =>
  (value: unknown) =>
    values.includes(value)

const KINDS: Record<keyof Provider, (value: unknown) => boolean> = {
  name: isText,
  endpointPath: (value) => value instanceof RegExp,
  registrationEndpoint: isFunction,
  scheme: (value) => isText(value) && /^[\w!#$%&'*+.^`|~-]+$/.test(`${value}`),
  manageWith: isOneOf(...WAYS),
  management: (value) => Array.isArray(value) && value.every(isOneOf('get', 'update', 'delete')),
  managedAt: isOneOf('path', 'query'),
  members: isList,
  emptyLists: isFlag,
  notSentBack: isList,
  sentBack: isList,
  wireNames: (value) => isNames(value) && isUnambiguous(value as Record<string, string>),
  write: isFunction,
  read: isFunction,
  leftOutOfReads: isList,
  secretGivenOnce: isFlag,
  updateFormat: isOneOf('json', 'form'),
  emptied: isList,
  readBeforeUpdate: isFlag,
  rotatesOnRead: isFlag,
  errors: isNames,
  advice: (value) => isRecord(value) && Object.entries(value).every(isAdvice),
}

const isAdvice = ([when, advice]: [string, unknown]) =>
  /^(register|manage)$/.test(when) && (advice === undefined || isNames(advice))

/** Two members by one name would be one, and the other lost. */
function isUnambiguous(wireNames: Readonly<Record<string, string>>): boolean {
  const names = Object.values(wireNames)
  return new Set(names).size === names.length && !names.some(isSpecified)
}

/** The server as its provider has it; refused if the two do not belong together. */
export function fitted(
  server: AuthorizationServerMetadata,
  provider: Provider | undefined,
  call: Call,
): AuthorizationServerMetadata {
  if (provider === undefined) return server
  const refuse = (what: string) => failure(call, 'invalid_argument', `options.provider ${what}`)
  if (!isRecord(provider) || !isText(provider.name)) {
    throw refuse('must be one of dcr-client/providers, or an object of your own with a name')
  }
  for (const [member, value] of Object.entries(provider)) {
    const isKind = Object.hasOwn(KINDS, member) ? KINDS[member as keyof Provider] : undefined
    // A class may have members of its own; in a plain object one is a slip of the pen.
    if (!isKind && isPlain(provider)) throw refuse(`has "${member}", which is no member of a provider`)
    if (value !== undefined && isKind?.(value) === false) throw refuse(`has "${member}" of the wrong kind`)
  }
  const { name, endpointPath } = provider
  let endpoint = server.registration_endpoint
  if (provider.registrationEndpoint) {
    try {
      endpoint = provider.registrationEndpoint(server)
    } catch {
      throw refuse(`${name} could not tell the registration endpoint of ${server.issuer}`)
    }
  }
  const path = parse(endpoint ?? '')?.pathname
  if (endpointPath && path !== undefined && path.search(endpointPath) < 0) {
    const what = `the provider ${name} is for registration endpoints whose path matches ${endpointPath}`
    throw failure(call, 'provider_mismatch', `${what}, and that of this server is ${path}`)
  }
  return { ...server, ...(endpoint && { registration_endpoint: endpoint }) }
}
