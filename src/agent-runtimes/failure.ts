import { DcrError, OAuthError } from '../errors.js'

/** Refuses what the caller passed, before anything is sent or stored. `what` is half a sentence: what must be what. */
export function demand(holds: unknown, operation: string, what: string): asserts holds {
  if (!holds) throw new DcrError('invalid_argument', `${operation}: ${what}.`, { outcome: 'not_sent' })
}

export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The same error under another message, and with another client if one is given. */
export function reworded(
  error: DcrError,
  message: string,
  client: object | undefined = error.client,
): DcrError {
  const { code, cause } = error
  const Kind = error instanceof OAuthError ? OAuthError : DcrError
  return new Kind(code, message, { ...error, cause, ...(client && { client }) })
}

/** The error of an operation, with a message that begins as callers of the original module know it. */
export function failed(operation: string, thrown: unknown): DcrError {
  const error = ours(thrown) as OAuthError
  const { status, error: word = '', error_description: description } = error
  const said = description ? `${word} - ${description}` : word
  if (operation === 'delete' && status)
    return reworded(error, `DCR delete failed: ${status} ${said}`.trimEnd())
  return reworded(error, `DCR ${operation} failed: ${word ? said : told(error)}`)
}

/** What is thrown and is no error of the library came from something that it was handed, and may say anything. */
function ours(thrown: unknown): DcrError {
  if (thrown instanceof DcrError) return thrown
  const what = 'something that it was given threw an error of its own. It may have been done.'
  return new DcrError('invalid_argument', what, { outcome: 'unknown' })
}

/** What the library says, without the name of the operation, which is said already. */
export function told({ message }: DcrError): string {
  return message.replace(/^\w+: /, '')
}

export function storeFailure(what: string, client?: object): DcrError {
  const held = client ? ' The client is in error.client.' : ''
  const outcome = client ? 'applied' : 'not_sent'
  return new DcrError('store_failed', `The storage of dynamic clients ${what}.${held}`, {
    outcome,
    ...(client && { client }),
  })
}
