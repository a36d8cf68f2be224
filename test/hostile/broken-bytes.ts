import { brotliCompressSync, gzipSync } from 'node:zlib'
import type { FaultScript } from '../servers/fault-server.js'
import { end, reset, send } from '../servers/fault-steps.js'

/* What a server can send after it has read a registration: the bytes of answers that are none, or odd ones. */

export const BODY = JSON.stringify({ client_id: 'c1' })
export const HEAD = 'HTTP/1.1 201 Created\r\ncontent-type: application/json\r\n'
const LENGTH = `content-length: ${BODY.length}\r\n`
const CHUNKED = `transfer-encoding: chunked\r\n\r\n${BODY.length.toString(16)}\r\n${BODY}\r\n0\r\n\r\n`
const WHOLE = `${HEAD}${LENGTH}\r\n${BODY}`
/** More than any server has to say before its answer. */
const MANY = 1000
const bytes = (head: string, body: Buffer) => Buffer.concat([Buffer.from(`${HEAD}${head}\r\n`), body])
const gzipped = gzipSync(
  JSON.stringify({ client_id: 'c1', client_name: 'a name that is long enough to be cut' }),
)
const brotli = brotliCompressSync(BODY)

const raw = (text: string | Buffer, last = end): FaultScript => [send(text), last]

/** No answer that can be trusted: nobody knows whether a client exists. */
export const lost: [name: string, script: FaultScript][] = [
  ['G093: FIN', [end]],
  ['G094: RST', [reset]],
  ['G097: half a status line', raw('HTTP/1.1 20')],
  ['G097: one byte', raw('H')],
  ['G097: half a head', raw(HEAD)],
  ['G097: a head without its last line break', raw(`${HEAD}${LENGTH}\r`)],
  ['G098: less than the length, then FIN', raw(`${HEAD}content-length: 100\r\n\r\n${BODY}`)],
  ['G098: less than the length, then RST', raw(`${HEAD}content-length: 100\r\n\r\n${BODY}`, reset)],
  ['G098: a head and its length, no body', raw(`${HEAD}${LENGTH}\r\n`)],
  ['G098: chunks without the last', raw(`${HEAD}${CHUNKED.slice(0, -5)}`)],
  ['G098: chunks without the last line break', raw(`${HEAD}${CHUNKED.slice(0, -2)}`)],
  ['G098: half a chunk', raw(`${HEAD}${CHUNKED.slice(0, -14)}`)],
  ['G098: half a length of a chunk', raw(`${HEAD}transfer-encoding: chunked\r\n\r\n1`)],
  ['G103: no gzip, though it says so', raw(`${HEAD}content-encoding: gzip\r\n${LENGTH}\r\n${BODY}`)],
  ['G103: no brotli, though it says so', raw(`${HEAD}content-encoding: br\r\n${LENGTH}\r\n${BODY}`)],
  ['G104: a body without a head', raw(BODY)],
  ['G104: the greeting of another protocol', raw('220 mail.example.com ESMTP\r\n')],
  ['G104: the greeting of SSH', raw('SSH-2.0-OpenSSH_9.2\r\n')],
  ['G104: nothing but line breaks', raw('\r\n'.repeat(MANY))],
  ['G104: a length and chunks', raw(`${HEAD}${LENGTH}${CHUNKED}`)],
  ['G104: chunks and a length', raw(`${HEAD}transfer-encoding: chunked\r\n${LENGTH}\r\n${BODY}`)],
  ['G104: two lengths', raw(`${HEAD}content-length: 2\r\n${LENGTH}\r\n${BODY}`)],
  ['G104: the same length twice', raw(`${HEAD}${LENGTH}${LENGTH}\r\n${BODY}`)],
  ['G104: a list of lengths', raw(`${HEAD}content-length: 18, 18\r\n\r\n${BODY}`)],
  ['G104: a negative length', raw(`${HEAD}content-length: -1\r\n\r\n${BODY}`)],
  ['G104: a length in hexadecimal', raw(`${HEAD}content-length: 0x12\r\n\r\n${BODY}`)],
  ['G104: a length beyond all numbers', raw(`${HEAD}content-length: ${'9'.repeat(40)}\r\n\r\n${BODY}`)],
  ['G104: a chunk of no number', raw(`${HEAD}transfer-encoding: chunked\r\n\r\nzz\r\n${BODY}\r\n0\r\n\r\n`)],
  ['G104: a chunk beyond all numbers', raw(`${HEAD}transfer-encoding: chunked\r\n\r\n${'f'.repeat(18)}\r\n`)],
  ['G104: NUL in a header', raw(`${HEAD}x: \0\r\n${LENGTH}\r\n${BODY}`)],
  ['G104: NUL in the name of a header', raw(`${HEAD}x\0: y\r\n${LENGTH}\r\n${BODY}`)],
  ['G104: CR alone in a header', raw(`${HEAD}x: a\rb\r\n${LENGTH}\r\n${BODY}`)],
  ['G104: line feeds alone', raw(WHOLE.replaceAll('\r\n', '\n'))],
  ['G104: a space before a colon', raw(`${HEAD}content-length : 18\r\n\r\n${BODY}`)],
  ['G104: HTTP/2 in words', raw(WHOLE.replace('HTTP/1.1', 'HTTP/2'))],
  ['G104: a version that there is not', raw(WHOLE.replace('HTTP/1.1', 'HTTP/9.9'))],
  ['G104: a status of two digits', raw(WHOLE.replace('201', '20'))],
  ['G104: the status 000', raw(WHOLE.replace('201', '000'))],
  ['G106: 1,000 times 100', raw(`${'HTTP/1.1 100 Continue\r\n\r\n'.repeat(MANY)}${WHOLE}`)],
  ['G107: 101', raw('HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n')],
  ['H119: a head of 20,000 bytes', raw(`${HEAD}x: ${'a'.repeat(20_000)}\r\n${LENGTH}\r\n${BODY}`)],
  ['H119: a head of 10,000 lines', raw(`${HEAD}${'x: y\r\n'.repeat(10_000)}`)],
]

