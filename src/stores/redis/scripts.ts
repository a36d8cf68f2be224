/** All of them are given the lock, the registration, and the token of the holder; then what is named here. */
export const scripts = {
  /** Milliseconds. A client that lost the answer may send it again: who holds it already has taken it. */
  take: `local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1`,
  /** Not a plain GET: clients may send that to a replica, which is behind. */
  read: `return redis.call('GET', KEYS[2])`,
  /** The text. */
  write: whileHeld(`redis.call('SET', KEYS[2], ARGV[2])`),
  remove: whileHeld(`redis.call('DEL', KEYS[2])`),
  /** Milliseconds. */
  renew: whileHeld(`redis.call('PEXPIRE', KEYS[1], ARGV[2])`),
  release: whileHeld(`redis.call('DEL', KEYS[1])`),
}

function whileHeld(action: string): string {
  return `if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
${action}
return 1`
}
