import { told } from '../client/managing.js'
import type { DcrError } from '../errors.js'
import { type Call, within } from '../http/call.js'
import { Ender, type Ending } from '../http/ending.js'
import { failure } from '../http/failure.js'

interface Flight<T> {
  /** What the calls that share it have in common. */
  readonly common: readonly unknown[]
  readonly result: Promise<T>
  readonly ender: Ender
  waiting: number
}

/**
 * Calls that want the same in the same way at the same time share one run of it, which has the deadline of the first.
 * It ends before that only when nobody waits for it any more.
 */
export class Flights<T> {
  readonly #flights = new Set<Flight<T>>()

  /**
   * @param wanted - What has to be the same of two calls for one run to serve both, beside their options: one with other
   *   credentials, or more time, may do better.
   */
  async join(wanted: readonly unknown[], call: Call, run: (signal: Ending) => Promise<T>): Promise<T> {
    const common = [...wanted, ...optionsOf(call)]
    const isCommon = (flight: Flight<T>) => flight.common.every((value, index) => value === common[index])
    const flight = [...this.#flights].find(isCommon) ?? this.#start(common, run)
    flight.waiting++
    try {
      return await within(call, () => flight.result, { outcome: 'unknown' })
    } catch (error) {
      if (--flight.waiting > 0) throw error
      // Who comes now is not to share in what is given up.
      this.#flights.delete(flight)
      flight.ender.abort(call.signal?.reason)
      // To the last one, the run itself says what has become of it.
      return await flight.result.catch((ended: DcrError) => {
        if (ended.code !== 'aborted' || call.signal?.aborted) throw ended
        throw failure(call, 'timeout', `had not ended after ${call.timeout} ms`, told(ended))
      })
    }
  }

  #start(common: readonly unknown[], run: (signal: Ending) => Promise<T>): Flight<T> {
    const ender = new Ender()
    const flight = { common, ender, waiting: 0, result: run(ender) }
    this.#flights.add(flight)
    const end = () => void this.#flights.delete(flight)
    flight.result.then(end, end)
    return flight
  }
}

function optionsOf(call: Call): unknown[] {
  const { timeout, fetch, arounds, provider, allowInsecureRequests } = call
  const { trustedOrigins, headers, limits } = call
  return [
    timeout,
    fetch,
    provider,
    allowInsecureRequests,
    JSON.stringify([trustedOrigins, headers, limits]),
    arounds.length,
    ...arounds,
  ]
}