/** An answer of which nothing is understood, though the transport says nothing against it. */
export const unusable: [name: string, script: FaultScript][] = [
  ['G099: a length that is too short', raw(`${HEAD}content-length: 5\r\n\r\n${BODY}`)],
  ['G099: a length of 0 before a body', raw(`${HEAD}content-length: 0\r\n\r\n${BODY}`)],
  ['G101: JSON that is cut where the connection ends', raw(`${HEAD}\r\n${BODY.slice(0, -1)}`)],
  ['G101: no body at all', raw(`${HEAD}\r\n`)],
  ['G102: gzip that is cut', raw(bytes('content-encoding: gzip\r\n', gzipped.subarray(0, 30)))],
  ['G102: the head of gzip alone', raw(bytes('content-encoding: gzip\r\n', gzipped.subarray(0, 10)))],
  ['G102: brotli that is cut', raw(bytes('content-encoding: br\r\n', brotli.subarray(0, 3)))],
  ['G103: no deflate, though it says so', raw(`${HEAD}content-encoding: deflate\r\n${LENGTH}\r\n${BODY}`)],
  ['G104: 204', raw('HTTP/1.1 204 No Content\r\n\r\n')],
  ['G104: 205', raw('HTTP/1.1 205 Reset Content\r\ncontent-length: 0\r\n\r\n')],
]

/** Odd, and clear all the same: the client is there. */
export const understood: [name: string, script: FaultScript][] = [
  ['G101: a body that ends with the connection', raw(`${HEAD}\r\n${BODY}`)],
  [
    'G102: gzip without its checksum',
    raw(bytes('content-encoding: gzip\r\n', gzipSync(BODY).subarray(0, -8))),
  ],
  ['G104: an answer after the answer', raw(`${WHOLE}${WHOLE.replace('c1', 'c2')}`)],
  ['G106: 1,000 times 102', raw(`${'HTTP/1.1 102 Processing\r\n\r\n'.repeat(MANY)}${WHOLE}`)],
  ['G106: 1,000 times 103', raw(`${'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n'.repeat(MANY)}${WHOLE}`)],
]
