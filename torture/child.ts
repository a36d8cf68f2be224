import { once } from 'node:events'
import { writeSync } from 'node:fs'
import { type CredentialStore, DcrClient, type DcrError, Registrar } from 'dcr-client'
import { credentialOf } from './credential.js'
import { killAt } from './kill-points.js'
import { open } from './places.js'
import type { Said, Task } from './tasks.js'
import { readForEver, write } from './texts.js'

const task = JSON.parse(process.argv[2] ?? '') as Task

/** What is written so is heard, even if the very next instruction ends the process. */
function say(said: Said): void {
  writeSync(1, `${JSON.stringify(said)}\n`)
}

/** The store, with all that it promises told at once. */
function witnessed(store: CredentialStore): CredentialStore {
  return {
    ...store,
    async set(key, stored) {
      const revision = await store.set(key, stored)
      if (revision !== undefined && stored.client)
        say({ said: 'kept', credential: credentialOf(stored.client) })
      return revision
    },
    lock: (key, run, signal) =>
      store.lock(
        key,
        () => {
          say({ said: 'turn' })
          return run()
        },
        signal,
      ),
  }
}

const { store, close } = await open(task.place)
const options = { store: witnessed(store), allowInsecureRequests: true }
say({ said: 'ready' })
if (!('kill' in task) || !task.kill) await once(process.stdin, 'data')
else await killAt(task.kill, (at, isAfterLast) => say({ said: 'killed', at, isAfterLast }))

try {
  if (task.do === 'ensure') {
    const { client } = await new Registrar(options).ensure(task.issuer, task.wanted)
    say({ said: 'result', client })
  } else if (task.do === 'update') {
    const dcr = new DcrClient(task.server, options)
    let { client } = task
    for (let count = 1; count <= task.times; count++) {
      client = await dcr.update(client, { client_name: `update ${count} of process ${process.pid}` })
    }
    say({ said: 'result', client })
  } else if (task.do === 'ensure for ever') {
    const registrar = new Registrar(options)
    for (let count = 1; ; count++) {
      const wanted = {
        redirect_uris: ['https://app.example.com/cb'],
        client_name: `${task.label} ${process.pid} ${count}`,
      }
      await registrar
        .ensure(task.issuer, wanted, { name: task.name })
        .then(({ client }) => say({ said: 'result', client }), complain)
    }
  } else if (task.do === 'break') {
    const { breakEverywhere } = await import('./breaking.js')
    say({ said: 'broken', times: await breakEverywhere(task.scenario, task.failure) })
  } else if (task.do === 'write') await write(store, task.key, task.times)
  else await readForEver(store, task.key, (times) => say({ said: 'read', times }))
} catch (error) {
  complain(error as DcrError)
}
await close()

function complain({ code, message }: DcrError): void {
  say({ said: 'error', code: `${code}`, message })
}
