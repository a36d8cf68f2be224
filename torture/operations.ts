import looks from 'node:fs'
import * as files from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'

type Methods = Record<string, (...values: unknown[]) => unknown>

/** Is called instead of an operation, which it lets proceed or not, with what it was given or something else. */
export type Around = (
  what: string,
  proceed: (values?: readonly unknown[]) => unknown,
  values: readonly unknown[],
) => unknown

/** What is asked of the system without waiting: it only looks. */
const SYNCHRONOUS = [
  'lstatSync',
  'openSync',
  'fstatSync',
  'readFileSync',
  'readdirSync',
  'readSync',
  'closeSync',
]

/** What is done with a file that is open. */
const WITH_HANDLES = ['stat', 'read', 'readFile', 'write', 'writeFile', 'sync', 'datasync', 'close']

/** From now on, these methods are called by `around`. */
export function surround(
  object: object,
  names: readonly string[],
  label: (first: unknown) => string,
  around: Around,
): void {
  const methods = object as Methods
  for (const name of names) {
    const real = methods[name]
    if (typeof real !== 'function') continue
    methods[name] = function (this: unknown, ...values: unknown[]) {
      const proceed = (given: readonly unknown[] = values) => Reflect.apply(real, this, given)
      return around(`${name} ${label(values[0])}`.trimEnd(), proceed, values)
    }
  }
}

/** From now on, all of this process that touches files is done by `around`. */
export async function surroundFiles(around: Around): Promise<void> {
  const handle = await files.open(process.execPath)
  const handles = Object.getPrototypeOf(handle) as object
  await handle.close()
  const { default: all } = files as unknown as { default: Methods }
  const named = (path: unknown) => `${path}`.split('/').at(-1) ?? ''
  surround(all, Object.keys(all), named, around)
  surround(looks, SYNCHRONOUS, named, around)
  surround(handles, WITH_HANDLES, () => 'the open file', around)
  syncBuiltinESMExports()
}
