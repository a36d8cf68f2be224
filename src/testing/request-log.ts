/** What a client asks of the server. */
export type Operation = 'discovery' | 'token' | 'register' | 'read' | 'update' | 'delete'

/** A request the server saw. Credentials are in it, unredacted. */
export interface RecordedRequest {
  /** `undefined` where the server has no such operation, as with PATCH, and answered 404. */
  readonly operation: Operation | undefined
  /** The HTTP method, in capitals. */
  readonly method: string
  /** With its query. */
  readonly url: string
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** As sent; `''` where there is none. */
  readonly body: string
  /** `undefined` until the request is answered, and for ever where the connection broke or no answer came. */
  readonly status: number | undefined
}

/** A place in the log is taken when the request arrives, so that the order is the order of arrival. */
export interface LogEntry {
  readonly operation: Operation | undefined
  body: string
  status: number | undefined
}

export function logRequest(
  log: RecordedRequest[],
  operation: Operation | undefined,
  request: Request,
): LogEntry {
  const entry = {
    operation,
    method: request.method,
    url: request.url,
    headers: Object.fromEntries(request.headers),
    body: '',
    status: undefined,
  }
  log.push(entry)
  return entry
}
