import { createHash } from 'node:crypto'
import { mkdtemp, open, rename, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Registrar } from '../dist/index.js'
import { fileStore } from '../dist/stores/file.js'
import { median } from './median.js'

const METADATA = {
  redirect_uris: ['https://app.example.com/cb'],
  client_name: 'App',
  scope: 'openid email',
  contacts: ['team@example.com'],
}

/** What `ensure` costs when the store has the client: user and system time of this process. */
export async function warmEnsure() {
  const CALLS = 500
  const ROUNDS = 9
  const WANTED = 1
  return inFolder(async (directory) => {
    const server = await startServer()
    const registrar = new Registrar({ store: fileStore({ directory }), allowInsecureRequests: true })
    const first = await registrar.ensure(server.issuer, METADATA)
    const sent = server.requests()
    const costs = []
    for (let round = 0; round <= ROUNDS; round++) {
      const before = process.cpuUsage()
      for (let call = 0; call < CALLS; call++) {
        const { action, client } = await registrar.ensure(server.issuer, METADATA)
        if (action !== 'none' || client.client_id !== first.client.client_id) throw new Error('not reused')
      }
      const { user, system } = process.cpuUsage(before)
      if (round > 0) costs.push((user + system) / 1000 / CALLS)
    }
    const requests = server.requests() - sent
    server.close()
    const cost = median(costs)
    return {
      title: 'ensure() of a client in the file store',
      note: `User and system time of the process, median of ${ROUNDS} rounds of ${CALLS} calls; requests to the server in all of them.`,
      head: ['', 'ms of CPU', 'requests'],
      rows: [['ensure', cost.toFixed(3), requests]],
      target: [
        {
          name: 'ensure from the file store, CPU',
          wanted: `< ${WANTED} ms`,
          measured: `${cost.toFixed(2)} ms`,
          met: cost < WANTED,
        },
        {
          name: 'ensure from the file store, requests',
          wanted: '0',
          measured: requests,
          met: requests === 0,
        },
      ],
    }
  })
}

/** A save, to what no durable save can do without. The two take turns, on the same disk. */
export async function durableSave() {
  const SAVES = 300
  const WANTED = 2
  return inFolder(async (directory) => {
    const store = fileStore({ directory: join(directory, 'store') })
    const text = JSON.stringify(registration(0))
    const times = { bare: [], lock: [], alone: [] }
    let held = registration(0)
    let free = registration(1)
    const timed = async (name, save) => {
      const started = performance.now()
      await save()
      times[name].push(performance.now() - started)
    }
    for (let count = 0; count < SAVES; count++) {
      await timed('bare', () => bareSave(directory, text))
      await store.lock('held', () =>
        timed('lock', async () => {
          held = { ...held, revision: await store.set('held', held) }
        }),
      )
      await timed('alone', async () => {
        free = { ...free, revision: await store.set('free', free) }
      })
    }
    const ratio = (name) => median(times[name].map((time, count) => time / times.bare[count]))
    const row = (label, name) => [label, median(times[name]).toFixed(2), ratio(name).toFixed(2)]
    return {
      title: 'A durable save',
      note: `Wall time, median of ${SAVES} saves that take turns; ratio to the bare sequence, save by save.`,
      head: ['', 'ms', 'ratio'],
      rows: [
        row('write, fsync, rename, fsync of the folder', 'bare'),
        row('file store, in its lock (as ensure saves)', 'lock'),
        row('file store, with a lock of its own', 'alone'),
      ],
      target: {
        name: 'durable save, to the bare sequence',
        wanted: `≤ ${WANTED.toFixed(2)}`,
        measured: ratio('lock').toFixed(2),
        met: ratio('lock') <= WANTED,
      },
    }
  })
}

/** Whether it matters to a lookup how many others are kept. The stores take turns. */
export async function manyKept() {
  const SIZES = [10, 100, 1000, 10_000]
  const LOOKUPS = 3000
  const WANTED = 1.25
  return inFolder(async (directory) => {
    const stores = SIZES.map((size) => ({
      size,
      store: fileStore({ directory: join(directory, `${size}`) }),
    }))
    for (const { size, store } of stores) {
      for (let kept = 0; kept < size; kept += 50) {
        const batch = Array.from({ length: Math.min(50, size - kept) }, (_, index) => kept + index)
        await Promise.all(batch.map((number) => store.set(`${number}`, registration(number))))
      }
    }
    const times = stores.map(() => [])
    for (let count = 0; count < LOOKUPS; count++) {
      for (const [index, { size, store }] of stores.entries()) {
        const key = `${Math.floor(Math.random() * size)}`
        const started = performance.now()
        if (!(await store.get(key))) throw new Error(`${key} is not there`)
        times[index].push((performance.now() - started) * 1000)
      }
    }
    const [base, ...rest] = times.map(median)
    const ratios = [1, ...rest.map((time) => time / base)]
    return {
      title: 'Lookups in the file store, by the number kept',
      note: `Wall time of \`get\`, median of ${LOOKUPS}, keys at random. A folder for each registration: a lookup opens it by its name.`,
      head: ['kept', 'µs', 'ratio'],
      rows: SIZES.map((size, index) => [size, median(times[index]).toFixed(0), ratios[index].toFixed(2)]),
      target: {
        name: 'lookup among 10,000, to one among 10',
        wanted: `≤ ${WANTED}`,
        measured: ratios.at(-1).toFixed(2),
        met: ratios.at(-1) <= WANTED,
      },
    }
  })
}

function registration(number) {
  const client = {
    ...METADATA,
    client_id: createHash('sha256').update(`${number}`).digest('hex'),
    client_secret: 's'.repeat(86),
    client_secret_expires_at: 0,
    registration_access_token: 't'.repeat(43),
    registration_client_uri: `https://as.example.com/reg/${number}`,
  }
  return { issuer: 'https://as.example.com', name: `${number}`, client, requested: METADATA }
}

async function bareSave(directory, text) {
  const name = join(directory, 'new')
  const file = await open(name, 'wx', 0o600)
  await file.writeFile(text)
  await file.sync()
  await file.close()
  await rename(name, join(directory, 'bare'))
  const folder = await open(directory)
  await folder.sync()
  await folder.close()
}

async function inFolder(measure) {
  const directory = await mkdtemp(join(tmpdir(), 'dcr-bench-'))
  try {
    return await measure(directory)
  } finally {
    await rm(directory, { recursive: true })
  }
}

async function startServer() {
  let requests = 0
  const server = createServer((request, response) => {
    requests++
    const issuer = `http://${request.headers.host}`
    const body =
      request.method === 'POST'
        ? { ...METADATA, client_id: 'c1', client_secret: 's1', client_secret_expires_at: 0 }
        : { issuer, registration_endpoint: `${issuer}/register` }
    response.writeHead(request.method === 'POST' ? 201 : 200, { 'content-type': 'application/json' })
    response.end(JSON.stringify(body))
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    issuer: `http://127.0.0.1:${server.address().port}`,
    requests: () => requests,
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}
