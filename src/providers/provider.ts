import type { ErrorCode } from '../errors.js'
import type { AuthorizationServerMetadata, ManageWith } from '../types.js'

/**
 * Where one kind of server contradicts the specifications: data and tiny functions, for the option `provider` of
 * `DcrClient`. What is absent is as the specifications have it. To change a member, spread it:
 * `{ ...okta, scheme: 'Bearer' }`.
 *
 * None of it makes an answer less than it is: what a provider cannot read is read as if there were none.
 */
export interface Provider {
  /** What errors and warnings call it. */
  readonly name: string
  /**
   * What the path of its registration endpoint looks like. At a server with another one the `DcrClient` is refused,
   * with `provider_mismatch`.
   */
  readonly endpointPath?: RegExp | undefined
  /** The registration endpoint, for servers whose metadata leaves it out, or names another than is meant here. */
  readonly registrationEndpoint?: ((server: AuthorizationServerMetadata) => string | undefined) | undefined
  /** The scheme of the `Authorization` header in which the initial access token is sent. Default `Bearer`. */
  readonly scheme?: string | undefined
  /** The default of the option `manageWith`. */
  readonly manageWith?: ManageWith | undefined
  /** What of the management there is; the rest is refused before anything is sent. Default: all of it. */
  readonly management?: readonly ('get' | 'update' | 'delete')[] | undefined
  /**
   * Where clients are managed whatever their `registration_client_uri` says: at the registration endpoint with the
   * identifier as the last part of the path, or as the parameter `client_id` of the query.
   */
  readonly managedAt?: 'path' | 'query' | undefined
  /**
   * The members that may be sent; any other is left out, with the warning `left_out_member`. An entry such as
   * `client_name#` stands for its language-tagged variants. Default: everything.
   */
  readonly members?: readonly string[] | undefined
  /** Whether a list with nothing in it may be sent; if not, it is left out, with the warning. Default true. */
  readonly emptyLists?: boolean | undefined
  /** Members of its answers that an update must not send back, beside those of RFC 7592 §2.2. */
  readonly notSentBack?: readonly string[] | undefined
  /** Members of its answers that an update must send back although RFC 7592 §2.2 leaves them out or open. */
  readonly sentBack?: readonly string[] | undefined
  /** Names on the wire, by the registered ones; for what is sent and for what is answered. */
  readonly wireNames?: Readonly<Record<string, string>> | undefined
  /** The last hand on what is sent, before `wireNames`: for values of another shape. */
  readonly write?: ((metadata: Record<string, unknown>) => Record<string, unknown>) | undefined
  /** The first hand on what is answered, after `wireNames`. Credentials that it drops are kept nevertheless. */
  readonly read?: ((answer: Record<string, unknown>) => Record<string, unknown>) | undefined
  /** Members that a read leaves out although they are registered; what else it leaves out is taken as removed. */
  readonly leftOutOfReads?: readonly string[] | undefined
  /** Whether only the first answer holds the secret itself: what a later one calls so, such as its hash, is ignored. */
  readonly secretGivenOnce?: boolean | undefined
  /** How an update is written. Default `json`. */
  readonly updateFormat?: 'json' | 'form' | undefined
  /** Members that an update removes by sending them empty, to a server that keeps what is omitted. */
  readonly emptied?: readonly string[] | undefined
  /** Whether an update has to start from what is registered now, not from what was last known. */
  readonly readBeforeUpdate?: boolean | undefined
  /** Whether a read may replace the registration access token: it is then not sent again after silence. */
  readonly rotatesOnRead?: boolean | undefined
  /** What its own error words mean, and those it uses with an unusual status: of the answers below 500. */
  readonly errors?: Readonly<Record<string, ErrorCode>> | undefined
  /** What to do about an error when registering, and when managing: half a sentence, after our general advice. */
  readonly advice?: { readonly register?: Advice; readonly manage?: Advice } | undefined
}

type Advice = Readonly<Partial<Record<ErrorCode, string>>>
