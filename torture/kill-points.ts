import { Socket } from 'node:net'
import { type Around, surround, surroundFiles } from './operations.js'
import type { KillPoint } from './tasks.js'

const SOCKET_CALLS = ['connect', 'write', 'end', 'destroy']
const SOCKET_EVENTS = ['connect', 'readable', 'data', 'end', 'close']

/**
 * Has this process kill itself at a boundary: before or after the operation of that number, counted from now over all
 * calls that touch files, all that a socket is asked to do and all that it tells.
 */
export async function killAt(
  { number, when }: KillPoint,
  say: (at: string, isAfterLast: boolean) => void,
): Promise<void> {
  let count = 0
  let underWay = 0
  const reach = (point: KillPoint['when'], mine: number, what: string) => {
    if (mine !== number || point !== when) return
    say(`${when} ${what}`, underWay === 0)
    process.kill(process.pid, 'SIGKILL')
  }
  const around: Around = (what, proceed) => {
    const mine = ++count
    reach('before', mine, what)
    underWay++
    const end = () => {
      underWay--
      reach('after', mine, what)
    }
    const result = proceed()
    if (result instanceof Promise) return result.finally(end)
    end()
    return result
  }
  await surroundFiles(around)

  const sockets = Socket.prototype as unknown as { emit: (...values: unknown[]) => unknown }
  surround(sockets, SOCKET_CALLS, () => 'the socket', around)
  const { emit } = sockets
  sockets.emit = function (this: unknown, ...values: unknown[]) {
    const event = `${String(values[0])}`
    const proceed = () => Reflect.apply(emit, this, values)
    return SOCKET_EVENTS.includes(event) ? around(`the socket's event ${event}`, proceed, values) : proceed()
  }
}
