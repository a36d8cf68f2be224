import { brotliCompressSync, constants, deflateSync, gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { startScripted } from '../servers/scripted.js'
import { inBareProcess, PROCESS_TIMEOUT } from './limits-process.js'

const BOMB = 64 * 1024 * 1024
/** Bytes above the start, of the buffers that hold what was inflated. */
const MOST_MEMORY = 8 * 1024 * 1024
/** Milliseconds of processor time: the time that passes is also that of others on the machine. */
const MOST_TIME = 200

/** The best compression takes half a minute, and comes to some bytes less. */
const FAST = { params: { [constants.BROTLI_PARAM_QUALITY]: 3 } }

const bombs: [name: string, encoding: string, bytes: () => Buffer][] = [
  ['H113: gzip', 'gzip', () => gzipSync(Buffer.alloc(BOMB, ' '))],
  ['H114: deflate', 'deflate', () => deflateSync(Buffer.alloc(BOMB, ' '))],
  ['H114: brotli', 'br', () => brotliCompressSync(Buffer.alloc(BOMB, ' '), FAST)],
]

test.each(bombs)(
  '%s: 64 MB are left while they inflate',
  async (_, encoding, bytes) => {
    const headers = { 'content-encoding': encoding }
    const bomb = { status: 201, headers, body: bytes() }
    const small = { status: 201, body: { client_id: 'c1' } }
    const server = await startScripted(small, bomb, bomb, bomb)
    const found = (await inBareProcess(
      `const dcr = new DcrClient(${JSON.stringify(server.metadata)}, { allowInsecureRequests: true })
    // What a first request of each kind loads is there before anything is measured.
    await dcr.register({})
    await tell(dcr.register({}))
    const began = process.cpuUsage()
    const error = await tell(dcr.register({}))
    const { user, system } = process.cpuUsage(began)
    // What is garbage already is the collector's to time: it is not counted.
    const held = () => {
      gc()
      return process.memoryUsage().arrayBuffers
    }
    const before = held()
    let most = before
    const look = () => {
      most = Math.max(most, held())
    }
    const looking = setInterval(look, 1)
    await tell(dcr.register({}))
    look()
    // What still inflates would go on now.
    await new Promise((resolve) => setImmediate(() => setTimeout(resolve, 20)))
    look()
    clearInterval(looking)
    return { ...error, cpu: (user + system) / 1000, buffers: most - before }`,
    )) as { buffers: number; cpu: number }
    expect(found).toMatchObject({ code: 'response_too_large', outcome: 'applied', attempts: 1 })
    expect(found.buffers).toBeLessThan(MOST_MEMORY)
    expect(found.cpu).toBeLessThan(MOST_TIME)
  },
  PROCESS_TIMEOUT,
)
