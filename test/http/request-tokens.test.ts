import { describe, expect, test, vi } from 'vitest'
import type { DcrError } from '../../src/errors.js'
import { openCall } from '../../src/http/call.js'
import { failure } from '../../src/http/failure.js'
import { type Exchange, request, type TokenSource } from '../../src/http/request.js'
import type { Provider } from '../../src/providers/provider.js'

/* The token that a request is sent with, and another where the server refuses it. */

type Refused = [status: number, error?: string]

const POST = 'POST https://as.example/register'

interface Given extends Partial<Exchange> {
  provider?: Provider
  signal?: AbortSignal
}

/** Sends to a server that refuses so often, and then has done it. */
async function run(refusals: readonly Refused[], { provider, signal, ...exchange }: Given) {
  const sent: (string | null)[] = []
  const fetch = async ({ headers }: Request) => {
    const [status, error] = refusals[sent.length] ?? [200]
    sent.push(headers.get('authorization'))
    return Response.json({ client_id: 'c1', error }, { status })
  }
  const call = { ...openCall('register', { fetch, signal }), provider }
  const attempt = request({ method: 'POST', url: new URL('https://as.example/register'), ...exchange }, call)
  const error: DcrError | undefined = await attempt.then(
    () => undefined,
    (thrown) => thrown,
  )
  return { error, sent }
}

const asking = (...tokens: string[]) => {
  const asked: unknown[] = []
  const token: TokenSource = (question) => {
    asked.push(question)
    return tokens[asked.length - 1] ?? expect.fail('it was asked too often')
  }
  return { token, asked }
}

describe('what is sent', () => {
  test('nothing, where there is none', async () => {
    expect((await run([], {})).sent).toEqual([null])
  })

  test('the authorization of the attempt, where there is no token', async () => {
    expect((await run([], { authorization: 'Basic YTpi' })).sent).toEqual(['Basic YTpi'])
    expect((await run([], { authorization: 'Basic YTpi', token: 't1' })).sent).toEqual(['Bearer t1'])
  })

  test('another scheme', async () => {
    expect((await run([], { token: 't1', scheme: 'SSWS' })).sent).toEqual(['SSWS t1'])
  })

  test.each([
    ['t1', 'Bearer t1'],
    ['t1\n', 'Bearer t1'],
    ['t1\r\n', 'Bearer t1'],
    ['a:b', 'Bearer a:b'],
  ])('the token %j, however it is given', async (token, authorization) => {
    for (const source of [token, () => token, async () => token])
      expect((await run([], { token: source })).sent).toEqual([authorization])
  })

  test('the credentials of Basic are base64', async () => {
    expect((await run([], { token: 'YTpi', scheme: 'Basic' })).sent).toEqual(['Basic YTpi'])
  })
})

describe('what is no token', () => {
  const what = 'its token must be text of visible ASCII characters, without "Bearer", spaces or line breaks'
  test.each<[token: unknown]>([
    [''],
    ['\n'],
    ['a b'],
    ['t1\n\n'],
    ['t1\r'],
    ['\nt1'],
    ['é'],
    ['Bearer t1'],
    [42],
    [null],
    [{}],
  ])('%j', async (token) => {
    for (const given of [token, () => token]) {
      if (given === null) continue
      const { error, sent } = await run([], { token: given as string })
      expect(error).toMatchObject({ code: 'invalid_argument', outcome: 'not_sent', attempts: 0 })
      expect(error?.message).toBe(`register: ${what}. Nothing was sent.`)
      expect(sent).toEqual([])
    }
  })

  test('nothing, of a source', async () => {
    expect((await run([], { token: () => undefined as never })).error?.message).toContain(what)
  })

  test.each(['basic', 'Basic', 'BASIC'])('user and password as they are, for %s', async (scheme) => {
    const { error, sent } = await run([], { token: 'user:password', scheme })
    expect(error).toMatchObject({ code: 'invalid_argument', outcome: 'not_sent' })
    expect(error?.message).toBe(
      'register: its token must be the base64 of user and password with a colon between them. Nothing was sent.',
    )
    expect(sent).toEqual([])
  })
})

