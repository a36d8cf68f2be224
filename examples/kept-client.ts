import { join } from 'node:path'
import { type DcrError, Registrar } from 'dcr-client'
import { fileStore } from 'dcr-client/stores/file'
import { startLasting } from './lasting-server.js'
import { say } from './say.js'

/**
 * A client that is there again at the next run: it is registered once, then taken from the store without a request.
 * With `kill`, the process ends in the middle, when the server has done its work and its answer is not kept yet.
 */
export async function keepClient(directory: string, kill: boolean): Promise<void> {
  const server = await startLasting(directory)
  let requests = 0
  const registrar = new Registrar({
    store: fileStore({ directory: join(directory, 'store') }),
    allowInsecureRequests: true,
    fetch: async (request) => {
      requests++
      const response = await fetch(request)
      if (kill && request.method !== 'GET') {
        say('Killed', `after the answer to ${request.method}, before it was kept; run the demo once more`)
        process.kill(process.pid, 'SIGKILL')
      }
      return response
    },
    onWarning: ({ code, message }) => say('  note', `${code}: ${message}`),
  })
  const metadata = {
    redirect_uris: ['https://app.example.com/cb'],
    client_name: kill ? 'Kept demo, changed' : 'Kept demo',
  }

  const { action, reasons } = await registrar.plan(server.issuer, metadata)
  say('Found', reasons.length > 0 ? `${reasons.join(', ')}: ${action}` : 'a client in the store that will do')
  try {
    const { client, action: done } = await registrar.ensure(server.issuer, metadata)
    say(DONE[done], `${client.client_id}, ${requests} requests`)
  } catch (error) {
    const { code, message } = error as DcrError
    say('Refused', `${code}: ${message}`)
  }
  for (const { reason, at, client } of await registrar.orphans(server.issuer)) {
    const since = new Date(at * 1000).toISOString()
    say('  orphan', `${reason} since ${since}${client ? `: ${client.client_id}` : ''}`)
  }
  say('  server', `has ${server.clients().length} registered client(s)`)
  await server.close()
}

const DONE = { none: 'Reused', register: 'Registered', update: 'Updated', replace: 'Replaced' }
