import type { Dialect } from '../dialect.js'
import type { LikeSystem } from '../options.js'
import { awork } from './awork.js'
import { hydra } from './hydra.js'
import { oidcProvider } from './oidc-provider.js'
import { simpleIdServer } from './simpleidserver.js'

const DIALECTS: Readonly<Record<LikeSystem, Dialect>> = {
  hydra,
  simpleidserver: simpleIdServer,
  awork,
}

export function dialectOf(like: LikeSystem | undefined): Dialect {
  if (like === undefined) return oidcProvider
  if (!Object.hasOwn(DIALECTS, like)) {
    throw new TypeError(`like: there is no ${String(like)}; there are ${Object.keys(DIALECTS).join(', ')}.`)
  }
  return DIALECTS[like]
}
