import { describe, expect, test } from 'vitest'
import type { DcrError } from '../../src/index.js'
import { backedStore } from '../../src/stores/backed.js'
import { aesGcm, type EncryptionKey } from '../../src/stores/encryption.js'
import type { StoredRegistration } from '../../src/stores/store.js'
import { failureOf } from '../failure-of.js'
import { fakeBackend } from './fake-backend.js'
import { KEY } from './samples.js'

const BOUND = '[1,"key"]'
const PLACE = 'the row "1"'
const SECRET = 'the-client-secret'
const stored: StoredRegistration = {
  issuer: 'https://as.example.com',
  client: { client_id: 'c1', client_secret: SECRET, registration_access_token: 'the-token' },
}

const bytes = (length = 32) => crypto.getRandomValues(new Uint8Array(length))
const cryptoKey = (name = 'AES-GCM', usages: KeyUsage[] = ['encrypt', 'decrypt'], length = 256) =>
  crypto.subtle.generateKey({ name, length }, false, usages) as Promise<CryptoKey>

/** That it is an error of the store, and says nothing of what nobody may know. */
function expectSealed(error: DcrError, what: string, ...keys: Uint8Array[]) {
  expect(error).toMatchObject({ name: 'DcrError', code: 'store_sealed', outcome: 'not_sent' })
  expect(error.message).toContain(what)
  expect(error.cause).toBeUndefined()
  const told = `${error.stack}${JSON.stringify(error)}`
  for (const key of keys) {
    for (const encoding of ['base64', 'hex', 'latin1'] as const)
      expect(told).not.toContain(Buffer.from(key).toString(encoding))
  }
  expect(told).not.toContain(SECRET)
}

describe('what was sealed opens', () => {
  const lengths = [16, 24, 32]
  test.each(lengths)('with a key of %i bytes', async (length) => {
    const encryption = aesGcm([{ id: 'k1', key: bytes(length) }])
    const sealed = await encryption.seal('text é \u{1F511}', BOUND)
    expect(sealed.id).toBe('k1')
    expect(await encryption.open(sealed, BOUND, PLACE)).toBe('text é \u{1F511}')
  })

  test('with a key that WebCrypto does not give away', async () => {
    const key = await cryptoKey()
    const sealed = await aesGcm([{ id: 'k1', key }]).seal('text', BOUND)
    expect(await aesGcm([{ id: 'k1', key }]).open(sealed, BOUND, PLACE)).toBe('text')
  })

  test('with the same bytes in a CryptoKey, a Buffer, or a view of a part', async () => {
    const key = bytes()
    const sealed = await aesGcm([{ id: 'k1', key }]).seal('text', BOUND)
    const imported = await crypto.subtle.importKey('raw', key, 'AES-GCM', false, ['decrypt', 'encrypt'])
    const part = new Uint8Array([1, ...key, 2]).subarray(1, 33)
    for (const same of [imported, Buffer.from(key), part]) {
      expect(await aesGcm([{ id: 'k1', key: same }]).open(sealed, BOUND, PLACE)).toBe('text')
    }
  })

  test('even if the caller has wiped the bytes, or changed the list, meanwhile', async () => {
    const key = bytes()
    const [kept, keys] = [Uint8Array.from(key), [{ id: 'k1', key }]]
    const encryption = aesGcm(keys)
    key.fill(0)
    Object.assign(keys[0] ?? {}, { id: 'k2', key: bytes() })
    const sealed = await encryption.seal('text', BOUND)
    expect(await aesGcm([{ id: 'k1', key: kept }]).open(sealed, BOUND, PLACE)).toBe('text')
  })
})

