import { once } from 'node:events'
import type { FaultConnection } from './fault-connection.js'

/** Something that is done on a connection. The next step waits for its end. */
export type FaultStep = (connection: FaultConnection) => Promise<void> | void

const END_OF_HEAD = '\r\n\r\n'

/** Reads no further than to the end of the head, as far as one can read no further. */
export const readHead: FaultStep = (connection) =>
  connection.until((received) => received.includes(END_OF_HEAD))

/** Reads one request with its body, which has a `Content-Length` or is none. */
export const readRequest: FaultStep = (connection) =>
  connection.until((received) => {
    const end = received.indexOf(END_OF_HEAD)
    const head = received.subarray(0, end).toString('latin1')
    const length = Number(/^content-length: *(\d+)$/im.exec(head)?.[1] ?? 0)
    return end >= 0 && received.length >= end + END_OF_HEAD.length + length
  })

/** Reads something, whatever it is. */
export const readAnything: FaultStep = (connection) => connection.until(({ length }) => length > 0)

/** Sends bytes as they are. */
export const send =
  (bytes: string | Uint8Array): FaultStep =>
  (connection) =>
    connection.send(bytes)

/** Sends bytes in pieces, each in a segment of its own, with milliseconds between them. */
export const drip =
  (bytes: string | Uint8Array, size: number, interval: number): FaultStep =>
  async (connection) => {
    const all = Buffer.from(bytes as Uint8Array)
    for (let start = 0; start < all.length && !connection.transport.destroyed; start += size) {
      await connection.send(all.subarray(start, start + size))
      await new Promise((resolve) => setTimeout(resolve, interval))
    }
  }

/** Sends the same bytes until the client has enough, as fast as it takes them; resolves when it is gone. */
export const sendForEver =
  (bytes: string | Uint8Array): FaultStep =>
  async (connection) => {
    while (!connection.transport.destroyed) {
      if (!connection.stream.write(bytes))
        await Promise.race([once(connection.stream, 'drain').catch(() => {}), connection.closed])
      await new Promise(setImmediate)
    }
  }

/** Waits for something outside. */
export const waitFor =
  (event: Promise<unknown>): FaultStep =>
  async () =>
    void (await event)

/** Tells somebody outside. */
export const tell =
  (listener: () => void): FaultStep =>
  () =>
    listener()

/** Ends it properly: with a close_notify, if there is TLS, and FIN. */
export const end: FaultStep = ({ stream }) => void stream.end()

/** Ends the TCP connection alone: within TLS, the close_notify is missing. */
export const endWithoutNotice: FaultStep = ({ transport }) => void transport.end()

/** RST. What has not been read is lost with it. */
export const reset: FaultStep = ({ transport }) => void transport.resetAndDestroy()
