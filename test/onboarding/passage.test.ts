import { expect, test } from 'vitest'
import { memoryStore } from '../../src/index.js'
import { Passage } from '../../src/onboarding/passage.js'
import { startAuthorizationServer } from '../registrar/authorization-server.js'
import { startScripted } from '../servers/scripted.js'
import { clientsAt, counted, open, told } from './set-up.js'

/* What of the requests for one client may be given up, and what stands around them. */

const posted = { method: 'POST', isAuthorized: false }

const fault = (members: object) =>
  new TypeError('fetch failed', { cause: Object.assign(new Error('of the system'), members) })

test.each([
  ['no connection came to be', { code: 'ECONNREFUSED', syscall: 'connect' }, false],
  ['a connection was lost', { code: 'ECONNRESET', syscall: 'read' }, true],
])(
  'where %s, what was sent is waited for as far as it may have done something',
  async (_what, cause, matters) => {
    const passage = new Passage(() => {})
    const error = fault(cause)
    await expect(passage.around(posted, () => Promise.reject(error))).rejects.toBe(error)
    expect(passage.matters).toBe(matters)
  },
)

test('a deletion that was redirected, and followed by the fetch, is not taken for done', async () => {
  const server = await startAuthorizationServer()
  const store = memoryStore()
  const fetchFollowing = (request: Request) => fetch(new Request(request, { redirect: 'follow' }))
  const onboarding = open({ bank: { issuer: server.origin } }, clientsAt('bank', 1), {
    store,
    fetch: fetchFollowing,
  })
  expect(counted((await told(onboarding.apply())).events)).toEqual({ registered: 1 })
  server.refuse('DELETE', { status: 303, headers: { location: `${server.origin}/login` } })
  server.refuse('GET', { status: 200, body: {} })
  const { events } = await told(onboarding.destroy())
  expect(events.map(({ type, error }) => [type, error?.code])).toEqual([['failed', 'redirect_refused']])
  expect(await store.list()).toHaveLength(1)
  expect(server.clients.size).toBe(1)
})

test('a registration that was redirected, and followed to a page that is busy, is not sent again', async () => {
  const server = await startAuthorizationServer()
  const busy = await startScripted({ status: 503, headers: { 'retry-after': '1' } })
  const fetchFollowing = (request: Request) => fetch(new Request(request, { redirect: 'follow' }))
  const onboarding = open({ bank: { issuer: server.origin } }, clientsAt('bank', 1), {
    fetch: fetchFollowing,
  })
  server.lose('POST', { status: 303, headers: { location: `${busy.origin}/busy` } })
  const { events } = await told(onboarding.apply())
  expect(events.map(({ type, error }) => [type, error?.code, error?.outcome])).toEqual([
    ['failed', 'redirect_refused', 'unknown'],
  ])
  expect(server.clients.size).toBe(1)
})
