/** Where the server answers, in the form a request's URL has. */
export interface Endpoints {
  /** The issuer without a terminating slash. */
  readonly base: string
  readonly token: string
  readonly register: string
}

/** Below the issuer, each with its slash. */
export interface EndpointPaths {
  readonly token: string
  readonly register: string
}

export function endpointsOf(issuer: string, paths: EndpointPaths): Endpoints {
  const base = new URL(issuer).href.replace(/\/$/, '')
  return { base, token: base + paths.token, register: base + paths.register }
}
