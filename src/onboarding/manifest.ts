import type { MethodBy } from '../authentication/methods.js'
import type { Provider } from '../providers/provider.js'
import type { ClientMetadata, ManageWith } from '../types.js'

/** Where a secret is: an environment variable, or a file. */
export type SecretReference = { readonly env: string } | { readonly file: string }

/** A secret that a manifest names, and does not hold. */
export interface ManifestSecret {
  /** Where the manifest names it. */
  readonly path: readonly (string | number)[]
  /** @throws {DcrError} `missing_credential`: there is none. */
  read(): Promise<string>
}

/** How an access token that registers is asked for, by client credentials. */
export interface ManifestToken {
  readonly clientId: string
  /** Its secret, or its private key: one of them is there. */
  readonly clientSecret?: ManifestSecret | undefined
  readonly clientKey?: ManifestSecret | undefined
  readonly scope: string
  readonly method: MethodBy<'secret' | 'key'>
  readonly singleUse: boolean
}

/** Where a server is that publishes no metadata, as they would name it (RFC 8414 §2). */
export interface ManifestEndpoints {
  readonly registration_endpoint: string
  readonly token_endpoint?: string
}

/** A server of a manifest. */
export interface ManifestServer {
  /** What the manifest calls it. */
  readonly name: string
  readonly issuer: string
  /** In place of the metadata: nothing is discovered then. */
  readonly endpoints?: ManifestEndpoints | undefined
  readonly provider?: Provider | undefined
  readonly initialAccessToken?: ManifestSecret | undefined
  readonly token?: ManifestToken | undefined
  readonly manageWith?: ManageWith | undefined
  /** Clients that are worked on at the same time. */
  readonly concurrency: number
}

/** A client of a manifest at one of its servers. */
export interface ManifestClient {
  /** Under which it is kept: the `name` of the `Registrar`. */
  readonly name: string
  readonly server: ManifestServer
  /** What is asked for, with all defaults and variables in it. */
  readonly metadata: ClientMetadata
}

/** What a manifest says, checked. It holds no secret: those are read when they are needed. */
export interface Manifest {
  readonly servers: readonly ManifestServer[]
  /** One for each client at each of its servers. */
  readonly clients: readonly ManifestClient[]
  readonly secrets: readonly ManifestSecret[]
}
