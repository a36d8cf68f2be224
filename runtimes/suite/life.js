import { assert, assertEqual, rejection } from './check.js'

const METADATA = { redirect_uris: ['https://app.example.com/cb'], client_name: 'Smoke' }
const GONE = { code: 'unauthorized', status: 401, outcome: 'rejected' }

/** The life of a client at a real OpenID Provider, which has another token for it with each update. */
export const life = {
  async 'registers, and reads what it registered'(given) {
    const client = await connect(given)
    const registered = await client.register(METADATA)
    const read = await client.get(registered)
    assertEqual(read.client_id, registered.client_id, 'client_id')
    assertEqual(read.client_name, 'Smoke', 'client_name')
  },

  'updates with another token each time, and deletes': lifeThrough,

  async 'throws what it exports'({ dcr, ...given }) {
    const client = await connect({ dcr, ...given })
    const registered = await client.register(METADATA)
    const wrong = { ...registered, registration_access_token: 'wrong' }
    const error = await rejection(client.get(wrong), GONE)
    assert(error instanceof dcr.OAuthError && error instanceof dcr.DcrError, 'it is no OAuthError')
  },
}

/** From registration to deletion. With `given.fetch` it goes through that. */
export async function lifeThrough(given) {
  const client = await connect(given)
  const registered = await client.register(METADATA)
  const first = await client.update(registered, { client_name: 'Smoke 2' })
  const second = await client.update(first, { client_name: 'Smoke 3' })
  const tokens = [registered, first, second].map((each) => each.registration_access_token)
  assertEqual(new Set(tokens).size, 3, 'the number of tokens')
  assertEqual((await client.get(second)).client_name, 'Smoke 3', 'client_name')
  await rejection(client.get(first), GONE)
  await client.delete(second)
  await rejection(client.get(second), GONE)
}

async function connect({ dcr, origin, fetch: send }) {
  const options = { allowInsecureRequests: true, fetch: send }
  return new dcr.DcrClient(await dcr.discover(origin, options), options)
}
