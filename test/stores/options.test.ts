import { describe, expect, test } from 'vitest'
import { aesGcm } from '../../src/stores/encryption.js'
import { fileStore } from '../../src/stores/file/index.js'
import { postgresStore } from '../../src/stores/postgres/index.js'
import { redisStore } from '../../src/stores/redis/index.js'
import { webStorageStore } from '../../src/stores/web-storage.js'
import { fakeStorage } from './fake-storage.js'

const key = { id: 'k1', key: new Uint8Array(32) }
const makers: Record<string, (options: never) => unknown> = {
  fileStore: (options) => fileStore(options),
  redisStore: (options) => redisStore({ sendCommand: () => expect.fail('a command was sent') }, options),
  postgresStore: (options) =>
    postgresStore({ connect: () => expect.fail('a connection was taken') }, options),
  webStorageStore: (options) => webStorageStore(fakeStorage(), options),
}
const refused = {
  'no options': null,
  'a text': '/var/lib/app/clients',
  'a key that is no encryption': { encryption: key },
  'a list of keys': { encryption: [key] },
  'an encryption that is null': { encryption: null },
}

for (const [maker, make] of Object.entries(makers)) {
  describe(`${maker} refuses`, () => {
    for (const [what, options] of Object.entries(refused)) {
      test(what, () => {
        const refusal = { name: 'DcrError', code: 'invalid_argument', outcome: 'not_sent' }
        const call = () => make(options as never)
        expect(call).toThrowError(expect.objectContaining(refusal))
        expect(call).toThrowError(new RegExp(`${maker}: (the options|options.encryption) must be`))
      })
    }
  })

  test(`${maker} takes an encryption`, () => {
    expect(() => make({ encryption: aesGcm([key]) } as never)).not.toThrow()
  })
}
