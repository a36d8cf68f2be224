import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { type AuthorizationServerMetadata, DcrError, discover } from '../../src/index.js'
import { failureOf } from '../failure-of.js'
import { startAuthorizationServer } from './authorization-server.js'
import { CHANGED, METADATA, open } from './set-up.js'

test('metadata that are found once serve all clients of an issuer', async () => {
  const as = await startAuthorizationServer()
  const { registrar } = open()
  const once = discover(as.origin, { allowInsecureRequests: true })
  const source = vi.fn((_issuer: string) => once)
  for (const name of ['one', 'two', 'three'])
    expect(await registrar.ensure(as.origin, METADATA, { name, discover: source })).toMatchObject({
      action: 'register',
      reasons: ['not_registered'],
      server: as.metadata,
    })
  expect(source.mock.calls).toEqual([[as.origin], [as.origin], [as.origin]])
  // Each well-known path of an issuer without a path.
  expect(as.requests.filter(({ method }) => method === 'GET')).toHaveLength(2)
})

test('they are not asked for where the client in the store will do, and are where it will not', async () => {
  const as = await startAuthorizationServer()
  const { registrar } = open()
  await registrar.ensure(as.origin, METADATA)
  const source = vi.fn(async () => as.metadata)
  const same = await registrar.ensure(as.origin, METADATA, { discover: source })
  expect(same).toMatchObject({ action: 'none', reasons: [] })
  expect(source).not.toHaveBeenCalled()
  const changed = await registrar.ensure(as.origin, CHANGED, { discover: source })
  expect(changed).toMatchObject({ action: 'update', reasons: ['metadata_changed'] })
  expect(source).toHaveBeenCalledTimes(1)
  await registrar.update(as.origin, { client_name: 'App 3' }, { discover: source })
  expect(source).toHaveBeenCalledTimes(2)
})

test('they are not asked for where the caller has passed them', async () => {
  const as = await startAuthorizationServer()
  const source = vi.fn(async () => as.metadata)
  await open().registrar.ensure(as.metadata, METADATA, { discover: source })
  expect(source).not.toHaveBeenCalled()
})

test('the time that they take is not that of the call', async () => {
  const as = await startAuthorizationServer()
  const timeout = 5000
  const now = performance.now.bind(performance)
  onTestFinished(() => void vi.restoreAllMocks())
  const slow = async () => {
    vi.spyOn(performance, 'now').mockImplementation(() => now() + 2 * timeout)
    return as.metadata
  }
  const ensured = await open().registrar.ensure(as.origin, METADATA, { timeout, discover: slow })
  expect(ensured.action).toBe('register')
})

describe('nothing is sent', () => {
  const refused = async (given: unknown, signal?: AbortSignal) => {
    const as = await startAuthorizationServer()
    const options = { discover: given as () => Promise<AuthorizationServerMetadata>, signal }
    const error = await failureOf(open().registrar.ensure(as.origin, METADATA, options))
    expect(error).toBeInstanceOf(DcrError)
    expect(error.outcome).toBe('not_sent')
    expect(as.connections).toBe(0)
    return error
  }

  test('where it is no function', async () => {
    expect(await refused({})).toMatchObject({ code: 'invalid_argument' })
  })

  test.each<[string, unknown]>([
    ['another issuer', { issuer: 'https://evil.example' }],
    ['no issuer', {}],
    ['nothing', undefined],
  ])('where it gives %s', async (_name, given) => {
    expect(await refused(async () => given)).toMatchObject({ code: 'issuer_mismatch' })
  })

  test('where it fails, and what it says of that is not told', async () => {
    const error = await refused(() => Promise.reject(new Error('s3cret')))
    expect(error).toMatchObject({ code: 'discovery_failed' })
    expect(error.cause).toBeUndefined()
    expect(error.message).not.toContain('s3cret')
  })

  test('where it fails with an error of this library, which is told as it is', async () => {
    const given = new DcrError('network_error', 'discover: …', { outcome: 'not_sent' })
    expect(await refused(() => Promise.reject(given))).toBe(given)
  })

  test('where its caller gives up before it has come', async () => {
    const controller = new AbortController()
    const never = () => {
      queueMicrotask(() => controller.abort())
      return new Promise(() => {})
    }
    expect(await refused(never, controller.signal)).toMatchObject({ code: 'aborted' })
  })
})
