import { SECRETS } from './check.js'

const METADATA = { redirect_uris: ['https://app.example.com/cb'] }

/**
 * Makes a client of a server that has one fault. `requests` and `ended` tell what the server saw; they come by the same
 * connections as what is done with the client.
 */
export function meet({ dcr, origin, fetch: given }, fault, options = {}) {
  const use = crypto.randomUUID()
  const endpoint = `${origin}/faults/${encodeURIComponent(fault)}/${use}`
  const send = given ?? fetch
  const ask = async (what) => (await send(new Request(`${origin}/uses/${use}/${what}`))).json()
  /** Some runtimes drop what came if the connection ends before it is read: it ends when the answer is here. */
  const sendAndCut = async (request) => {
    const response = await send(request)
    void ask('cut')
    return response
  }
  const client = new dcr.DcrClient(
    { issuer: origin, registration_endpoint: endpoint },
    {
      allowInsecureRequests: true,
      initialAccessToken: SECRETS.sent,
      fetch: fault === 'cut' ? sendAndCut : given,
      ...options,
    },
  )
  return {
    register: () => client.register(METADATA),
    /** An update of a client that is managed there. */
    update() {
      const token = { registration_access_token: SECRETS.sent, registration_client_uri: endpoint }
      return client.update({ client_id: 'c1', ...METADATA, ...token }, { client_name: 'Smoke' })
    },
    /**
     * Leaves connections that are used again: if such a one ends, some runtimes send the request once more. After a
     * request that came later, they are certainly free.
     */
    async warmUp() {
      await Promise.all(['requests', 'requests', 'requests'].map(ask))
      await ask('requests')
    },
    requests: async () => (await ask('requests')).join(),
    ended: () => ask('ended'),
  }
}
