import { type Answer, jsonAnswer } from '../../answer.js'
import type { Refusal } from '../../refusal.js'
import type { Settings } from '../../settings.js'

const LINK = 'https://developers.awork.com/#response-types'

/** awork's word for an OAuth error. */
const CODES: Readonly<Record<string, string>> = {
  invalid_request: 'invalid-model',
  invalid_redirect_uri: 'validation-failed',
  invalid_client_metadata: 'validation-failed',
  invalid_token: 'unauthorized',
}

export function notFound(): Answer {
  return jsonAnswer(404, { code: 'not-found', description: 'There is no such resource.', link: LINK })
}

/** In the shape documented since July 2026, or with `errors: 'oauth'` in the one before. */
export function errorAnswer(refusal: Refusal, settings: Settings): Answer {
  const { status, error, message, options } = refusal
  const { member, scheme } = options
  const answer = jsonAnswer(
    status,
    settings.errors === 'oauth'
      ? { error, error_description: message }
      : {
          code: CODES[error] ?? 'invalid-operation',
          description: message,
          link: LINK,
          ...(member && { validationErrors: [{ property: member, message }] }),
        },
  )
  return scheme ? { ...answer, headers: { ...answer.headers, 'www-authenticate': scheme } } : answer
}
