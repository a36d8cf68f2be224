import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startAuthorizationServer } from '../registrar/authorization-server.js'
import { dcr, emptyFolder, MANY_PROCESSES, startDcr } from './run-dcr.js'

const OPTIONS = ['--store', 'file:kept', '--allow-insecure-requests']

test.skipIf(process.platform === 'win32')(
  'a process that was frozen while another took its turn is not given the client of that, of other metadata',
  { timeout: MANY_PROCESSES },
  async () => {
    const folder = emptyFolder()
    const server = await startAuthorizationServer()
    const register = (name: string) => ['register', server.origin, '--name', name, ...OPTIONS]
    const frozen = new Promise<void>((resolve) => {
      server.lose('POST', () => {
        running.child.kill('SIGSTOP')
        resolve()
        return { status: 201, body: [...server.clients.values()].at(-1) }
      })
    })
    const running = startDcr(register('First'), { folder, timeout: 30_000 })
    await frozen
    // As by a process of another machine or container, which cannot see that it is alive.
    const kept = join(folder, 'kept')
    for (const name of readdirSync(kept)) rmSync(join(kept, name, 'lock'), { recursive: true })
    const other = await dcr(register('Second'), { folder })
    expect(other.code).toBe(0)
    running.child.kill('SIGCONT')
    const { code, stdout, stderr } = await running.result
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toContain('"default" is registered there with other metadata (client_name): `dcr update`')
    const inForce = [...server.clients.values()]
    expect(inForce).toMatchObject([{ client_name: 'Second', client_id: JSON.parse(other.stdout).client_id }])
    expect((await dcr(['orphans', '--store', 'file:kept'], { folder })).stdout).toBe('[]\n')
  },
)
