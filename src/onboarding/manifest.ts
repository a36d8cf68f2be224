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
  /** The client that asks, which an operator of the server has made. */
  readonly clientId: string
  /** Its secret, or its private key: one of them is there. */
  readonly clientSecret?: ManifestSecret | undefined
  /** Of a client of `private_key_jwt`: a JSON Web Key, or PEM of PKCS#8. */
  readonly clientKey?: ManifestSecret | undefined
  /** Scopes, separated by single spaces; `register` where the manifest names none. */
  readonly scope: string
  /** How it proves itself at the token endpoint (RFC 7591 §2). */
  readonly method: 'client_secret_basic' | 'client_secret_post' | 'client_secret_jwt' | 'private_key_jwt'
  /** Whether a token registers one client and is void then. */
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
  /** Its issuer identifier (RFC 8414 §2). */
  readonly issuer: string
  /** In place of the metadata: nothing is discovered then. */
  readonly endpoints?: ManifestEndpoints | undefined
  /** Its profile, where it deviates from the specifications. */
  readonly provider?: Provider | undefined
  /** What registers, where it is held; never together with `token`. */
  readonly initialAccessToken?: ManifestSecret | undefined
  /** What asks for an access token that registers, in place of `initialAccessToken`. */
  readonly token?: ManifestToken | undefined
  /** What reading, changing and deleting is proved with. Absent: as the profile says, or by the registration access token. */
  readonly manageWith?: ManageWith | undefined
  /** Clients that are worked on at the same time. */
  readonly concurrency: number
}

/** A client of a manifest at one of its servers. */
export interface ManifestClient {
  /** Under which it is kept: the `name` of the `Registrar`. */
  readonly name: string
  /** One of those of the manifest. */
  readonly server: ManifestServer
  /** What is asked for, with all defaults and variables in it. */
  readonly metadata: ClientMetadata
}

/** What a manifest says, checked. It holds no secret: those are read when they are needed. */
export interface Manifest {
  /** In the order of the manifest. */
  readonly servers: readonly ManifestServer[]
  /** One for each client at each of its servers. */
  readonly clients: readonly ManifestClient[]
  /** All that it names, for `checkSecrets`. */
  readonly secrets: readonly ManifestSecret[]
}
