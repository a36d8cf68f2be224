import { readFileSync } from 'node:fs'
import { setupServer } from 'msw/node'
import { expect, test, vi } from 'vitest'
import {
  type ClientInformation,
  type ClientMetadata,
  type ClientMetadataChanges,
  DcrClient,
  type DcrError,
  discover,
  type Warning,
} from '../src/index.js'
import { referenceServer } from '../src/testing/index.js'

/* The examples of the specifications: sent as they stand there, and read to the last member. */

interface Registration {
  request: ClientMetadata
  status: number
  answer: Record<string, unknown>
}
interface Update {
  registered: ClientInformation
  changes: ClientMetadataChanges
  sent: Record<string, unknown>
}
const fixture = (name: string) =>
  JSON.parse(readFileSync(new URL(`./fixtures/${name}.json`, import.meta.url), 'utf8'))

const server = {
  issuer: 'https://server.example.com',
  registration_endpoint: 'https://server.example.com/register',
}

/** A client whose requests are recorded, and answered by this. */
function answering(status: number, body: unknown, warnings: Warning[] = []) {
  const fetch = vi.fn(async (request: Request) => {
    recorded.push({
      method: request.method,
      url: request.url,
      headers: request.headers,
      json: await request.json(),
    })
    return Response.json(body, { status })
  })
  const recorded: { method: string; url: string; headers: Headers; json: unknown }[] = []
  return { recorded, dcr: new DcrClient(server, { fetch, onWarning: (warning) => warnings.push(warning) }) }
}

test.each(['rfc7591-registration', 'openid-registration'])('%s', async (name) => {
  const { request, status, answer } = fixture(name) as Registration
  const warnings: Warning[] = []
  const { recorded, dcr } = answering(status, answer, warnings)
  expect(await dcr.register(request)).toEqual(answer)
  expect(recorded).toMatchObject([{ method: 'POST', url: server.registration_endpoint, json: request }])
  expect(recorded[0]?.headers.get('content-type')).toBe('application/json')
  expect(recorded[0]?.headers.get('accept')).toBe('application/json')
  expect(warnings).toEqual([])
})

test('rfc7591-refusal', async () => {
  const { request, status, answer } = fixture('rfc7591-refusal') as Registration
  const error = await answering(status, answer)
    .dcr.register(request)
    .catch((error: DcrError) => error)
  expect(error).toMatchObject({
    name: 'OAuthError',
    code: 'rejected',
    outcome: 'rejected',
    status,
    ...answer,
  })
})

test('rfc7592-update', async () => {
  const { registered, changes, sent } = fixture('rfc7592-update') as Update
  const { recorded, dcr } = answering(200, { ...registered, ...changes })
  expect(await dcr.update(registered, changes)).toEqual({ ...registered, ...changes })
  expect(recorded).toMatchObject([{ method: 'PUT', url: registered.registration_client_uri, json: sent }])
  expect(recorded[0]?.json).toEqual(sent)
  expect(recorded[0]?.headers.get('authorization')).toBe(`Bearer ${registered.registration_access_token}`)
})

test('the reference server takes the registration of RFC 7591 as well', async () => {
  const { request } = fixture('rfc7591-registration') as Registration
  const as = referenceServer()
  const network = setupServer(...as.handlers)
  network.listen({ onUnhandledRequest: 'error' })
  try {
    const client = await new DcrClient(await discover(as.issuer)).register(request)
    expect(client.redirect_uris).toEqual(request.redirect_uris)
    expect(client['client_name#ja-Jpan-JP']).toBe('クライアント名')
  } finally {
    network.close()
  }
})
