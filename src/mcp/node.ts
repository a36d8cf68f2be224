import { guardedFetch } from '../node/guarded-fetch.js'
import type { RegistrarOptions } from '../registrar/options.js'
import { McpRegistrar as UnguardedMcpRegistrar } from './mcp-registrar.js'

export * from './index.js'

/**
 * On Node, Bun and Deno, where a guard can be had, URLs that strangers name are guarded unless the application has a
 * `fetch` of its own.
 */
export class McpRegistrar extends UnguardedMcpRegistrar {
  constructor(options: RegistrarOptions) {
    const { allowInsecureRequests, fetch } = Object(options) as RegistrarOptions
    super({ ...options, fetch: fetch ?? guardedFetch({ allowLoopback: allowInsecureRequests === true }) })
  }
}