describe('what was sealed does not open', () => {
  test('with another key of the same name', async () => {
    const [one, another] = [bytes(), bytes()]
    const sealed = await aesGcm([{ id: 'k1', key: one }]).seal(SECRET, BOUND)
    const error = await failureOf(aesGcm([{ id: 'k1', key: another }]).open(sealed, BOUND, PLACE))
    expectSealed(error, `${PLACE} does not open with the key "k1"`, one, another)
  })

  test('with a key that is not given, of whatever name', async () => {
    const key = bytes()
    const encryption = aesGcm([{ id: 'k1', key }])
    const { text } = await encryption.seal(SECRET, BOUND)
    for (const id of ['k2', '__proto__', 'constructor', '']) {
      const error = await failureOf(encryption.open({ id, text }, BOUND, PLACE))
      expectSealed(error, `${PLACE} is encrypted with the key "${id}", which was not given`, key)
    }
    const error = await failureOf(encryption.open({ id: 'a\n\u001b[2J', text }, BOUND, PLACE))
    expectSealed(error, 'with the key "a\\n\\u001b[2J"', key)
  })

  test('under another key of the store, or changed in any byte', async () => {
    const key = bytes()
    const encryption = aesGcm([{ id: 'k1', key }])
    const sealed = await encryption.seal(SECRET, BOUND)
    const what = `${PLACE} does not open with the key "k1"`
    expectSealed(await failureOf(encryption.open(sealed, '[1,"another"]', PLACE)), what, key)
    const raw = Buffer.from(sealed.text, 'base64')
    for (let index = 0; index < raw.length; index++) {
      const changed = Buffer.from(raw)
      changed[index] = (changed[index] ?? 0) ^ 1
      const texts = [changed.toString('base64'), raw.subarray(0, index).toString('base64')]
      for (const text of texts) {
        expectSealed(await failureOf(encryption.open({ id: 'k1', text }, BOUND, PLACE)), what, key)
      }
    }
    for (const text of ['', '!', `${sealed.text}A`]) {
      expectSealed(await failureOf(encryption.open({ id: 'k1', text }, BOUND, PLACE)), what, key)
    }
  })
})

test('no nonce comes twice in 1,000, and the same text is another each time', async () => {
  const encryption = aesGcm([{ id: 'k1', key: await cryptoKey() }])
  const texts = await Promise.all(
    Array.from({ length: 1000 }, async () => (await encryption.seal('text', BOUND)).text),
  )
  expect(new Set(texts.map((text) => Buffer.from(text, 'base64').toString('hex', 0, 12))).size).toBe(1000)
})

describe('keys that are none are refused', () => {
  const key = bytes()
  const given: Record<string, () => unknown> = {
    nothing: () => undefined,
    'no list': () => ({ id: 'k1', key }),
    'an empty list': () => [],
    'an empty place': () => [undefined],
    'no id': () => [{ key }],
    'an empty id': () => [{ id: '', key }],
    'a number as id': () => [{ id: 1, key }],
    'no key': () => [{ id: 'k1' }],
    'a password': () => [{ id: 'k1', key: 'a password of 32 characters.....' }],
    'no bytes': () => [{ id: 'k1', key: new Uint8Array(0) }],
    '31 bytes': () => [{ id: 'k1', key: bytes(31) }],
    'a second one that is none': () => [
      { id: 'k1', key },
      { id: 'k2', key: bytes(33) },
    ],
    'two of the same id': () => [
      { id: 'k1', key },
      { id: 'k1', key: bytes() },
    ],
    'a CryptoKey of AES-CBC': async () => [{ id: 'k1', key: await cryptoKey('AES-CBC') }],
    'a CryptoKey that may not decrypt': async () => [
      { id: 'k1', key: await cryptoKey('AES-GCM', ['encrypt']) },
    ],
    'a first CryptoKey that may not encrypt': async () => [
      { id: 'k1', key: await cryptoKey('AES-GCM', ['decrypt']) },
    ],
  }
  for (const [what, keys] of Object.entries(given)) {
    test(what, async () => {
      const list = (await keys()) as EncryptionKey[]
      const error = await failureOf(Promise.resolve().then(() => aesGcm(list)))
      expect(error).toMatchObject({ name: 'DcrError', code: 'invalid_argument', outcome: 'not_sent' })
      expect(error.message).toMatch(/^aesGcm: the keys must be a list of \{ id, key \}/)
      expect(error.stack).not.toContain('a password of')
    })
  }
})

