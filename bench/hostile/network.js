import { gzipSync } from 'node:zlib'

/** Bytes of an answer that is far too large: what holds all of it stands out from what the runtime takes anyway. */
const FAR_TOO_LARGE = 128 * 1024 * 1024
/** MiB that a process may grow by: the first requests by TLS take up to 40, in every client. */
const GROWTH = 64
/** Milliseconds: time enough to take all of it even on a busy machine, so that the deadline is not what bounds it. */
const UNHURRIED = 15_000
/** Milliseconds between two bytes: no timer of idleness fires, and the deadline does long before the end. */
const DRIP = 200

/** Compressed once, and to some 128 KiB. */
const bomb = gzipSync(Buffer.alloc(FAR_TOO_LARGE, ' '))

const givenUp = ({ registered, posts }) => !registered && posts === 1
const bounded = (seen) => givenUp(seen) && seen.growth <= GROWTH
const head = (more = '') => `HTTP/1.1 201 Created\r\ncontent-type: application/json\r\n${more}\r\n`

/** What the network does, or a server that means harm. Each must end by the deadline; one that does not hangs. */
export const network = [
  {
    name: 'closes every connection at once',
    must: 'end',
    connect: (socket) => socket.end(),
    right: ({ registered, connections }) => !registered && connections > 0,
  },
  {
    name: 'never answers',
    must: 'end, and not send it again',
    register: () => {},
    right: givenUp,
  },
  {
    name: 'closes after the request',
    must: 'not send it again',
    register: ({ response }) => response.socket.end(),
    right: givenUp,
  },
  {
    name: 'answers half, and closes',
    must: 'refuse, and print no secret',
    register({ response, ordinary, canaries }) {
      const text = JSON.stringify(ordinary())
      const half = text.slice(0, text.indexOf(canaries.secret) + canaries.secret.length)
      response.socket.end(head('connection: close\r\n') + half)
    },
    right: (seen) => givenUp(seen) && showsNoSecret(seen),
  },
  {
    name: 'drips a byte at a time',
    must: 'end',
    register({ response, ordinary }) {
      const bytes = [...JSON.stringify(ordinary())]
      response.writeHead(201, { 'content-type': 'application/json' })
      const timer = setInterval(() => response.write(bytes.shift() ?? ' '), DRIP)
      response.on('close', () => clearInterval(timer))
    },
    right: givenUp,
  },
  {
    name: 'a bomb of 128 MiB in gzip',
    must: 'not hold it in memory',
    deadline: UNHURRIED,
    register: ({ response }) =>
      response.writeHead(201, { 'content-type': 'application/json', 'content-encoding': 'gzip' }).end(bomb),
    right: bounded,
  },
  {
    name: 'a body of 128 MiB',
    must: 'not hold it in memory',
    deadline: UNHURRIED,
    register({ response }) {
      const part = Buffer.alloc(64 * 1024, ' ')
      let left = FAR_TOO_LARGE
      response.writeHead(201, { 'content-type': 'application/json' })
      const more = () => {
        while (left > 0 && !response.destroyed) {
          left -= part.length
          if (!response.write(part)) return response.once('drain', more)
        }
      }
      more()
    },
    right: bounded,
  },
  {
    name: '502, which may have registered',
    must: 'not send it again',
    register: ({ response }) => response.writeHead(502).end(),
    right: givenUp,
  },
  {
    name: '429, Retry-After: 2147484',
    must: 'not send in a storm',
    register: ({ response }) => response.writeHead(429, { 'retry-after': '2147484' }).end(),
    right: givenUp,
  },
]

function showsNoSecret({ shown, canaries }) {
  return !shown.includes(canaries.secret) && !shown.includes(canaries.token)
}
