import { mkdir, mkdtemp, open, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Onboarding, parseManifest } from '../dist/onboarding.js'
import { fileStore } from '../dist/stores/file.js'
import { journalStore } from '../dist/stores/journal.js'
import { startChild } from './child.js'
import { median } from './median.js'
import { metadata } from './registration.js'

/** Next door a registration is nothing but work; at a distance, with the concurrency that `apply` has of itself, it is mostly waiting. */
const NEAR = { clients: 10_000, concurrency: 16, latency: 0 }
const FAR = { clients: 500, concurrency: 4, latency: 50 }
const ROUNDS = 3
const MEBIBYTE = 1024 * 1024

/** `apply` of many clients, beside a bare loop over fetch at the same concurrency that saves each answer as durably. */
export async function onboarding() {
  const servers = startChild('server.js')
  const folder = await mkdtemp(join(tmpdir(), 'dcr-bench-'))
  try {
    return result(
      await run(NEAR, servers, join(folder, 'near')),
      await run(FAR, servers, join(folder, 'far')),
    )
  } finally {
    servers.stop()
    await rm(folder, { recursive: true })
  }
}

async function run(size, servers, folder) {
  const { clients, latency } = size
  await mkdir(folder)
  const { index, issuer } = await servers.ask({ question: 'start', layout: 'root, RFC 8414', latency })
  const answered = async () => (await servers.ask({ question: 'clients', index })) ?? 0
  const bare = await timed(() => bareLoop(issuer, size))
  // Disks have moods: each apply is compared with the bare loop right before it.
  const rounds = []
  for (let round = 0; round < ROUNDS; round++) {
    const unnamed = await timed(() => bareLoop(issuer, size, join(folder, `unnamed-${round}`)))
    const durable = await timed(() => bareLoop(issuer, size, join(folder, `durable-${round}`), syncFolder))
    const store = journalStore({ directory: join(folder, `journal-${round}`) })
    rounds.push({ unnamed, durable, journal: await applied(size, issuer, store, answered) })
  }
  const files = await applied(size, issuer, fileStore({ directory: join(folder, 'files') }), answered)
  const of = (measure) => median(rounds.map(measure))
  const durable = of((round) => round.durable.seconds)
  const rate = (seconds) => Math.round(clients / seconds)
  return {
    rates: {
      bare: rate(bare.seconds),
      unnamed: rate(of((round) => round.unnamed.seconds)),
      durable: rate(durable),
      journal: rate(of(({ journal }) => journal.first.seconds)),
      journalAgain: rate(of(({ journal }) => journal.second.seconds)),
      files: rate(files.first.seconds),
      filesAgain: rate(files.second.seconds),
    },
    ratios: {
      bare: durable / bare.seconds,
      unnamed: of(({ durable, unnamed }) => durable.seconds / unnamed.seconds),
      durable: 1,
      journal: of(({ durable, journal }) => durable.seconds / journal.first.seconds),
      journalAgain: of(({ durable, journal }) => durable.seconds / journal.second.seconds),
      files: durable / files.first.seconds,
      filesAgain: durable / files.second.seconds,
    },
    again: files.again + rounds.reduce((sum, { journal }) => sum + journal.again, 0),
    grown: Math.max(files.grown, ...rounds.map(({ journal }) => journal.grown)),
  }
}

async function applied(size, issuer, store, answered) {
  const before = await answered()
  const apply = onboardingAt(issuer, size, store)
  globalThis.gc?.()
  const start = process.memoryUsage().rss
  let most = start
  const watch = setInterval(() => {
    most = Math.max(most, process.memoryUsage().rss)
  }, 50)
  const first = await timed(() => counted(apply()))
  clearInterval(watch)
  const asked = (await answered()) - before
  const second = await timed(() => counted(apply()))
  const again = (await answered()) - before - asked
  if (first.value.registered !== size.clients || asked !== size.clients)
    throw new Error(`apply came to ${JSON.stringify(first.value)}, with ${asked} registrations`)
  return { first, second, again, grown: (most - start) / MEBIBYTE }
}

