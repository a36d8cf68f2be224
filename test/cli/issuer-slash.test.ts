import { expect, test } from 'vitest'
import { startAuthorizationServer } from '../registrar/authorization-server.js'
import { dcr, emptyFolder, MANY_PROCESSES } from './run-dcr.js'

/* A slash at the end of an issuer, of which people write one too many or leave one out. */

const HTTP = '--allow-insecure-requests'
const APP = ['--redirect-uri', 'https://app.example.com/cb', '--name', 'App']

test.each([
  ['', 'file:kept'],
  ['/', 'journal:kept'],
])(
  'an issuer that ends in "%s" is found with and without, in %s',
  { timeout: MANY_PROCESSES },
  async (end, store) => {
    const folder = emptyFolder()
    const server = await startAuthorizationServer()
    Object.assign(server.options, { metadata: { issuer: `${server.origin}${end}` } })
    const run = (...line: string[]) => dcr([...line, '--store', store], { folder })
    await run('register', `${server.origin}${end}`, ...APP, HTTP)
    await run('update', server.origin, '--name', 'App 2', HTTP)
    server.lose('POST', 'close')
    await run('register', `${server.origin}${end}`, ...APP, '--as', 'lost', HTTP)
    for (const issuer of [server.origin, `${server.origin}/`]) {
      const listed = await run('list', issuer)
      expect([listed.stderr, JSON.parse(listed.stdout)]).toMatchObject(['', [{ client_name: 'App 2' }]])
      const orphans = await run('orphans', issuer)
      expect(JSON.parse(orphans.stdout)).toMatchObject([{ name: 'lost', reason: 'in_doubt' }])
      expect(JSON.parse((await run('renew', issuer, HTTP)).stdout)).toMatchObject([{ action: 'none' }])
    }
  },
)
