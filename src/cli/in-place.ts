import type { RequestOptions } from '../index.js'
import { CommandError } from './errors.js'

/**
 * Runs what may change a client, and may not register another: users have consented to the one there is. Where it would, the
 * registration is not sent.
 *
 * @throws {CommandError} The server does not change it.
 */
export async function inPlace<T>(
  { fetch: send = fetch, ...options }: RequestOptions,
  task: (options: RequestOptions) => Promise<T>,
): Promise<T> {
  let isHeldBack = false
  const held = (request: Request) => {
    // The other requests that are posted are for tokens, and forms.
    const isRegistration =
      request.method === 'POST' && request.headers.get('content-type') === 'application/json'
    if (!isRegistration) return send(request)
    isHeldBack = true
    // By the name of the system call the library knows that nothing was sent.
    return Promise.reject(Object.assign(new Error('held back'), { code: 'HELD_BACK', syscall: 'connect' }))
  }
  try {
    return await task({ ...options, fetch: held })
  } catch (error) {
    if (!isHeldBack) throw error
    throw new CommandError(
      'the server does not change this client: --replace registers another with these metadata, and deletes this one if it can be',
    )
  }
}
