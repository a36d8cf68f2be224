import type { DcrError } from '../errors.js'
import { type Call, openCall } from '../http/call.js'
import { callableUrl } from '../http/url.js'
import type { JsonObject } from '../json.js'
import { readMembers } from '../metadata/reading.js'
import { authorizationServerMetadataGuards } from '../metadata/schemas.js'
import type { AuthorizationServerMetadata } from '../types.js'
import { whatOf } from './asking.js'
import { CHECKS } from './checks.js'
import { discoveryOf } from './discovery.js'
import type { AskedPlace } from './facts.js'
import { problem, type Said, unknown } from './finding.js'
import { askLadder, takenOf } from './ladder.js'
import type { DiagnoseOptions } from './options.js'
import { askPreflight } from './preflight.js'
import { probe } from './probe.js'
import type { LeftOverClient, Place, ServerReport } from './report.js'

/** A server, and what the probe left there. */
export interface Diagnosed extends ServerReport {
  readonly left: LeftOverClient | undefined
}

/**
 * Diagnoses one authorization server.
 *
 * @param asked - Its issuer, as it is written where it was found.
 * @param places - What its well-known paths have answered, where they were asked already.
 */
export async function diagnoseServer(
  asked: string,
  options: DiagnoseOptions,
  secrets: Set<string>,
  places?: readonly AskedPlace[],
): Promise<Diagnosed> {
  const call = silentCall(options)
  let found = places
  try {
    found ??= await askLadder(callableUrl(asked, 'the issuer', call), asked, call)
  } catch (error) {
    if (!(error instanceof Error) || call.signal?.aborted) throw error
    const said = problem(
      error.message.replace(/^\w+: /, ''),
      'have the resource name its authorization server by an https URL',
    )
    return { issuer: asked, places: [], findings: [{ check: 'discovery', ...said }], left: undefined }
  }
  const taken = takenOf(found, asked)
  const server: AuthorizationServerMetadata = taken?.document ? read(taken.document, call) : { issuer: asked }
  const named = endpointOf(server, options)
  const endpointFlaw = flawOf(named, call)
  const endpoint = endpointFlaw === undefined ? named : undefined
  const isProbed = options.probe === true && endpoint !== undefined
  const said: [string, Said][] = discoveryOf(found, taken, asked).map((each) => ['discovery', each])
  if (taken?.document) {
    const preflight = endpoint === undefined ? undefined : await askPreflight(endpoint, silentCall(options))
    const known = {
      issuer: asked,
      places: found,
      taken,
      metadata: taken.document,
      server,
      endpoint,
      endpointFlaw,
      preflight,
    }
    const facts = { ...known, provider: options.provider, isProbed }
    for (const [check, look] of Object.entries(CHECKS))
      for (const each of look(facts)) said.push([check, each])
  }
  const probed = isProbed ? await probe(server, options, secrets) : undefined
  if (options.probe && !isProbed)
    said.push(['probe_register', unknown('there is nowhere to register the client of the probe')])
  const findings = [...said, ...(probed?.said ?? [])].map(([check, each]) => ({ check, ...each }))
  return { issuer: asked, places: found.map(placeOf), findings, left: probed?.left }
}

/** The warnings of what is read are findings already. */
export function silentCall(options: DiagnoseOptions): Call {
  return { ...openCall('diagnose', options), warn: () => {} }
}

function read(document: JsonObject, call: Call): AuthorizationServerMetadata {
  return readMembers(authorizationServerMetadataGuards, document, call) as AuthorizationServerMetadata
}

function endpointOf(server: AuthorizationServerMetadata, { provider }: DiagnoseOptions): string | undefined {
  let endpoint = server.registration_endpoint
  try {
    endpoint = provider?.registrationEndpoint?.(server) ?? endpoint
  } catch {
    // A provider that is not made for this server.
  }
  return endpoint
}

/** Why it cannot be called. */
function flawOf(endpoint: string | undefined, call: Call): string | undefined {
  try {
    if (endpoint !== undefined) callableUrl(endpoint, 'it', call)
    return undefined
  } catch (error) {
    return whatOf(error as DcrError)
  }
}

/** What of a place is reported. */
export function placeOf({ url, status, told }: Place): Place {
  return { url, told, ...(status !== undefined && { status }) }
}
