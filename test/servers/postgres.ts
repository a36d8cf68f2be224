import { execFileSync } from 'node:child_process'
import { chown, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { freePort } from './free-port.js'
import { folderOf, start } from './programs.js'

export const POSTGRES = ['postgres', 'initdb']

export interface PostgresServer {
  readonly url: string
  stop(): Promise<void>
}

/**
 * A real server with an empty database, on a port of its own.
 *
 * @param rules - Who may connect, and how: lines of `pg_hba.conf` before the one that lets in everybody.
 */
export async function startPostgres(...rules: string[]): Promise<PostgresServer> {
  const programs = `${folderOf(...POSTGRES)}`
  const folder = await mkdtemp(join(tmpdir(), 'dcr-postgres-'))
  const user = somebodyElse()
  if (user) await chown(folder, user.uid, user.gid)
  const options = { ...user, cwd: folder }
  const settings = ['--username=postgres', '--auth=trust', '--encoding=UTF8', '--no-locale']
  execFileSync(join(programs, 'initdb'), ['-D', folder, ...settings], { ...options, stdio: 'pipe' })
  const access = join(folder, 'pg_hba.conf')
  await writeFile(access, [...rules, await readFile(access, 'utf8')].join('\n'))

  const port = await freePort()
  const parameters = ['-D', folder, '-p', `${port}`, '-h', '127.0.0.1', '-k', '', '-c', 'shared_buffers=16MB']
  const program = start(join(programs, 'postgres'), parameters, options)
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`
  await program.ready(async () => {
    const client = new pg.Client(url)
    client.on('error', () => {})
    await client.connect()
    await client.end()
  })
  return {
    url,
    async stop() {
      // Its "immediate shutdown": what it has is thrown away.
      await program.stop('SIGQUIT')
      await rm(folder, { recursive: true })
    },
  }
}

/** PostgreSQL does not run as root. */
function somebodyElse(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined
  const id = (option: string) => {
    const [found] = ['postgres', 'nobody'].flatMap((name) => {
      try {
        return [Number(execFileSync('id', [option, name], { stdio: 'pipe' }))]
      } catch {
        return []
      }
    })
    return found ?? Number.NaN
  }
  return { uid: id('-u'), gid: id('-g') }
}
