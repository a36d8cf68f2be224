import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { freePort } from '../../test/servers/free-port.js'

const admin = { username: 'admin', password: 'a-password-for-the-test' }

/** Starts the Keycloak that is unpacked in a folder, with nothing but its realm `master`, and keeps nothing. */
export async function startKeycloak(home: string) {
  const port = await freePort()
  const options = ['--db=dev-mem', '--http-host=127.0.0.1', `--http-port=${port}`]
  const keycloak = spawn(`${home}/bin/kc.sh`, ['start-dev', ...options], {
    env: {
      ...process.env,
      KC_BOOTSTRAP_ADMIN_USERNAME: admin.username,
      KC_BOOTSTRAP_ADMIN_PASSWORD: admin.password,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
    // It is a script that starts Java: both end with their group.
    detached: true,
  })
  const exit = once(keycloak, 'exit')
  const origin = `http://127.0.0.1:${port}`
  let version = ''
  for await (const line of createInterface({ input: keycloak.stdout })) {
    version = /Keycloak ([\d.]+) on JVM .* started/.exec(line)?.[1] ?? ''
    if (version) break
  }
  keycloak.stdout.resume()
  if (!version) throw new Error('Keycloak did not start')
  return {
    version,
    issuer: `${origin}/realms/master`,
    /** An initial access token that is good for `count` clients. */
    initialAccessToken: (count: number) => newInitialAccessToken(origin, count),
    async close() {
      process.kill(-(keycloak.pid ?? 0))
      await exit
    },
  }
}

async function newInitialAccessToken(origin: string, count: number): Promise<string> {
  const form = new URLSearchParams({ grant_type: 'password', client_id: 'admin-cli', ...admin })
  const login = await fetch(`${origin}/realms/master/protocol/openid-connect/token`, {
    method: 'POST',
    body: form,
  })
  const { access_token } = (await login.json()) as { access_token: string }
  const created = await fetch(`${origin}/admin/realms/master/clients-initial-access`, {
    method: 'POST',
    headers: { authorization: `Bearer ${access_token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ count, expiration: 600 }),
  })
  return ((await created.json()) as { token: string }).token
}