test('a key that this runtime has no use for is an error that names it', async () => {
  const encryption = aesGcm([{ id: 'k1', key: bytes(24) }])
  const { importKey } = crypto.subtle
  crypto.subtle.importKey = () =>
    Promise.reject(new DOMException('192-bit AES keys are not supported', 'OperationError'))
  try {
    const error = await failureOf(encryption.seal(SECRET, BOUND))
    expect(error).toMatchObject({ name: 'DcrError', code: 'store_failed', cause: { code: 'OperationError' } })
    expect(error.message).toContain('this runtime cannot use the key "k1" of 24 bytes')
  } finally {
    crypto.subtle.importKey = importKey
  }
})

describe('a store with an encryption', () => {
  const [old, young] = [
    { id: 'old', key: bytes() },
    { id: 'young', key: bytes() },
  ]

  test('keeps no secret in clear, and says of what it is the registration', async () => {
    const { backend, texts } = fakeBackend()
    await backedStore(backend, { encryption: aesGcm([old]) }).set(KEY, stored)
    const [[place, text] = ['', '']] = texts
    expect(place).toBe(KEY)
    expect(JSON.parse(`${text.split('\n')[0]}`)).toMatchObject({ key: KEY, sealed: 'old' })
    const decoded = Buffer.from(`${text.split('\n')[1]}`, 'base64').toString('latin1')
    for (const secret of [SECRET, 'the-token', 'client_id']) {
      expect(text).not.toContain(secret)
      expect(decoded).not.toContain(secret)
    }
  })

  test('reads with every key that is given, and saves with the first', async () => {
    const { backend, texts } = fakeBackend()
    const before = backedStore(backend, { encryption: aesGcm([old]) })
    const during = backedStore(backend, { encryption: aesGcm([young, old]) })
    const after = backedStore(backend, { encryption: aesGcm([young]) })
    const revision = await before.set(KEY, stored)
    const read = await during.get(KEY)
    expect(read).toStrictEqual({ ...stored, revision })
    expectSealed(
      await failureOf(after.get(KEY)),
      'is encrypted with the key "old", which was not given',
      old.key,
    )
    const saved = await during.set(KEY, { ...stored, revision })
    expect(texts.get(KEY)).toContain('"sealed":"young"')
    expect(await after.get(KEY)).toStrictEqual({ ...stored, revision: saved })
    expectSealed(
      await failureOf(before.get(KEY)),
      'is encrypted with the key "young", which was not given',
      young.key,
    )
  })

  test('refuses what was put there in clear, and is refused by a store without one', async () => {
    const { backend, texts } = fakeBackend()
    const sealing = backedStore(backend, { encryption: aesGcm([old]) })
    const clear = backedStore(backend)
    for (const [one, other, what] of [
      [clear, sealing, 'is not encrypted, and this store has an encryption'],
      [sealing, clear, 'is encrypted, and this store has no encryption'],
    ] as const) {
      await one.set(KEY, stored)
      const text = texts.get(KEY)
      const calls = [other.get(KEY), other.set(KEY, stored), other.delete(KEY), other.list()]
      for (const error of await Promise.all(calls.map(failureOf))) {
        expectSealed(error, `the place of ${KEY} ${what}`, old.key)
      }
      expect(texts.get(KEY)).toBe(text)
      await one.delete(KEY)
    }
  })

  test('does not take the registration of one issuer for that of another', async () => {
    const { backend, texts } = fakeBackend()
    const store = backedStore(backend, { encryption: aesGcm([old]) })
    const evil = JSON.stringify(['https://evil.example.com', 'name', 'default'])
    await store.set(KEY, stored)
    const [first = '', second = ''] = `${texts.get(KEY)}`.split('\n')
    const { sha256, ...header } = JSON.parse(first)
    expect(sha256).toHaveLength(64)
    // The checksum is no secret: who moves the text makes it right.
    const sum = `${JSON.stringify([header.format, evil, header.revision, header.sealed])}\n${second}`
    const digest = await crypto.subtle.digest('SHA-256', Buffer.from(sum))
    const moved = { ...header, key: evil, sha256: Buffer.from(digest).toString('hex') }
    texts.set(evil, `${JSON.stringify(moved)}\n${second}\n`)
    expectSealed(
      await failureOf(store.get(evil)),
      `the place of ${evil} does not open with the key "old"`,
      old.key,
    )
  })
})
