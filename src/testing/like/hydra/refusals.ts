import { Refusal } from '../../refusal.js'

const METADATA =
  "The value of one of the Client Metadata fields is invalid and the server has rejected this request. Note that an Authorization Server MAY choose to substitute a valid value for any requested parameter of a Client's Metadata."

/** Hydra's own errors, and those it has from a library whose `error` is a sentence. */
export const badRequest = (reason: string): Refusal =>
  new Refusal(400, 'The request was malformed or contained invalid parameters', reason)

export const forbidden = (reason: string): Refusal =>
  new Refusal(403, 'The requested action was forbidden', reason)

/** A wrong token, another client's token and an unknown client are one case. */
export const unauthorized = (): Refusal =>
  new Refusal(
    401,
    'The request could not be authorized',
    'The requested OAuth 2.0 client does not exist or you provided incorrect credentials.',
  )

export const notEnabled = (): Refusal =>
  new Refusal(404, 'The requested resource could not be found', 'Dynamic registration is not enabled.')

export const invalidClientMetadata = (hint: string): Refusal =>
  new Refusal(400, 'invalid_client_metadata', `${METADATA} ${hint}`)

export const invalidRedirectUri = (hint: string): Refusal =>
  new Refusal(400, 'invalid_redirect_uri', `The value of one or more redirect_uris is invalid. ${hint}`)
