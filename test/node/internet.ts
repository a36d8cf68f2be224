import net from 'node:net'
import { onTestFinished, vi } from 'vitest'

type Answer = { address: string; family: number }
type Resolve = (error: Error | null, addresses: Answer[]) => void
interface Connecting {
  host?: string
  port?: number
  lookup?: (hostname: string, options: object, callback: Resolve) => void
}

/** What this process would have connected to. */
export interface Internet {
  /** Names and literal addresses that a connection was begun to. */
  readonly begun: string[]
  /** The addresses that the runtime was given for each connection. */
  readonly dialed: string[][]
}

/**
 * An internet in which every address that is no loopback address leads to 127.0.0.1, after a guard has let it through.
 * What a name leads to is left to the lookup of the connection.
 *
 * @param port - Where all of it leads to. Default: the port that is asked for.
 */
export function fakeInternet(port?: number): Internet {
  const begun: string[] = []
  const dialed: string[][] = []
  const connect = net.Socket.prototype.connect
  const spy = vi.spyOn(net.Socket.prototype, 'connect') as unknown as ReturnType<typeof vi.fn>
  spy.mockImplementation(function (this: net.Socket, ...parameters: unknown[]) {
    const first = parameters[0]
    const options: Connecting = Array.isArray(first) ? first[0] : first
    const { host = '', lookup } = options
    // The self-test of the guard, and whatever else stays on this machine.
    if (host !== 'localhost') {
      if (port) options.port = port
      begun.push(host)
      if (net.isIP(host) && host !== '127.0.0.1') {
        dialed.push([host])
        options.host = '127.0.0.1'
      } else if (lookup) {
        options.lookup = (hostname, how, callback) =>
          lookup(hostname, how, (error, addresses) => {
            if (error) return callback(error, [])
            dialed.push(addresses.map(({ address }) => address))
            callback(
              null,
              addresses.map(() => ({ address: '127.0.0.1', family: 4 })),
            )
          })
      }
    }
    return Reflect.apply(connect, this, parameters)
  })
  onTestFinished(() => spy.mockRestore())
  return { begun, dialed }
}
