/*
 * The guards that an answer must pass and the types generated from openapi/dcr.yaml are held equal, member by
 * member: this file compiles or the two have drifted apart.
 */

import type {
  authorizationServerMetadataGuards,
  clientInformationGuards,
  Guarded,
  tokenResponseGuards,
} from '../../src/metadata/schemas.js'
import type * as generated from '../../src/openapi.gen.js'

/** The members that have a name, without those that stand for any other. */
type Named<T> = {
  [member in keyof T as string extends member ? never : member]-?: Exclude<T[member], undefined>
}

type Same<A, B> = [A, B] extends [B, A] ? true : false

/** Which members there are, and what each may be. */
type Agreement<A, B> = [Same<keyof Named<A>, keyof Named<B>>, Same<Named<A>, Named<B>>]

declare function agree<_T extends [true, true]>(): void

agree<Agreement<Guarded<typeof clientInformationGuards>, generated.ClientInformation>>()
agree<Agreement<Guarded<typeof tokenResponseGuards>, generated.TokenResponse>>()

// Of the server's metadata only what this library reads has a guard.
type Read = keyof typeof authorizationServerMetadataGuards
agree<
  Agreement<
    Guarded<typeof authorizationServerMetadataGuards>,
    Pick<Named<generated.AuthorizationServerMetadata>, Read>
  >
>()

// And the check can fail: a member too many, one too few, another type, a string for a list.
type Guards = Guarded<typeof clientInformationGuards>
type Client = Named<generated.ClientInformation>
// @ts-expect-error
agree<Agreement<Guards, Client & { more: string }>>()
// @ts-expect-error
agree<Agreement<Guards, Omit<Client, 'scope'>>>()
// @ts-expect-error
agree<Agreement<Guards, Omit<Client, 'scope'> & { scope: number }>>()
// @ts-expect-error
agree<Agreement<Guards, Omit<Client, 'contacts'> & { contacts: string }>>()
