/**
 * The whole life of a client, and then one that is kept. Without arguments at real OpenID Providers that this script
 * starts and stops:
 *
 *     npm run demo
 *     npm run demo               # the kept client is there again: reused, 0 requests
 *     npm run demo -- --kill     # the process is killed in the middle of a request
 *     npm run demo               # what it left behind is found, and settled
 *
 * or at a server of yours, with the token it wants, if any, in the environment:
 *
 *     INITIAL_ACCESS_TOKEN=… npm run demo -- https://as.example.com
 */
import { fileURLToPath } from 'node:url'
import {
  type ClientInformation,
  clientSecretBasic,
  DcrClient,
  type DcrClientOptions,
  DcrError,
  differences,
  discover,
  registrationToken,
  requestToken,
} from 'dcr-client'
import { registrar, startProvider } from '../test/servers/oidc-provider.js'
import { keepClient } from './kept-client.js'
import { say } from './say.js'

const kill = process.argv.includes('--kill')
const [issuer = ''] = process.argv.slice(2).filter((argument) => argument !== '--kill')
const embedded = issuer ? undefined : await startProvider({ registration: 'token', management: 'rotating' })
if (embedded)
  say('Started', `an OpenID Provider at ${embedded.issuer}; its registration endpoint wants a token`)

try {
  await walk(embedded?.issuer ?? issuer)
  if (embedded) await keepClient(fileURLToPath(new URL('../.demo', import.meta.url)), kill)
} catch (error) {
  // Every error says what happened, where, and whether the server did it.
  if (!(error instanceof DcrError)) throw error
  console.error(`\n${error.name} ${error.code} (${error.outcome})\n${error.message}`)
  process.exitCode = 1
} finally {
  await embedded?.close()
}

async function walk(issuer: string): Promise<void> {
  const options: DcrClientOptions = {
    allowInsecureRequests: true, // http, and that on this machine only
    onWarning: ({ code, member = '', message }) => say('  note', `${code} ${member}: ${message}`),
  }

  const server = await discover(issuer, options)
  say('Discovered', `${server.issuer}, registration at ${server.registration_endpoint ?? 'no endpoint'}`)

  if (embedded) {
    const authentication = clientSecretBasic(registrar)
    const { scope, expires_in } = await requestToken(server, authentication, {
      ...options,
      scope: 'register',
    })
    say('Got a token', `for the scope "${scope}", good for ${expires_in} s`)
    options.initialAccessToken = registrationToken(server, authentication, options)
  } else if (process.env.INITIAL_ACCESS_TOKEN) {
    options.initialAccessToken = process.env.INITIAL_ACCESS_TOKEN
  }

  const dcr = new DcrClient(server, options)
  const wanted = {
    redirect_uris: ['https://app.example.com/cb'],
    client_name: 'Demo',
    contacts: ['team@example.com'],
  }
  const client = await dcr.register(wanted)
  say('Registered', show(client))
  for (const { member, requested, granted } of differences(wanted, client)) {
    say('  granted', `${member}: ${JSON.stringify(granted)}, not ${JSON.stringify(requested)}`)
  }
  if (!client.registration_client_uri) {
    say('Stopped', `this server does not let its clients be managed: ${client.client_id} stays there`)
    return
  }

  const current = await dcr.get(client)
  say('Read', `${current.client_name}, ${current.redirect_uris}`)

  const changed = await dcr.update(current, { client_name: 'Demo 2', contacts: null }).catch((error) => {
    if (error instanceof DcrError && error.code === 'not_found') return undefined
    throw error
  })
  if (!changed) {
    say('Stopped', `this server lets its clients be read only: ${client.client_id} stays there`)
    return
  }
  const rotated = changed.registration_access_token !== client.registration_access_token
  say('Updated', `${current.client_name} is now ${changed.client_name}, contacts removed, the rest kept`)
  say('  token', rotated ? `rotated: ${mask(client)} is void, ${mask(changed)} is in force` : 'as before')

  await dcr.delete(changed)
  say('Deleted', client.client_id)
  const gone = await dcr.get(changed).catch((error: DcrError) => error)
  say('  read', gone instanceof DcrError ? `now fails with "${gone.code}", as it should` : 'still works')
}

function show({ client_id, client_secret, client_secret_expires_at: expires }: ClientInformation): string {
  const until =
    expires === undefined
      ? 'for an unknown time'
      : expires
        ? `until ${new Date(expires * 1000).toISOString()}`
        : 'for ever'
  return client_secret
    ? `${client_id} with a secret of ${client_secret.length} characters, good ${until}`
    : `${client_id}, a public client`
}

function mask({ registration_access_token: token = '' }: ClientInformation): string {
  return `${token.slice(0, 4)}…`
}
