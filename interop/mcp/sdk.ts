import type { Serve } from '../servers/protected-mcp-server.js'
import type { SignedIn } from './session.js'

/** What the tests ask of either line of the SDK. */
export interface Sdk {
  readonly title: string
  /** A server with one tool. */
  readonly serve: Serve
  /** Connects, calls the tool, and closes. Of one that may not get in yet nothing comes back. */
  call(url: URL, session: SignedIn): Promise<string | undefined>
  /** Hands over what the browser brought back. */
  finish(url: URL, session: SignedIn, callback: URLSearchParams): Promise<void>
}

export const TOOL = { name: 'greet', description: 'Says good day' }
export const ANSWER = 'Good day'
