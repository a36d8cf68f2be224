import { Socket } from 'node:net'
import { inspect, isDeepStrictEqual } from 'node:util'
import { contenders } from './contenders.js'

/*
 * Runs in a process of its own: one client meets one server. What came of it is told in facts, as the parent could
 * not be sent what cannot be written.
 */

/** Longer text tells nothing more; the longest honest error has some hundred characters. */
const LONGEST_SHOWN = 1_000_000
/** Values looked at in a result or an error: all of them but in what is as deep as it is long. */
const MOST_VALUES = 20_000

/**
 * Milliseconds between two looks at the memory: a hundred MiB take far longer to come. The maximum that the system
 * keeps would be simpler, but begins with that of the parent.
 */
const SAMPLES = 5

const [, , name, deadline] = process.argv
const register = await contenders[name].load(Number(deadline))
const outside = []
const connect = Socket.prototype.connect
Socket.prototype.connect = function (...given) {
  const { host = 'localhost' } = given.flat()[0] ?? {}
  if (/^(localhost|127\.|::1$)/.test(host)) return connect.apply(this, given)
  outside.push(host)
  this.destroy(new Error('nothing but this machine is reached here'))
  return this
}

process.once('message', async ({ issuer, canaries }) => {
  const before = process.memoryUsage.rss()
  let most = before
  const sample = () => {
    most = Math.max(most, process.memoryUsage.rss())
  }
  const samples = setInterval(sample, SAMPLES)
  const settled = await register(issuer).then(
    (result) => ({ registered: true, result }),
    (error) => ({ registered: false, error }),
  )
  sample()
  clearInterval(samples)
  const texts = textsIn(settled.registered ? settled.result : settled.error)
  const canary = (name) => texts.some((text) => text.includes(canaries[name]))
  process.send({
    registered: settled.registered,
    reachable: { id: canary('id'), secret: canary('secret'), token: canary('token') },
    code: texts.some((text) => text.includes('invalid_redirect_uri')),
    script: texts.some((text) => /^javascript:/i.test(text)),
    inherited: Object.assign({}, settled.result).isAdmin !== undefined || {}.isAdmin !== undefined,
    storable: storable(settled.result),
    shown: settled.registered ? '' : shown(settled.error),
    growth: (most - before) / 1024 / 1024,
    outside,
  })
})

/** All that a program may print of an error, and a logger does. */
function shown(error) {
  let json = ''
  try {
    json = JSON.stringify(error)
  } catch {
    // What cannot be written is not shown.
  }
  return [`${error}`, error?.stack, inspect(error, { depth: 10 }), json].join('\n').slice(0, LONGEST_SHOWN)
}

/** Whether it comes back from a file as it went there. */
function storable(result) {
  try {
    return isDeepStrictEqual(JSON.parse(JSON.stringify(result)), { ...result })
  } catch {
    return false
  }
}

/** Every text that a program can reach from a value: members, hidden ones and accessors too. */
function textsIn(value) {
  const texts = []
  const met = new Set()
  const waiting = [value]
  while (waiting.length > 0 && met.size < MOST_VALUES) {
    const next = waiting.shift()
    if (typeof next === 'string') texts.push(next)
    if (typeof next !== 'object' || next === null || met.has(next) || ArrayBuffer.isView(next)) continue
    met.add(next)
    for (let owner = next; owner && owner !== Object.prototype; owner = Object.getPrototypeOf(owner)) {
      for (const name of Reflect.ownKeys(owner)) {
        try {
          waiting.push(next[name])
        } catch {
          // An accessor that refuses has nothing to give.
        }
      }
    }
  }
  return texts
}

// Loaded, and listening: the parent may begin to count.
process.send('ready')
