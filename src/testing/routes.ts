import { notFound } from './answer.js'
import type { Work } from './answer-request.js'
import { deleteClient, readClient, updateClient } from './management.js'
import { register } from './registration.js'
import type { Operation } from './request-log.js'
import type { Settings } from './settings.js'
import { issueToken } from './token-endpoint.js'
import { describeServer, wellKnownUrls } from './well-known.js'

export interface Route {
  readonly operation: Operation | undefined
  /** A method, or any that no earlier route answers. */
  readonly method: 'get' | 'post' | 'put' | 'delete' | 'all'
  /** An expression without groups: MSW would decode what they hold, and stumble over a stray `%`. */
  readonly url: RegExp
  readonly work: Work
}

export function routesOf({ endpoints, management }: Settings): Route[] {
  const documents = [...new Set(Object.values(wellKnownUrls(endpoints.base)))].map(exactly)
  const token = exactly(endpoints.token)
  const registration = exactly(endpoints.register)
  const client = new RegExp(`^${escaped(endpoints.register)}/[^/]+$`)
  const managed = (work: Work) => (management === 'full' ? work : notFound)
  return [
    ...documents.map((url): Route => ({ operation: 'discovery', method: 'get', url, work: describeServer })),
    { operation: 'token', method: 'post', url: token, work: issueToken },
    { operation: 'register', method: 'post', url: registration, work: register },
    { operation: 'read', method: 'get', url: client, work: readClient },
    { operation: 'update', method: 'put', url: client, work: managed(updateClient) },
    { operation: 'delete', method: 'delete', url: client, work: managed(deleteClient) },
    ...[...documents, token, registration, client].map(
      (url): Route => ({ operation: undefined, method: 'all', url, work: notFound }),
    ),
  ]
}

function exactly(url: string): RegExp {
  return new RegExp(`^${escaped(url)}$`)
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
}
