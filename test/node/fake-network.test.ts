import { setupServer } from 'msw/node'
import { expect, onTestFinished, test } from 'vitest'
import { DcrClient, discover } from '../../src/index.js'
import { guardedFetch } from '../../src/node/index.js'
import { referenceServer } from '../../src/testing/index.js'
import { failureOf } from '../failure-of.js'

test('a guard works with the reference server, whose network is a fake', async () => {
  const as = referenceServer({ issuer: 'https://as.example.com' })
  const network = setupServer(...as.handlers)
  network.listen({ onUnhandledRequest: 'error' })
  onTestFinished(() => network.close())
  const fetch = guardedFetch()
  const dcr = new DcrClient(await discover('https://as.example.com', { fetch }), { fetch })
  const client = await dcr.register({ redirect_uris: ['https://app.example.com/cb'] })
  expect(await dcr.get(client)).toMatchObject({ client_id: client.client_id })
  await dcr.delete(client)
  as.fault('register', { apply: true, network: 'error' })
  const error = await failureOf(dcr.register({ redirect_uris: ['https://app.example.com/cb'] }))
  expect(error).toMatchObject({ code: 'network_error', outcome: 'unknown' })
})
