import type { ClientAuthentication } from '../authentication/client-authentication.js'
import { checkClient } from '../custody/keeping.js'
import { type Call, openCall } from '../http/call.js'
import { failure } from '../http/failure.js'
import { isRecord } from '../json.js'
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
  readonly isInsecureAllowed: boolean
}

/** @param operation - The function that was called, for its errors. */
export function handedOver(operation: string, registered: Registered, options: HandOverOptions): HandedOver {
  const call = openCall(operation, options)
  const { server, client } = Object(registered) as Registered
  if (!isRecord(server) || typeof server.issuer !== 'string') {
    const what = 'the server must be its metadata, an object with an issuer, as in what ensure() returned'
    throw failure(call, 'invalid_argument', what)
  }
  checkClient(client, call)
  const authentication = givenAuthentication(options, call) ?? registeredAuthentication(server, client, call)
  return {
    server: serverMembers(server),
    client: clientMembers(client),
    async authenticate(_as, _client, form, headers) {
      const proof = await authentication(server, form)
      if (proof) headers.set('authorization', proof)
    },
    send: requestsBy(call),
    isInsecureAllowed: call.allowInsecureRequests === true,
  }
}

function givenAuthentication(options: HandOverOptions, call: Call): ClientAuthentication | undefined {
  const { authentication } = { __proto__: null, ...options } as HandOverOptions
  if (authentication === undefined || typeof authentication === 'function') return authentication
  const what = 'options.authentication must be made by privateKeyJwt() or its like'
  throw failure(call, 'invalid_argument', what)
}
