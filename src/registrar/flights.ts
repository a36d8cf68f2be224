import type { DcrError } from '../errors.js'
import { type Call, within } from '../http/call.js'
import { failure } from '../http/failure.js'
import { told } from '../managing.js'

interface Flight<T> {
  readonly result: Promise<T>
  readonly controller: AbortController
  waiting: number
}

/**
 * Calls that want the same at the same time share one run of it, which has the deadline of the first. It ends before
 * that only when nobody waits for it any more.
 */
export class Flights<T> {
  readonly #flights = new Map<string, Flight<T>>()

  async join(key: string, call: Call, run: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const flight = this.#flights.get(key) ?? this.#start(key, run)
    flight.waiting++
    try {
      return await within(call, () => flight.result, { outcome: 'unknown' })
    } catch (error) {
      if (--flight.waiting > 0) throw error
      // Who comes now is not to share in what is given up.
      if (this.#flights.get(key) === flight) this.#flights.delete(key)
      flight.controller.abort(call.signal?.reason)
      // To the last one, the run itself says what has become of it.
      return await flight.result.catch((ended: DcrError) => {
        if (ended.code !== 'aborted' || call.signal?.aborted) throw ended
        throw failure(call, 'timeout', `had not ended after ${call.timeout} ms`, told(ended))
      })
    }
  }

  #start(key: string, run: (signal: AbortSignal) => Promise<T>): Flight<T> {
    const controller = new AbortController()
    const result = run(controller.signal).finally(() => {
      if (this.#flights.get(key)?.controller === controller) this.#flights.delete(key)
    })
    result.catch(() => {})
    const flight = { result, controller, waiting: 0 }
    this.#flights.set(key, flight)
    return flight
  }
}
