import type { DcrError } from '../errors.js'
import type { ClientInformation, ClientMetadata } from '../types.js'
import { ok, problem, unknown } from './finding.js'
import { listAsOrphan } from './left-over.js'
import { notOffered } from './probe-findings.js'
import { note, type Probing, unhurried } from './probing.js'
import type { LeftOverClient } from './report.js'

/** Deletes it, whoever waits for it, and looks whether it is gone. */
export async function tidyUp(
  client: ClientInformation,
  { client_name = '' }: ClientMetadata,
  { server, dcr, bare, options, said, secrets }: Probing,
): Promise<LeftOverClient | undefined> {
  let rest = client
  try {
    await dcr.delete(client, unhurried()).catch((error: DcrError) => {
      // A store that fails must not keep it there.
      if (error.code.startsWith('store_') && error.outcome === 'not_sent')
        return bare.delete(client, unhurried())
      throw error
    })
    const found = await bare.get(client, unhurried()).catch(() => undefined)
    if (!found) {
      said.push(['probe_delete', ok('the client was deleted')])
      return undefined
    }
    rest = note(found, { secrets })
    said.push([
      'probe_delete',
      problem('the server said that the client was deleted, and it can still be read'),
    ])
  } catch (error) {
    said.push(['probe_delete', notOffered(error as DcrError, 'deleted')])
  }
  const isKept = options.store !== undefined && (await listAsOrphan(rest, server, options.store))
  const { client_id, registration_client_uri } = rest
  const uri = registration_client_uri === undefined ? {} : { registration_client_uri }
  return { issuer: server.issuer, client_name, client_id, ...uri, isKept, client: rest }
}

/** The intent of it is in the store, which lists it. */
export function inDoubt(
  { client_name = '' }: ClientMetadata,
  { server, options, said }: Probing,
): LeftOverClient {
  said.push(['probe_delete', unknown('nobody knows whether there is a client to be deleted')])
  return { issuer: server.issuer, client_name, isKept: options.store !== undefined }
}
