import { invalidRequest } from './refusal.js'

/** A request whose body has arrived. */
export interface IncomingRequest {
  readonly method: string
  readonly url: URL
  readonly headers: Headers
  readonly body: string
}

/** Bytes: oidc-provider's limit. */
const BODY_LIMIT = 56 * 1024

export function readJsonObject(request: IncomingRequest, wrongShape: string): Record<string, unknown> {
  const text = readText(request, 'application/json')
  const value = text === undefined ? {} : parseJson(text)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalidRequest(wrongShape)
  return value as Record<string, unknown>
}

export function readForm(request: IncomingRequest): URLSearchParams {
  return new URLSearchParams(readText(request, 'application/x-www-form-urlencoded') ?? '')
}

/** `undefined` where no content type says that there is a body, as oidc-provider has it. */
function readText({ method, url, headers, body }: IncomingRequest, expected: string): string | undefined {
  const contentType = headers.get('content-type')
  if (!contentType) return undefined
  const mediaType = contentType.split(';', 1)[0]?.trim().toLowerCase()
  if (mediaType !== expected) {
    throw invalidRequest(`only ${expected} content-type bodies are supported on ${method} ${url.pathname}`)
  }
  if (new TextEncoder().encode(body).length > BODY_LIMIT) throw unreadable()
  return body
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw unreadable()
  }
}

function unreadable(): Error {
  return invalidRequest('failed to parse the request body')
}
