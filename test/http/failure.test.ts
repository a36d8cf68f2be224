import { describe, expect, test } from 'vitest'
import { DcrError, type ErrorCode, OAuthError, type Outcome } from '../../src/errors.js'
import { failure, isManaging } from '../../src/http/failure.js'
import type { Provider } from '../../src/providers/provider.js'

/* The sentences of errors. */

const POST = 'POST https://as.example/register'
const GET = 'GET https://as.example/register/c1'
const says = (given: Partial<Parameters<typeof failure>[3]>, code: ErrorCode = 'rejected') =>
  failure({ operation: 'register' }, code, 'went wrong', { outcome: 'rejected', ...given }).message

test.each<[Outcome, string]>([
  ['not_sent', 'Nothing was sent.'],
  ['rejected', 'Nothing was changed.'],
  ['applied', 'It was done.'],
  ['unknown', 'It may have been done.'],
])('what %s means is said', (outcome, sentence) => {
  expect(says({ outcome, endpoint: POST })).toBe(`register: ${POST} went wrong. ${sentence}`)
})

test('what is not told is left out', () => {
  const error = failure({ operation: 'discover' }, 'invalid_argument', 'is wrong')
  expect(error).toBeInstanceOf(DcrError)
  expect(error).not.toBeInstanceOf(OAuthError)
  expect(error).toMatchObject({ code: 'invalid_argument', outcome: 'not_sent', attempts: 0 })
  expect(error.message).toBe('discover: is wrong. Nothing was sent.')
  expect(error.client).toBeUndefined()
})

test('an answer with a status is an OAuthError, and has what was told', () => {
  const cause = { code: 'X' }
  const told = { outcome: 'rejected', status: 400, error: 'no', endpoint: POST, attempts: 2, cause } as const
  const error = failure({ operation: 'register' }, 'rejected', 'answered 400', told)
  expect(error).toBeInstanceOf(OAuthError)
  expect(error).toMatchObject({ ...told, code: 'rejected' })
})

test('a client is told of, and is in the error', () => {
  const error = failure({ operation: 'register' }, 'invalid_response', 'is odd', {
    outcome: 'applied',
    client: { client_id: 'c1' },
  })
  expect(error.message).toBe('register: is odd. It was done. What is known of the client is in error.client.')
  expect(error.client).toEqual({ client_id: 'c1' })
})

describe('a read changes nothing', () => {
  test.each<Outcome>(['rejected', 'applied', 'unknown'])('with the outcome %s', (outcome) => {
    expect(says({ outcome, endpoint: GET })).toBe(`register: ${GET} went wrong.`)
  })

  test('but that it was not sent is said', () => {
    expect(says({ outcome: 'not_sent', endpoint: GET })).toBe(
      `register: ${GET} went wrong. Nothing was sent.`,
    )
  })

  test('but where reading rotates the token', () => {
    const provider = { name: 'own', rotatesOnRead: true }
    const details = { outcome: 'unknown', endpoint: GET } as const
    const error = failure({ operation: 'get', provider }, 'timeout', 'was silent', details)
    expect(error.message).toBe(`get: ${GET} was silent. It may have been done.`)
  })

  test('a URL that has GET in it is none', () => {
    expect(says({ endpoint: 'PUT https://as.example/GET' })).toContain('Nothing was changed.')
  })
})

describe('what an earlier attempt may have done', () => {
  test.each<[earlier: Outcome, outcome: Outcome, told: Outcome]>([
    ['unknown', 'rejected', 'unknown'],
    ['unknown', 'not_sent', 'unknown'],
    ['unknown', 'applied', 'applied'],
    ['not_sent', 'rejected', 'rejected'],
    ['rejected', 'not_sent', 'not_sent'],
    ['applied', 'rejected', 'rejected'],
  ])('%s, and then %s, is %s', (earlier, outcome, told) => {
    const error = failure({ operation: 'register' }, 'rejected', 'went wrong', { outcome, earlier })
    expect(error.outcome).toBe(told)
    expect(error).not.toHaveProperty('earlier')
  })
})

describe('what a provider says', () => {
  const provider: Provider = {
    name: 'own',
    advice: { register: { forbidden: 'ask for a token' }, manage: { not_found: 'it has no management' } },
  }
  const message = (operation: string, code: ErrorCode) =>
    failure({ operation, provider }, code, 'went wrong', { outcome: 'rejected' }).message

  test.each(['get', 'update', 'delete'])('of managing, to %s', (operation) => {
    expect(message(operation, 'not_found')).toBe(
      `${operation}: went wrong; it has no management. Nothing was changed.`,
    )
    expect(message(operation, 'forbidden')).toBe(`${operation}: went wrong. Nothing was changed.`)
  })

  test('of registering', () => {
    expect(message('register', 'forbidden')).toBe(
      'register: went wrong; ask for a token. Nothing was changed.',
    )
    expect(message('register', 'not_found')).toBe('register: went wrong. Nothing was changed.')
  })

  test.each(['requestToken', 'discover', 'forget', 'getter', 'ensure'])('nothing to %s', (operation) => {
    expect(message(operation, 'not_found')).not.toContain('management')
    expect(message(operation, 'forbidden')).not.toContain('ask for a token')
  })

  test('one that gives no advice', () => {
    const silent = failure({ operation: 'get', provider: { name: 'own' } }, 'not_found', 'went wrong')
    expect(silent.message).toBe('get: went wrong. Nothing was sent.')
  })
})

test('what is managing', () => {
  for (const operation of ['get', 'update', 'delete']) expect(isManaging(operation), operation).toBe(true)
  for (const operation of ['register', 'discover', 'getter', 'forget', ''])
    expect(isManaging(operation), operation).toBe(false)
})

describe('whether it is the server that the provider is made for', () => {
  const doubt = ' Is this the server that the provider own is made for?'
  const ask = (code: ErrorCode, details: object, provider: Provider | undefined = { name: 'own' }) =>
    failure({ operation: 'register', provider }, code, 'went wrong', { outcome: 'rejected', ...details })
      .message

  test.each<[ErrorCode, object]>([
    ['invalid_response', {}],
    ['invalid_response', { status: 200 }],
    ['rejected', { status: 400 }],
    ['rejected', { status: 400, error: 'nonsense' }],
    ['rejected', { status: 400, error: 'not_invalid_redirect_uri' }],
    ['rejected', { status: 400, error: 'invalid_redirect_uris' }],
    ['rejected', { status: 400, error: 'software_statement' }],
    ['not_found', { status: 404 }],
  ])('is asked after %s, %j', (code, details) => {
    expect(ask(code, details)).toBe(`register: went wrong. Nothing was changed.${doubt}`)
  })

  test.each<[ErrorCode, object]>([
    ['network_error', {}],
    ['timeout', {}],
    ['rate_limited', { status: 429 }],
    ['server_error', { status: 500 }],
    ['rejected', { status: 400, error: 'invalid_redirect_uri' }],
    ['rejected', { status: 400, error: 'invalid_client_metadata' }],
    ['rejected', { status: 400, error: 'invalid_software_statement' }],
    ['rejected', { status: 400, error: 'unapproved_software_statement' }],
  ])('is not asked after %s, %j', (code, details) => {
    expect(ask(code, details)).toBe('register: went wrong. Nothing was changed.')
  })

  test('is not asked where there is no provider', () => {
    expect(failure({ operation: 'register' }, 'invalid_response', 'is odd').message).not.toContain('provider')
  })
})
