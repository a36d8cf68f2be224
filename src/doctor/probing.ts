import type { DcrClient } from '../client/client.js'
import type { TokenSource } from '../http/request.js'
import type { AuthorizationServerMetadata, ClientInformation } from '../types.js'
import type { Warning } from '../warnings.js'
import type { Said } from './finding.js'
import type { DiagnoseOptions } from './options.js'

/** One probe of one server. */
export interface Probing {
  readonly server: AuthorizationServerMetadata
  /** Keeps the client, so that it is not lost if this process is. */
  readonly dcr: DcrClient
  /** Keeps nothing. */
  readonly bare: DcrClient
  readonly options: DiagnoseOptions
  /** What must not be told: each that comes up is noted. */
  readonly secrets: Set<string>
  readonly said: [string, Said][]
  readonly warnings: Warning[]
}

/** For a step that nobody's impatience ends: an answer that nobody waits for may hold what deletes the client. */
export function unhurried(): { signal: AbortSignal } {
  return { signal: new AbortController().signal }
}

/** The same client, whose secrets are noted. */
export function note<T extends ClientInformation>(client: T, { secrets }: Pick<Probing, 'secrets'>): T {
  for (const secret of [client.client_secret, client.registration_access_token]) {
    if (typeof secret === 'string') secrets.add(secret)
  }
  return client
}

/** The same source, of which each token is noted. */
export function noted(
  source: DiagnoseOptions['initialAccessToken'],
  secrets: Set<string>,
): DiagnoseOptions['initialAccessToken'] {
  if (typeof source === 'string') secrets.add(source)
  if (typeof source !== 'function') return source
  const taking: TokenSource = async (request) => {
    const token = await source(request)
    if (typeof token === 'string') secrets.add(token)
    return token
  }
  return taking
}
