import type { DcrError, ErrorCode } from '../errors.js'
import { unusable } from '../http/answer.js'
import { openCall } from '../http/call.js'
import type { RequestOptions } from '../http/options.js'
import { request } from '../http/request.js'
import { callableUrl } from '../http/url.js'
import { LARGEST_DOCUMENT, lintClientIdMetadataDocument, tooLarge } from './client-id-metadata-document.js'
import type { DocumentFinding } from './document-finding.js'

/** What is at the URL of a client ID metadata document. */
export interface CheckedDocument {
  /** As it was read; undefined where it is no JSON, or too large. */
  readonly document: unknown
  /** What is wrong with it and with how it is served: errors first, then warnings. */
  readonly findings: DocumentFinding[]
}

/**
 * Reads a live client ID metadata document as a server would, and lints it: status, content type and size too. It
 * follows no redirect, and knows nothing of what servers have cached.
 *
 * @param url - The `client_id`.
 * @throws {DcrError} and `OAuthError` where nothing came that could be looked at: the document is not there
 *   (`not_found`), leads elsewhere (`redirect_refused`), or cannot be reached.
 * @see draft-ietf-oauth-client-id-metadata-document §5
 * @example
 * const { findings } = await checkClientIdMetadataDocument('https://app.example.com/oauth/client.json')
 */
export async function checkClientIdMetadataDocument(
  url: string | URL,
  options: RequestOptions = {},
): Promise<CheckedDocument> {
  const served: DocumentFinding[] = []
  const onWarning = ({ member, message }: { member?: string; message: string }) =>
    void served.push({ severity: 'warning', ...(member && { member }), message })
  const limits = { bodyBytes: LARGEST_DOCUMENT }
  const call = openCall('checkClientIdMetadataDocument', options, { limits, onWarning })
  const target = callableUrl(url, 'the URL of the document', call)
  try {
    const answer = await request({ method: 'GET', url: target }, call)
    const { status, json, remains } = answer
    if (remains) throw unusable(answer, remains, call)
    if (status !== 200)
      served.push({ severity: 'error', message: `It is served with ${status}; servers take 200 alone.` })
    const findings = [...lintClientIdMetadataDocument(url, json), ...served]
    const of = (severity: string) => findings.filter((finding) => finding.severity === severity)
    return { document: json, findings: [...of('error'), ...of('warning')] }
  } catch (error) {
    const { code } = error as DcrError
    if (code === 'response_too_large' || code === 'invalid_response') return unreadable(code)
    throw error
  }
}

function unreadable(code: ErrorCode): CheckedDocument {
  const isLarge = code === 'response_too_large'
  const message = isLarge
    ? tooLarge(`more than ${LARGEST_DOCUMENT}`)
    : 'It cannot be read: it is broken JSON, or contradicts itself.'
  return { document: undefined, findings: [{ severity: 'error', message }] }
}
