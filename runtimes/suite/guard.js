import { assert, assertEqual, rejection } from './check.js'
import { faults } from './faults.js'
import { lifeThrough } from './life.js'
import { guardedMcp } from './mcp.js'

/** A name that no resolver knows: what leads to it is the guard's lookup alone. */
const NAME = 'as.example.com'
const BLOCKED = { code: 'blocked_address', outcome: 'not_sent' }
const UNREACHED = { code: 'network_error', outcome: 'not_sent' }

/** The guard of `dcr-client/node`: that it decides where each connection leads, and that it is as good a `fetch`. */
export const guard = {
  async 'refuses this machine and its network'({ guardedFetch, origin }) {
    const guarded = guardedFetch()
    for (const url of [
      origin,
      'https://[::ffff:10.0.0.5]/',
      'https://localhost/',
      'https://169.254.169.254/',
    ])
      await rejection(guarded(new Request(url)), BLOCKED)
  },

  async 'refuses a name of which one address is private'({ guardedFetch }) {
    const guarded = guardedFetch({ lookup: async () => ['93.184.216.34', '10.0.0.5'] })
    for (const scheme of ['http', 'https']) {
      const { message } = await rejection(guarded(new Request(`${scheme}://${NAME}/`)), BLOCKED)
      assert(message.includes('10.0.0.5'), `it does not name the address: ${message}`)
    }
  },

  async 'connects to what its lookup found'({ guardedFetch, origin }) {
    const asked = []
    const lookup = async (name) => {
      asked.push(name)
      return ['127.0.0.1']
    }
    const url = new URL('/.well-known/openid-configuration', origin)
    url.hostname = NAME
    const response = await guardedFetch({ allow: [url.host], lookup })(new Request(url))
    assertEqual((await response.json()).issuer, origin, 'the issuer')
    assertEqual(asked.join(), NAME, 'what the lookup was asked')
  },

  async 'connects by TLS to what its lookup found, and to nothing else'(given) {
    const response = await secured(given, 'valid', '127.0.0.1')
    assertEqual(await response.text(), 'ok', 'the answer')
    // The name leads to the server all the same, if somebody else is asked.
    await rejection(secured(given, 'valid', '127.0.0.3'), UNREACHED)
  },

  async 'trusts no certificate that is not good'(given) {
    for (const name of Object.keys(given.secure).filter((name) => name !== 'valid'))
      await rejection(secured(given, name, '127.0.0.1'), UNREACHED)
    await rejection(secured({ ...given, authority: undefined }, 'valid', '127.0.0.1'), UNREACHED)
  },

  'carries the whole life of a client': (given) => lifeThrough({ ...given, fetch: guardFor(given) }),

  ...guardedMcp,

  ...Object.fromEntries(
    Object.entries(faults).map(([name, meet]) => [
      name,
      (given) => meet({ ...given, fetch: guardFor(given) }),
    ]),
  ),
}

function guardFor({ guardedFetch, origin }) {
  const { host, port } = new URL(origin)
  return guardedFetch({ allow: [host, `127.0.0.3:${port}`] })
}

/** An answer of the server with this certificate, whose name the guard takes for that address. */
function secured({ guardedFetch, secure, authority }, name, address) {
  const url = secure[name]
  const guarded = guardedFetch({ allow: [new URL(url).host], ca: authority, lookup: async () => [address] })
  return guarded(new Request(url))
}
