import { describe, expect, test } from 'vitest'
import type { ClientInformation, EntryOptions, Intent, StoredRegistration } from '../../src/index.js'
import { failureOf } from '../failure-of.js'
import { registered, rewrite, storedAt } from './set-up.js'

const UPDATE: Intent = { id: 'u', operation: 'update', at: 1 }

interface Dispute {
  /** What the file has otherwise than the store. */
  readonly given: Partial<ClientInformation>
  /** What the store has otherwise than the server gave at first. */
  readonly kept?: Partial<ClientInformation>
  /** What an answer to a read has otherwise than the file. */
  readonly told?: Partial<ClientInformation>
  readonly lost?: Partial<StoredRegistration>
  readonly options?: EntryOptions
}

/** A client of which an answer was lost, taken in once more with other credentials; a read tells no secret by itself. */
async function disputed({ given, kept, told, lost = { intent: UPDATE }, options }: Dispute) {
  const { as, client, ...opened } = await registered({ rotates: false })
  const before = { ...client, ...kept }
  await rewrite(opened.store, as.origin, (stored) => ({ ...stored, ...lost, client: before }))
  const { client_secret: _, client_secret_expires_at: __, registration_access_token: ___, ...body } = client
  as.refuse('GET', { body: { ...body, client_name: 'told', ...told } })
  const file = JSON.parse(JSON.stringify({ ...client, ...given }))
  const adopting = opened.registrar.adopt(as.origin, file, options)
  return { as, adopting, before, file, ...opened }
}

describe('another secret with the same token', () => {
  test('is not believed where the server does not tell which is in force, and the doubt stays', async () => {
    const { as, adopting, before, store } = await disputed({ given: { client_secret: 'older' } })
    const error = await failureOf(adopting)
    expect(error).toMatchObject({ code: 'invalid_argument', outcome: 'applied' })
    expect(error.message).toContain('the client_secret that was given is not the one that is kept')
    expect(error.message).not.toContain('older')
    const { client, intent } = await storedAt(store, as.origin)
    expect([client?.client_secret, intent]).toEqual([before.client_secret, UPDATE])
  })

  test('is refused once more, and an update ends the doubt', async () => {
    const { as, adopting, file, registrar } = await disputed({ given: { client_secret: 'older' } })
    await failureOf(adopting)
    const { client_secret: _, ...body } = file
    as.refuse('GET', { body })
    expect((await failureOf(registrar.adopt(as.origin, file))).code).toBe('invalid_argument')
    as.options.renews = true
    const { client } = await registrar.update(as.origin, { client_name: 'App 2' })
    expect(client.client_secret).toBe([...as.clients.values()][0]?.client_secret)
    expect(await registrar.adopt(as.origin, file)).toEqual(client)
  })

  test.each([
    ['the one that is kept', 'kept'],
    ['the one that was given', 'given'],
    ['another', 'told'],
  ])('is settled by a server that tells it: %s', async (_, client_secret) => {
    const { adopting } = await disputed({
      given: { client_secret: 'given' },
      kept: { client_secret: 'kept' },
      told: { client_secret },
    })
    expect(await adopting).toMatchObject({ client_secret, client_name: 'told' })
  })

  test.each([
    [2_000_000_001, 'kept'],
    [2_000_000_002, 'given'],
  ])('is settled by when the server says that it ends: %i', async (end, client_secret) => {
    const { as, adopting, store } = await disputed({
      given: { client_secret: 'given', client_secret_expires_at: 2_000_000_002 },
      kept: { client_secret: 'kept', client_secret_expires_at: 2_000_000_001 },
      told: { client_secret_expires_at: end },
    })
    expect(await adopting).toMatchObject({ client_secret, client_secret_expires_at: end })
    expect((await storedAt(store, as.origin)).intent).toBeUndefined()
  })

  test('is not settled by an end that neither has', async () => {
    const { adopting } = await disputed({
      given: { client_secret: 'given', client_secret_expires_at: 2_000_000_002 },
      kept: { client_secret: 'kept', client_secret_expires_at: 2_000_000_001 },
      told: { client_secret_expires_at: 2_000_000_003 },
    })
    expect((await failureOf(adopting)).code).toBe('invalid_argument')
  })

  test('is older where nothing but a read was lost, which makes none', async () => {
    const lost = { intent: { ...UPDATE, operation: 'get' as const } }
    const { as, adopting, before, store } = await disputed({ given: { client_secret: 'older' }, lost })
    expect((await adopting).client_secret).toBe(before.client_secret)
    expect((await storedAt(store, as.origin)).intent).toBeUndefined()
  })

  test('leaves a token that the read has given in the store', async () => {
    const provider = { name: 'rotating', rotatesOnRead: true } as const
    const { as, adopting, before, store } = await disputed({
      given: { client_secret: 'older' },
      told: { registration_access_token: 'by-the-read' },
      options: { provider },
    })
    expect((await failureOf(adopting)).message).toContain('is not the one that is kept')
    const { client, intent } = await storedAt(store, as.origin)
    expect(client).toMatchObject({
      client_secret: before.client_secret,
      registration_access_token: 'by-the-read',
    })
    expect(intent).toEqual(UPDATE)
  })
})

test('a token that is accepted, and another than the one that is kept, proves the secret beside it', async () => {
  const { adopting } = await disputed({
    given: { client_secret: 'newer', registration_access_token: 'newer' },
  })
  expect(await adopting).toMatchObject({ client_secret: 'newer', registration_access_token: 'newer' })
})

test('what was not given stays: the secret, and the token that a read needs', async () => {
  const { adopting, before } = await disputed({
    given: { client_secret: undefined, registration_access_token: undefined } as never,
  })
  const { client_secret, registration_access_token } = before
  expect(await adopting).toMatchObject({ client_secret, registration_access_token, client_name: 'told' })
})

describe('another token, where an administrator reads', () => {
  const options = { manageWith: 'initial_access_token', initialAccessToken: 'admin' } as const
  const given = { registration_access_token: 'given' }

  test('is not believed either', async () => {
    const { as, adopting, before, store } = await disputed({ given, options })
    expect((await failureOf(adopting)).message).toContain('the registration_access_token that was given')
    expect((await storedAt(store, as.origin)).client).toMatchObject({
      registration_access_token: before.registration_access_token,
    })
  })

  test('is settled by a server that tells it', async () => {
    const { adopting } = await disputed({ given, options, told: given })
    expect(await adopting).toMatchObject(given)
  })
})

test('warnings are those of the answer, and not of what was left out to compare', async () => {
  const { adopting, warnings } = await disputed({
    given: { client_secret: 'older' },
    told: { token_endpoint_auth_method: 'client_secret_basic' },
  })
  await failureOf(adopting)
  expect(warnings).toEqual([])
})