describe('a token that is refused', () => {
  test.each<[name: string, refused: Refused]>([
    ['401', [401]],
    ['invalid_token', [400, 'invalid_token']],
    ['invalid_token, forbidden', [403, 'invalid_token']],
    ['invalid_token, 499', [499, 'invalid_token']],
  ])('%s: another is asked for, and sent at once', async (_, refused) => {
    const { token, asked } = asking('t1', 't2')
    const { error, sent } = await run([refused], { token })
    expect(error).toBeUndefined()
    expect(sent).toEqual(['Bearer t1', 'Bearer t2'])
    expect(asked).toEqual([{}, { refused: 't1' }])
  })

  test.each<[name: string, refused: Refused]>([
    ['403', [403]],
    ['400', [400, 'invalid_request']],
    ['a failing server that says so', [500, 'invalid_token']],
  ])('%s: it is not the token', async (_, refused) => {
    const { token, asked } = asking('t1')
    const { error, sent } = await run([refused], { token })
    expect(error).toMatchObject({ status: refused[0], attempts: 1 })
    expect(sent).toEqual(['Bearer t1'])
    expect(asked).toEqual([{}])
  })

  test('a second one that is refused is the end', async () => {
    const { token, asked } = asking('t1', 't2')
    const { error, sent } = await run([[401], [401]], { token })
    expect(error).toMatchObject({ code: 'unauthorized', attempts: 2 })
    expect(sent).toEqual(['Bearer t1', 'Bearer t2'])
    expect(asked).toHaveLength(2)
  })

  test('a source that has no other has the same, which is not sent again', async () => {
    const { token, asked } = asking('t1', 't1')
    const { error, sent } = await run([[401]], { token })
    expect(error).toMatchObject({ code: 'unauthorized', attempts: 1 })
    expect(sent).toEqual(['Bearer t1'])
    expect(asked).toEqual([{}, { refused: 't1' }])
  })

  test('text is not asked for another', async () => {
    const { error, sent } = await run([[401]], { token: 't1' })
    expect(error).toMatchObject({ code: 'unauthorized', attempts: 1 })
    expect(sent).toEqual(['Bearer t1'])
  })

  test('what a server means by other words', async () => {
    const provider: Provider = { name: 'own', errors: { E1: 'unauthorized', invalid_token: 'forbidden' } }
    expect((await run([[400, 'E1']], { provider, ...asking('t1', 't2') })).sent).toHaveLength(2)
    expect((await run([[400, 'invalid_token']], { provider, ...asking('t1', 't2') })).sent).toHaveLength(2)
  })
})

describe('a source that fails', () => {
  const throwing = (error: unknown, ...tokens: string[]): TokenSource => {
    return () => tokens.shift() ?? Promise.reject(error)
  }

  test('with an error of its own, which may hold anything', async () => {
    const { error, sent } = await run([], { token: throwing(new Error('hunter22')) })
    expect(error).toMatchObject({ code: 'missing_credential', outcome: 'not_sent', attempts: 0 })
    expect(error?.message).toBe('register: the source of the token failed. Nothing was sent.')
    expect(error?.cause).toBeUndefined()
    expect(sent).toEqual([])
  })

  const endpoint = 'POST https://as.example/token'
  const token = (code: DcrError['code'], told: object) =>
    failure({ operation: 'requestToken' }, code, 'no', { outcome: 'unknown', ...told })

  test.each<[name: string, error: DcrError, message: string, told: object]>([
    [
      'with a refusal',
      token('unauthorized', {
        endpoint,
        status: 401,
        error: 'invalid_client',
        error_description: 'no',
        retryAfter: 3,
      }),
      `${endpoint} answered 401 invalid_client`,
      { code: 'unauthorized', status: 401, error: 'invalid_client', error_description: 'no', retryAfter: 3 },
    ],
    [
      'with a refusal that has no word',
      token('server_error', { endpoint, status: 500 }),
      `${endpoint} answered 500`,
      { code: 'server_error', status: 500 },
    ],
    [
      'without an answer',
      token('network_error', { endpoint, cause: { code: 'X' } }),
      `${endpoint} failed with network_error`,
      { code: 'network_error', cause: { code: 'X' } },
    ],
    [
      'before it asked',
      token('invalid_url', {}),
      'the token endpoint failed with invalid_url',
      { code: 'invalid_url' },
    ],
  ])('%s', async (_, thrown, message, told) => {
    const provider: Provider = {
      name: 'own',
      advice: { register: { unauthorized: 'never', server_error: 'never', network_error: 'never' } },
    }
    const { error, sent } = await run([], { token: throwing(thrown), provider })
    expect(error).toMatchObject({ ...told, outcome: 'not_sent', attempts: 0 })
    expect(error).not.toHaveProperty('endpoint')
    for (const member of ['error', 'error_description', 'retryAfter', 'cause'])
      if (!(member in told)) expect(error).not.toHaveProperty(member)
    expect(error?.message).toBe(`register: got no token: ${message}. Nothing was sent.`)
    expect(sent).toEqual([])
  })

  test('when it is asked for another: what became of the request stays', async () => {
    const thrown = token('network_error', { endpoint })
    const { error, sent } = await run([[401]], { token: throwing(thrown, 't1') })
    expect(error).toMatchObject({ code: 'network_error', outcome: 'rejected', attempts: 1, endpoint: POST })
    expect(error?.message).toContain(`got no token: ${endpoint} failed with network_error`)
    expect(sent).toEqual(['Bearer t1'])
  })

  test('or does not come back before an abort', async () => {
    const controller = new AbortController()
    const never = vi.fn(() => {
      controller.abort('enough')
      return new Promise<string>(() => {})
    })
    const { error, sent } = await run([], { token: never, signal: controller.signal })
    expect(error).toMatchObject({ code: 'aborted', outcome: 'not_sent', attempts: 0, cause: 'enough' })
    expect(never).toHaveBeenCalledTimes(1)
    expect(sent).toEqual([])
  })

  test('or tells of what came before', async () => {
    const { error } = await run([], { token: throwing(new Error('no')), earlier: 'unknown' })
    expect(error).toMatchObject({ code: 'missing_credential', outcome: 'unknown' })
  })
})
