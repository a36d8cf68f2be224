import { DcrClient, type DcrClientOptions } from '../client/client.js'
import type { DcrError } from '../errors.js'
import { demand, isObject, reworded, told } from './failure.js'
import type { DynamicClientStorage } from './types.js'

/** Settings of {@link configureDynamicClients}. */
export interface DynamicClientSettings
  extends Pick<
    DcrClientOptions,
    'fetch' | 'headers' | 'timeout' | 'limits' | 'trustedOrigins' | 'onWarning'
  > {
  /** Where clients are kept. Default: `localStorage` where it can be used, else the memory of the process. */
  storage?: DynamicClientStorage | undefined
}

let settings: DynamicClientSettings = {}

/**
 * Sets where clients are kept, and the options of every request, for all functions of this module. Each call
 * replaces all settings, so that `configureDynamicClients({})` is back at the defaults. It moves no clients.
 *
 * @throws {DcrError} `invalid_argument` if the storage lacks a method, or a setting is not what it must be. The settings
 *   are then those of before.
 */
export function configureDynamicClients(given: DynamicClientSettings): void {
  const me = 'configureDynamicClients'
  demand(isObject(given), me, 'the settings must be an object; {} is the defaults')
  const { storage, ...options } = given
  const what = 'the storage must have the methods getItem, setItem and removeItem'
  demand(storage === undefined || isStorage(storage), me, what)
  try {
    // It checks the options of every request, and sends nothing.
    new DcrClient({ issuer: 'https://as.example.com' }, options)
  } catch (error) {
    throw reworded(error as DcrError, `${me}: ${told(error as DcrError)}`)
  }
  settings = { ...given }
}

/**
 * The options of a request. `http:` is for a server on this machine, where the caller itself named it by such a
 * URL: then the library lets it through, for loopback addresses only.
 */
export function requestOptions(named: string): DcrClientOptions {
  const { storage, ...options } = settings
  return { ...options, allowInsecureRequests: /^http:/i.test(named) }
}

export function currentStorage(): DynamicClientStorage {
  return settings.storage ?? webStorage() ?? memory
}

/** Merely to look at `localStorage` throws where a browser blocks it, and in Node it may be there without methods. */
function webStorage(): DynamicClientStorage | undefined {
  try {
    const { localStorage } = globalThis
    return isStorage(localStorage) ? localStorage : undefined
  } catch {
    return undefined
  }
}

function isStorage(value: unknown): value is DynamicClientStorage {
  const methods = ['getItem', 'setItem', 'removeItem'] as const
  return methods.every((method) => typeof Object(value)[method] === 'function')
}

const items = /* @__PURE__ */ new Map<string, string>()
const memory: DynamicClientStorage = {
  getItem: (key) => items.get(key),
  setItem: (key, value) => void items.set(key, value),
  removeItem: (key) => void items.delete(key),
}
