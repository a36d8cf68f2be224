import type { Agent } from 'node:http'
import type { LookupFunction, Socket } from 'node:net'
import type { Connections } from './connections.js'

let tested: Promise<boolean> | undefined

/**
 * Whether this runtime asks the lookup that it is given where a name leads. One that looks up by itself would connect
 * to what nobody has checked. In a runtime that asks, no connection is made here.
 */
export function asksLookup({ plain, secure }: Connections): Promise<boolean> {
  tested ??= Promise.all([isAsked(plain), isAsked(secure)]).then((asked) => !asked.includes(false))
  return tested
}

function isAsked(agent: Agent): Promise<boolean> {
  return new Promise((resolve) => {
    let asked = false
    const lookup: LookupFunction = (_name, _options, callback) => {
      asked = true
      callback(new Error('no address'), '')
    }
    // A name of this machine and a port that nothing listens on, for a runtime that does not ask.
    const socket = agent.createConnection({ host: 'localhost', port: 1, lookup }) as Socket
    socket.on('error', () => resolve(asked))
    socket.on('connect', () => socket.destroy(new Error('connected')))
  })
}
