import { storeFailure } from './failure.js'

/**
 * Tells what nobody means from the options of a store: what is taken for none of them would be kept in another place, or
 * in clear.
 *
 * @param maker - The function that was given them, for errors.
 * @throws {DcrError} `invalid_argument`
 */
export function checkOptions(maker: string, options: object): void {
  if (typeof options !== 'object' || options === null) {
    throw storeFailure('invalid_argument', `${maker}: the options must be an object`)
  }
  const { encryption } = options as { encryption?: unknown }
  if (encryption === undefined) return
  const { seal, open } = Object(encryption)
  if (typeof seal === 'function' && typeof open === 'function') return
  throw storeFailure(
    'invalid_argument',
    `${maker}: options.encryption must be what aesGcm([{ id, key }]) gives`,
  )
}
