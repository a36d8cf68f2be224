import { assert, assertEqual, assertInTime, assertNothingShown, rejection, SECRETS } from './check.js'
import { meet } from './meet.js'

/** Milliseconds: short, and longer than an honest answer takes on a machine that is busy. */
const SOON = 1000

/** Servers that fail or lie, each met by a registration. With `given.fetch` it goes through that. */
export const faults = {
  async 'a body that has no end'(given) {
    const { register, ended } = meet(given, 'endless')
    const error = await rejection(register(), { code: 'response_too_large', outcome: 'applied' })
    assertKept(error)
    assertNothingShown(error, given.inspectors)
    await ended()
  },

  async 'a bomb of gzip'(given) {
    const { register } = meet(given, 'bomb')
    // The guard asks for no compression, and inflates none.
    const code = given.fetch ? 'invalid_response' : 'response_too_large'
    await assertInTime(rejection(register(), { code, outcome: 'applied' }), 0)
  },

  async 'a redirect'(given) {
    const { register } = meet(given, 'redirect')
    await rejection(register(), { code: 'redirect_refused', outcome: 'rejected' })
  },

  async 'a server that is not there'(given) {
    // Nobody has that address of this machine, whatever the port.
    const origin = given.origin.replace('127.0.0.1', '127.0.0.3')
    const { register } = meet({ ...given, origin }, 'silent')
    await rejection(register(), { code: 'network_error', outcome: 'not_sent' })
  },

  async 'a server that never answers, until the deadline'(given) {
    const { register, ended } = meet(given, 'silent', { timeout: SOON })
    await assertInTime(rejection(register(), { code: 'timeout', outcome: 'unknown' }), SOON)
    await ended()
  },

  async 'a server that does not begin to answer'(given) {
    const { register, ended } = meet(given, 'silent', { limits: { firstByte: SOON } })
    await assertInTime(rejection(register(), { code: 'timeout', outcome: 'unknown' }), SOON)
    await ended()
  },

  async 'a server that stops in the middle of its answer'(given) {
    const { register, ended } = meet(given, 'stalls', { limits: { idle: SOON } })
    assertKept(await assertInTime(rejection(register(), { code: 'timeout' }), SOON))
    await ended()
  },

  async 'an answer that is cut'(given) {
    const { register, requests } = meet(given, 'cut')
    assertKept(await rejection(register(), { code: 'network_error' }))
    assertEqual(await requests(), 'POST', 'what was sent')
  },

  async 'a registration whose answer is lost'(given) {
    const { register, requests, warmUp } = meet(given, 'lost')
    await warmUp()
    await rejection(register(), { code: 'network_error', outcome: 'unknown' })
    assertEqual(await requests(), 'POST', 'what was sent')
  },

  async 'an update whose answer is lost'(given) {
    const { update, requests, warmUp } = meet(given, 'lost')
    await warmUp()
    await rejection(update(), { code: 'network_error', outcome: 'unknown' })
    const sent = (await requests()).split(',')
    assertEqual(sent.filter((method) => method !== 'GET').join(), 'PUT', 'what was sent, reads aside')
  },

  async 'a page of HTML with 200'(given) {
    await rejection(meet(given, 'html').register(), { code: 'invalid_response', outcome: 'unknown' })
  },

  async 'a token that is refused'(given) {
    const { register } = meet(given, 'unauthorized')
    const error = await rejection(register(), { code: 'unauthorized', outcome: 'rejected', status: 401 })
    assertEqual(error.error, 'invalid_token', 'error')
  },

  async '429 with a Retry-After that can be waited for'(given) {
    const begun = Date.now()
    const { register, requests } = meet(given, 'busy for a second')
    assertEqual((await register()).client_id, 'c1', 'client_id')
    // The clocks of the timers and of the day may differ by some milliseconds.
    assert(Date.now() - begun >= 990, 'it came back too early')
    assertEqual(await requests(), 'POST,POST', 'what was sent')
  },

  async '429 with a Retry-After that cannot'(given) {
    const { register } = meet(given, 'busy for an hour')
    await rejection(register(), { code: 'rate_limited', status: 429, retryAfter: 3600 })
  },

  async '__proto__ in an answer'(given) {
    const client = await meet(given, 'prototype').register()
    assertEqual(client.polluted, undefined, 'what the prototype has')
    assertEqual(Object.getPrototypeOf(client), Object.prototype, 'the prototype')
  },

  async 'a hundred thousand lists within each other'(given) {
    const { register } = meet(given, 'deep')
    const error = await rejection(register(), { code: 'invalid_response', outcome: 'applied' })
    assertEqual(error.client?.client_id, 'c1', 'client_id in error.client')
  },

  async 'a server that repeats the secrets it was sent'(given) {
    const error = await rejection(meet(given, 'repeats').register(), { code: 'rejected', status: 400 })
    assertNothingShown(error, given.inspectors)
  },

  async 'a caller that gives up'(given) {
    const controller = new AbortController()
    const reason = new Error('the user has gone')
    const { register, ended } = meet(given, 'silent', { signal: controller.signal })
    setTimeout(() => controller.abort(reason), SOON)
    await rejection(register(), { code: 'aborted', outcome: 'unknown', cause: reason })
    await ended()
  },
}

/** Of an answer that is not whole, the client that it is about: it exists. */
function assertKept({ client }) {
  assertEqual(client?.client_id, 'c1', 'client_id in error.client')
  assertEqual(client?.client_secret, SECRETS.answered, 'client_secret in error.client')
}
