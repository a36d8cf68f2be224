import type { Ensured } from '../registrar/making.js'
import type { AuthorizationServerMetadata, ClientInformation } from '../types.js'
import { registeredAuthentication } from './authentication.js'
import { clientMembers, serverMembers } from './members.js'
import type { HandOverOptions } from './options.js'
import { type RequestFunction, requestsBy } from './requests.js'

/** What `ensure` returns, as far as another library needs it. */
export type Registered = Pick<Ensured, 'server' | 'client'>

/** The same for every library that is built on oauth4webapi; none of them is imported here. */
export interface HandedOver {
  readonly server: AuthorizationServerMetadata
  readonly client: ClientInformation
  readonly authenticate: (
    as: object,
    client: object,
    form: URLSearchParams,
    headers: Headers,
  ) => Promise<void>
  readonly send: RequestFunction
}

export function handedOver({ server, client }: Registered, options: HandOverOptions): HandedOver {
  const authentication = options.authentication ?? registeredAuthentication(server, client)
  return {
    server: serverMembers(server),
    client: clientMembers(client),
    async authenticate(_as, _client, form, headers) {
      const proof = await authentication(server, form)
      if (proof) headers.set('authorization', proof)
    },
    send: requestsBy(options),
  }
}
