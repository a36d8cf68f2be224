import type { Provider } from './provider.js'

/**
 * Curity Identity Server.
 *
 * A read, too, replaces the registration access token, so one whose answer was lost is not sent again. An initial
 * access token, with the scope `dcr`, serves once.
 *
 * @see curity.io, "Dynamic Client Registration Management"
 */
export const curity: Provider = {
  name: 'curity',
  rotatesOnRead: true,
  advice: { register: { unauthorized: 'an initial access token, with the scope dcr, serves once' } },
}
