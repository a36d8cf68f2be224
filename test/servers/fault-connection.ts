import { EventEmitter, once } from 'node:events'
import type { Socket } from 'node:net'
import type { FaultStep } from './fault-steps.js'

/** One connection to a fault server. */
export class FaultConnection {
  /** Where bytes are read and written: within TLS, if there is TLS. */
  readonly stream: Socket
  /** The TCP connection itself. */
  readonly transport: Socket
  /** Resolves when the connection is gone, by whoever ended it. */
  readonly closed: Promise<void>
  #received = Buffer.alloc(0)
  readonly #news = new EventEmitter()

  constructor(stream: Socket, transport: Socket) {
    this.stream = stream
    this.transport = transport
    this.closed = new Promise((resolve) => void transport.on('close', () => resolve()))
    // A client that goes away is what tests are about.
    for (const socket of new Set([stream, transport])) socket.on('error', () => {})
    transport.on('close', () => this.#news.emit('news'))
  }

  /** All that arrived, byte for byte. */
  get received(): Buffer {
    return this.#received
  }

  /** The requests among it: how often a request line came. */
  get requests(): number {
    return this.#received.toString('latin1').match(/^[A-Z]+ \S+ HTTP\/1\.1\r$/gm)?.length ?? 0
  }

  /** Does what a script says, unless the connection is gone before its end. */
  async run(script: readonly FaultStep[]): Promise<void> {
    for (const step of script) {
      if (this.transport.destroyed) return
      await step(this)
    }
  }

  /** Starts to read, if it has not, and waits until enough has come or nothing can come any more. */
  async until(isEnough: (received: Buffer) => boolean): Promise<void> {
    if (this.stream.listenerCount('data') === 0) {
      this.stream.on('data', (chunk) => {
        this.#received = Buffer.concat([this.#received, chunk])
        this.#news.emit('news')
      })
    }
    while (!isEnough(this.#received) && !this.transport.destroyed) await once(this.#news, 'news')
  }

  /** Waits until the bytes have left this process; the client may be gone by then. */
  send(bytes: string | Uint8Array): Promise<void> {
    return new Promise((resolve) => void this.stream.write(bytes, () => resolve()))
  }
}
