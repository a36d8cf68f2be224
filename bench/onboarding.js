import { mkdir, mkdtemp, open, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Onboarding, parseManifest } from '../dist/onboarding.js'
import { fileStore } from '../dist/stores/file.js'
import { startChild } from './child.js'
import { metadata } from './registration.js'

const CLIENTS = 10_000
const CONCURRENCY = 16
const MEBIBYTE = 1024 * 1024

/** `apply` of many clients, beside a bare loop over fetch at the same concurrency that saves each answer as durably. */
export async function onboarding() {
  const servers = startChild('server.js')
  const folder = await mkdtemp(join(tmpdir(), 'dcr-bench-'))
  try {
    const { index, issuer } = await servers.ask({
      question: 'start',
      layout: 'root, RFC 8414',
      latency: 0,
    })
    const answered = async () => (await servers.ask({ question: 'clients', index })) ?? 0
    const bare = await timed(() => bareLoop(issuer))
    const durable = await timed(() => bareLoop(issuer, join(folder, 'bare')))
    const before = await answered()
    const apply = onboardingAt(issuer, join(folder, 'store'))
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
    return result({ bare, durable, first, second, asked, again, grown: (most - start) / MEBIBYTE })
  } finally {
    servers.stop()
    await rm(folder, { recursive: true })
  }
}

function result({ bare, durable, first, second, asked, again, grown }) {
  if (first.value.registered !== CLIENTS || asked !== CLIENTS)
    throw new Error(`apply came to ${JSON.stringify(first.value)}, with ${asked} registrations`)
  const rate = ({ seconds }) => Math.round(CLIENTS / seconds)
  const row = (name, run) => [name, rate(run), (durable.seconds / run.seconds).toFixed(2)]
  return {
    title: 'Onboarding',
    note: `${CLIENTS} clients at one loopback server, ${CONCURRENCY} at a time. The bare loop that saves writes each answer to a file of its own,
syncs it and renames it into its place; the file store saves the intent before a request, too, and what it has is locked,
checked and synced with its folder.`,
    head: ['contender', 'clients/s', 'ratio to the bare loop that saves'],
    rows: [
      row('fetch and JSON.parse, nothing saved', bare),
      row('fetch and JSON.parse, saved durably', durable),
      row('apply, file store', first),
      row('apply again, file store', second),
    ],
    target: [
      {
        name: 'apply, rate to a bare loop that saves durably',
        wanted: '≥ 0.70',
        measured: (durable.seconds / first.seconds).toFixed(2),
        met: durable.seconds / first.seconds >= 0.7,
      },
      {
        name: 'apply, growth of memory',
        wanted: '≤ 60 MiB',
        measured: `${Math.round(grown)} MiB`,
        met: grown <= 60,
      },
      { name: 'apply again, requests', wanted: '0', measured: `${again}`, met: again === 0 },
    ],
  }
}

function onboardingAt(issuer, directory) {
  const clients = {}
  for (let number = 0; number < CLIENTS; number++) clients[`client-${number}`] = { server: 'bank', metadata }
  const manifest = parseManifest({
    version: 1,
    servers: { bank: { issuer, concurrency: CONCURRENCY } },
    clients,
  })
  const store = fileStore({ directory })
  return () => new Onboarding(manifest, { store, allowInsecureRequests: true }).apply()
}

async function counted(events) {
  const counts = {}
  for await (const { type } of events) counts[type] = (counts[type] ?? 0) + 1
  return counts
}

/** What anybody writes first: no discovery, no checks, nothing kept of what is lost on the way. */
async function bareLoop(issuer, directory) {
  if (directory) await mkdir(directory)
  let next = 0
  const work = async () => {
    for (let number = next++; number < CLIENTS; number = next++) {
      const response = await fetch(`${issuer}/register`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(metadata),
      })
      const client = JSON.parse(await response.text())
      if (directory) await save(join(directory, `${number}.json`), JSON.stringify(client))
    }
  }
  await Promise.all(Array.from({ length: CONCURRENCY }, work))
}

async function save(file, text) {
  const handle = await open(`${file}.new`, 'wx', 0o600)
  await handle.writeFile(text)
  await handle.sync()
  await handle.close()
  await rename(`${file}.new`, file)
}

async function timed(run) {
  const start = performance.now()
  const value = await run()
  return { value, seconds: (performance.now() - start) / 1000 }
}
