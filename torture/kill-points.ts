import * as files from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'
import { Socket } from 'node:net'
import type { KillPoint } from './tasks.js'

type Methods = Record<string, (...values: unknown[]) => unknown>

const SOCKET_CALLS = ['connect', 'write', 'end', 'destroy']
const SOCKET_EVENTS = ['connect', 'readable', 'data', 'end', 'close']

/**
 * Has this process kill itself at a boundary: before or after the operation of that number, counted from now over all
 * calls that touch files, all that a socket is asked to do and all that it tells.
 */
export async function killAt({ number, when }: KillPoint, say: (at: string) => void): Promise<void> {
  let count = 0
  const reach = (point: KillPoint['when'], mine: number, what: string) => {
    if (mine !== number || point !== when) return
    say(`${when} ${what}`)
    process.kill(process.pid, 'SIGKILL')
  }
  const around = (methods: Methods, names: readonly string[], label: (first: unknown) => string) => {
    for (const name of names) {
      const real = methods[name]
      if (typeof real !== 'function') continue
      methods[name] = function (this: unknown, ...values: unknown[]) {
        const mine = ++count
        const what = `${name} ${label(values[0])}`.trimEnd()
        reach('before', mine, what)
        const result = Reflect.apply(real, this, values)
        if (result instanceof Promise) return result.finally(() => reach('after', mine, what))
        reach('after', mine, what)
        return result
      }
    }
  }

  const handle = await files.open(process.execPath)
  const handles = Object.getPrototypeOf(handle) as Methods
  await handle.close()
  const { default: all } = files as unknown as { default: Methods }
  around(all, Object.keys(all), (path) => (typeof path === 'string' ? path.split('/').slice(-1).join() : ''))
  around(
    handles,
    ['stat', 'read', 'readFile', 'write', 'writeFile', 'sync', 'datasync', 'close'],
    () => 'the open file',
  )
  syncBuiltinESMExports()

  const sockets = Socket.prototype as unknown as Methods
  around(sockets, SOCKET_CALLS, () => 'the socket')
  const emit = sockets.emit as (...values: unknown[]) => unknown
  sockets.emit = function (this: unknown, ...values: unknown[]) {
    const [event] = values
    if (!SOCKET_EVENTS.includes(`${String(event)}`)) return Reflect.apply(emit, this, values)
    const mine = ++count
    reach('before', mine, `the socket's event ${String(event)}`)
    const result = Reflect.apply(emit, this, values)
    reach('after', mine, `the socket's event ${String(event)}`)
    return result
  }
}
