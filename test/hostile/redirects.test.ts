import { describe, expect, test } from 'vitest'
import { type ClientInformation, type DcrClient, discover } from '../../src/index.js'
import { failureOf } from '../failure-of.js'
import { type FaultScript, startFaultServer } from '../servers/fault-server.js'
import { end, readRequest, send } from '../servers/fault-steps.js'
import { answerOf, CREATED, connect, known, METADATA } from './calling.js'

/* Group D: redirects. None is followed, not even to the same origin: the error names where it leads. */

const operations = {
  register: (dcr: DcrClient) => dcr.register(METADATA),
  get: (dcr: DcrClient, client: ClientInformation) => dcr.get(client),
  update: (dcr: DcrClient, client: ClientInformation) => dcr.update(client, { client_name: 'App 2' }),
  delete: (dcr: DcrClient, client: ClientInformation) => dcr.delete(client),
}
type Operation = keyof typeof operations
const STATUSES = [301, 302, 303, 307, 308]

const redirect = (status: number, ...headers: string[]): FaultScript => [
  readRequest,
  send(answerOf(`${status} Elsewhere`, '', ...headers)),
]

/** One call to a server that redirects it; anything that follows is answered well. */
async function redirected(operation: Operation, first: FaultScript) {
  const server = await startFaultServer(first, [readRequest, send(CREATED)])
  const error = await failureOf(operations[operation](connect(server), known(server)))
  expect(error).toMatchObject({
    name: 'DcrError',
    code: 'redirect_refused',
    outcome: 'rejected',
    attempts: 1,
  })
  expect(server.requests).toBe(1)
  return { error, server }
}

const to = (number: string) => (operation: Operation) =>
  STATUSES.map((status): [string, Operation, number] => [number, operation, status])

describe('to another origin', () => {
  test.each([...to('D046')('register'), ...(['get', 'update', 'delete'] as const).flatMap(to('D054'))])(
    '%s: %s: %i',
    async (_, operation, status) => {
      const canary = await startFaultServer()
      const { error } = await redirected(
        operation,
        redirect(status, `location: ${canary.origin}/secret-path?q=secret`),
      )
      expect(error.message).toContain(`redirects to ${canary.origin}`)
      expect(error.message).not.toContain('secret')
      expect(canary.connections).toEqual([])
    },
  )
})

describe('to the same origin', () => {
  test.each([
    ...to('D047')('register').slice(0, 3),
    ...to('D048')('register').slice(3),
    ...(['get', 'update', 'delete'] as const).flatMap(to('D048')),
  ])('%s: %s: %i', async (_, operation, status) => {
    const { error, server } = await redirected(operation, redirect(status, 'location: /register/'))
    expect(error.message).toContain(`redirects to ${server.origin}`)
  })
})

test.each(STATUSES)('D049: a loop of %i is not entered', async (status) => {
  const { server } = await redirected('register', redirect(status, 'location: /register'))
  expect(server.requests).toBe(1)
})

describe('where a redirect leads is nothing that can be called', () => {
  test.each([
    ['no Location', []],
    ['an empty Location', ['location: ']],
    ['//evil.example/x', ['location: //evil.example/x']],
    ['user and password', ['location: https://user:canary-password@as.example/']],
    ['javascript:', ['location: javascript:alert(1)//canary-password']],
    ['data:', ['location: data:text/html,canary-password']],
    ['file:', ['location: file:///etc/canary-password']],
    ['a scheme of its own', ['location: app+x://canary-password']],
    ['no URL', ['location: http://[canary-password']],
    ['a private address', ['location: http://169.254.169.254/latest/canary-password']],
    ['15,000 characters', [`location: https://evil.example/${'canary-password'.repeat(1000)}`]],
    ['bidirectional characters', ['location: https://evil.example/\u202ecanary-password']],
  ])('D051: %s', async (_, headers) => {
    const { error } = await redirected('register', redirect(307, ...headers))
    expect(`${error.stack} ${JSON.stringify(error)}`).not.toMatch(/canary|user:|\u202e/)
    expect(error.message.length).toBeLessThan(300)
  })

  test.each([
    ['two Locations', ['location: https://a.example/', 'location: https://b.example/']],
    ['two Locations in one', ['location: https://a.example/, https://b.example/']],
  ])('D052: %s', async (_, headers) => {
    await redirected('register', redirect(308, ...headers))
  })

  test.each([
    ['CR', 'location: https://a.example/\rx-canary: 1'],
    ['NUL', 'location: https://a.example/\0'],
    ['a line feed before another answer', `location: https://a.example/\n\n${CREATED}`],
  ])('D052: a Location with %s', async (_, header) => {
    const server = await startFaultServer([...redirect(307, header), end], [readRequest, send(CREATED)])
    const error = await failureOf(connect(server).register(METADATA))
    expect(error.code).toMatch(/^(network_error|redirect_refused)$/)
    expect(error.message).not.toContain('canary')
    expect(server.requests).toBe(1)
  })
})

describe('other statuses of this class', () => {
  test.each([300, 304, 305, 306, 399])('D046: %i', async (status) => {
    await redirected('register', redirect(status, 'location: https://evil.example/'))
  })
})

describe('the discovery', () => {
  test.each(['of the same origin', 'of another origin', 'at a private address'])(
    'D053: 302 to a document %s',
    async (where) => {
      const canary = await startFaultServer()
      const location = { 'of the same origin': '/document', 'of another origin': `${canary.origin}/document` }
      const target = location[where as keyof typeof location] ?? 'http://10.0.0.1/document'
      // As many as there are well-known paths; a path that follows finds nothing.
      const scripts = Array.from({ length: 6 }, () =>
        redirect(302, `location: ${target}`, 'connection: close'),
      )
      const server = await startFaultServer(...scripts)
      const error = await failureOf(discover(server.origin, { allowInsecureRequests: true }))
      expect(error.code).toMatch(/^(discovery_failed|redirect_refused)$/)
      const asked = server.connections.map(({ received }) => `${received}`.split(' ')[1])
      for (const path of asked) expect(path ?? '/.well-known/').toMatch(/^\/\.well-known\/|^$/)
      expect(canary.connections).toEqual([])
    },
  )
})

test('D056: an answer that the runtime does not show', async () => {
  const server = await startFaultServer()
  const opaque = Object.defineProperties(new Response(), {
    type: { value: 'opaqueredirect' },
    status: { value: 0 },
    ok: { value: false },
  })
  const error = await failureOf(connect(server, { fetch: async () => opaque }).register(METADATA))
  expect(error).toMatchObject({ code: 'redirect_refused', outcome: 'rejected', attempts: 1 })
  expect(error.message).toContain('redirects, where the request is not sent')
})

test.each(['0; url=https://evil.example/', '0;url=/register/'])(
  'D057: 201 with Refresh: %s',
  async (refresh) => {
    const answer = answerOf('201 Created', { client_id: 'c1' }, `refresh: ${refresh}`)
    const server = await startFaultServer([readRequest, send(answer)])
    await expect(connect(server).register(METADATA)).resolves.toEqual({ client_id: 'c1' })
    expect(server.requests).toBe(1)
  },
)

test('D058: the body of a redirect is not read', async () => {
  const head = 'HTTP/1.1 307 Elsewhere\r\nlocation: /register/\r\ncontent-length: 67108864\r\n\r\n'
  const { server } = await redirected('register', [readRequest, send(head), send(' '.repeat(300_000))])
  await server.connections[0]?.closed
})
