import type { ClientMetadata, DcrClientOptions, Difference } from '../../src/index.js'

/** A server the contract is held against: the fake and the real ones alike. */
export interface Subject {
  readonly issuer: string
  readonly options: Pick<DcrClientOptions, 'allowInsecureRequests'>
  close(): Promise<void> | void
}

/** What a server offers. What is left out is as a full OpenID Provider has it. */
export interface SetUp {
  /** What a registration needs: nothing, one fixed initial access token, or an access token for `register`. */
  readonly registration: 'open' | { readonly initialAccessToken: string } | 'token'
  readonly management: 'rotating' | 'fixed' | 'read' | 'none'
  /** The kinds of clients that it registers. Default: all. */
  readonly kinds?: readonly Kind[]
  /** What a machine client asks for, where the usual is refused. */
  readonly machine?: ClientMetadata
  /** What a client is given that asks for nothing but a name and a redirect URI. */
  readonly given?: Readonly<Record<string, unknown>>
  /** For how many seconds a client secret is good. Default 0: for ever. */
  readonly secretLifetime?: number
  /** The error for a mistake, where it is not the usual one; `null` if the server does not mind. */
  readonly refusals?: Readonly<Partial<Record<Mistake, string | null>>>
  /** What may be asked for, and is registered otherwise or not at all. */
  readonly altered?: { readonly requested: ClientMetadata; readonly told: readonly Difference[] }
  /** How a client may prove itself at the token endpoint. Default: all ways. */
  readonly methods?: readonly Method[]
  /** The status for a wrong secret, where it is not 401: RFC 6749 §5.2 leaves that open but for Basic. */
  readonly wrongSecretStatus?: Readonly<Partial<Record<Method, number>>>
  /** The error for a machine client that proved who it is, where it gets no token of its own. */
  readonly tokenRefusal?: string
  /** Whether its authorization endpoint can be asked, and there `asks` the user, or `grants` at once. */
  readonly authorization?: 'asks' | 'grants'
  readonly start: () => Promise<Subject>
}

export type Kind = 'confidential' | 'public' | 'native' | 'machine'
export type Method = 'client_secret_basic' | 'client_secret_post' | 'client_secret_jwt' | 'private_key_jwt'

export const web: ClientMetadata = {
  redirect_uris: ['https://app.example.com/cb'],
  client_name: 'Contract',
}

/** What a server refuses, and with which error. */
export const mistakes = {
  'no redirect URI where one is needed': ['invalid_redirect_uri', { client_name: 'x' }],
  'a redirect URI for no browser': ['invalid_redirect_uri', { redirect_uris: ['ftp://app.example.com/cb'] }],
  'a relative initiate_login_uri scheme': [
    'invalid_client_metadata',
    { ...web, initiate_login_uri: 'http://app.example.com/login' },
  ],
  'an unknown authentication method': [
    'invalid_client_metadata',
    { ...web, token_endpoint_auth_method: 'telepathy' },
  ],
  'an unknown grant type': ['invalid_client_metadata', { ...web, grant_types: ['telepathy'] }],
  'a scope the server does not have': ['invalid_client_metadata', { ...web, scope: 'openid telepathy' }],
  'an unknown response type': ['invalid_client_metadata', { ...web, response_types: ['telepathy'] }],
} as const satisfies Record<string, [error: string, metadata: ClientMetadata]>

export type Mistake = keyof typeof mistakes

/** A set-up with nothing left out. */
export type Server = Required<Omit<SetUp, Optional>> & Pick<SetUp, Optional>
type Optional = 'authorization' | 'tokenRefusal'

export function complete(setUp: SetUp): Server {
  return {
    kinds: ['confidential', 'public', 'native', 'machine'],
    machine: { grant_types: ['client_credentials'], response_types: [], redirect_uris: [] },
    given: {
      token_endpoint_auth_method: 'client_secret_basic',
      grant_types: ['authorization_code'],
      response_types: ['code'],
    },
    secretLifetime: 0,
    refusals: {},
    wrongSecretStatus: {},
    altered: {
      requested: { ...web, software_id: 'x' },
      told: [{ member: 'software_id', requested: 'x' }],
    },
    methods: ['client_secret_basic', 'client_secret_post', 'client_secret_jwt', 'private_key_jwt'],
    ...setUp,
  }
}

/** An operation, a kind of client, or a way of client authentication. */
export type Shown = 'register' | 'get' | 'update' | 'delete' | Kind | Method | 'none'

declare module 'vitest' {
  interface TaskMeta {
    /** What a test shows of a server if it passes. */
    shows?: readonly Shown[]
  }
}