function result(near, far) {
  const row = (name, { rates, ratios }, measured) => [name, rates[measured], ratios[measured].toFixed(2)]
  const target = (name, ratio) => ({ name, wanted: '≥ 0.70', measured: ratio.toFixed(2), met: ratio >= 0.7 })
  const grown = Math.round(Math.max(near.grown, far.grown))
  const again = near.again + far.again
  return {
    title: 'Onboarding',
    note: `Next door: ${NEAR.clients} clients at one loopback server, ${NEAR.concurrency} at a time. Far: ${FAR.clients} clients at a server
that answers after ${FAR.latency} ms, ${FAR.concurrency} at a time, which is the default of \`apply\`. The bare loop that saves durably writes each answer to a
file of its own, syncs it, renames it into its place, and syncs the folder: without that a cut of the power may take the
name, and the file with it (fsync(2)). It takes turns with the journal store, ${ROUNDS} times, and medians are told. Both stores
save the intent before a request, too, as durably. The file store has a lock, a folder and two files for each client; the
journal adds what is saved at the same time to one file, with one sync.`,
    head: ['contender', 'clients/s', 'ratio to the bare loop that saves durably'],
    rows: [
      row('fetch and JSON.parse, nothing saved', near, 'bare'),
      row('fetch and JSON.parse, saved in files whose names may be lost', near, 'unnamed'),
      row('fetch and JSON.parse, saved durably', near, 'durable'),
      row('apply, journal store', near, 'journal'),
      row('apply again, journal store', near, 'journalAgain'),
      row('apply, file store', near, 'files'),
      row('apply again, file store', near, 'filesAgain'),
      row('far: fetch and JSON.parse, saved durably', far, 'durable'),
      row('far: apply, journal store', far, 'journal'),
      row('far: apply, file store', far, 'files'),
    ],
    target: [
      target('apply next door, journal store, rate to a bare loop that saves durably', near.ratios.journal),
      target('apply next door, file store, the same', near.ratios.files),
      target('apply at a distance, file store, the same', far.ratios.files),
      { name: 'apply, growth of memory', wanted: '≤ 60 MiB', measured: `${grown} MiB`, met: grown <= 60 },
      { name: 'apply again, requests', wanted: '0', measured: `${again}`, met: again === 0 },
    ],
  }
}

function onboardingAt(issuer, { clients: count, concurrency }, store) {
  const clients = {}
  for (let number = 0; number < count; number++) clients[`client-${number}`] = { server: 'bank', metadata }
  const manifest = parseManifest({
    version: 1,
    servers: { bank: { issuer, concurrency } },
    clients,
  })
  return () => new Onboarding(manifest, { store, allowInsecureRequests: true }).apply()
}

async function counted(events) {
  const counts = {}
  for await (const { type } of events) counts[type] = (counts[type] ?? 0) + 1
  return counts
}

/** What anybody writes first: no discovery, no checks, nothing kept of what is lost on the way. */
async function bareLoop(issuer, { clients, concurrency }, directory, finish = async () => {}) {
  if (directory) await mkdir(directory)
  let next = 0
  const work = async () => {
    for (let number = next++; number < clients; number = next++) {
      const response = await fetch(`${issuer}/register`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(metadata),
      })
      const client = JSON.parse(await response.text())
      if (!directory) continue
      await save(join(directory, `${number}.json`), JSON.stringify(client))
      await finish(directory)
    }
  }
  await Promise.all(Array.from({ length: concurrency }, work))
}

async function save(file, text) {
  const handle = await open(`${file}.new`, 'wx', 0o600)
  await handle.writeFile(text)
  await handle.sync()
  await handle.close()
  await rename(`${file}.new`, file)
}

async function syncFolder(directory) {
  const handle = await open(directory)
  await handle.sync()
  await handle.close()
}

async function timed(run) {
  const start = performance.now()
  const value = await run()
  return { value, seconds: (performance.now() - start) / 1000 }
}
