import { emptyAnswer, notFound } from './answer.js'
import type { ServerContext, Work } from './dialect.js'
import { deleteClient, readClient, updateClient } from './management.js'
import { register } from './registration.js'
import type { Operation } from './request-log.js'
import { describeServer, wellKnownUrls } from './well-known.js'

export interface Route {
  readonly operation: Operation | undefined
  /** A method, or any that no earlier route answers. */
  readonly method: 'get' | 'post' | 'put' | 'delete' | 'all'
  /** An expression without groups: MSW would decode what they hold, and stumble over a stray `%`. */
  readonly url: RegExp
  readonly work: Work
  /** Where this says no, the request is somebody else's. */
  readonly concerns?: (url: URL) => boolean
}

export function routesOf(server: ServerContext): Route[] {
  const { dialect, settings } = server
  const { endpoints, management } = settings
  const documents = [...new Set(Object.values(wellKnownUrls(endpoints.base)))].map(exactly)
  const token = exactly(endpoints.token)
  const registration = exactly(endpoints.register)
  const client = new RegExp(`^${escaped(endpoints.register)}/[^/]+$`)
  const offered = (work: Work, isOffered = true): Work =>
    isOffered && settings.registration !== 'disabled' ? work : () => dialect.notOffered(settings)
  const full = management === 'full'
  return [
    ...documents.map((url): Route => ({ operation: 'discovery', method: 'get', url, work: describeServer })),
    { operation: 'token', method: 'post', url: token, work: dialect.issueToken },
    { operation: 'register', method: 'post', url: registration, work: offered(register) },
    { operation: 'read', method: 'get', url: client, work: offered(readClient) },
    { operation: 'update', method: 'put', url: client, work: offered(updateClient, full) },
    { operation: 'delete', method: 'delete', url: client, work: offered(deleteClient, full) },
    ...[...documents, token, registration, client].map(
      (url): Route => ({ operation: undefined, method: 'all', url, work: notFound }),
    ),
    ...nowhere(server),
  ]
}

function nowhere(server: ServerContext): Route[] {
  const { dialect, settings } = server
  if (!dialect.leadsNowhere) return []
  const url = new RegExp(`^${escaped(new URL(settings.issuer).origin)}/`)
  const concerns = (asked: URL) => dialect.leadsNowhere?.(server, asked) ?? false
  return [{ operation: undefined, method: 'all', url, work: () => emptyAnswer(404), concerns }]
}

function exactly(url: string): RegExp {
  return new RegExp(`^${escaped(url)}$`)
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
}
