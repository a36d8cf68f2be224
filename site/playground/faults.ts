import type { Fault } from 'dcr-client/testing'

/** A way in which the server can break. */
export interface Breakage {
  readonly name: string
  readonly explanation: string
  readonly fault?: Fault
}

const PROXY_PAGE = `<!doctype html>
<title>Welcome</title>
<p>Please accept the terms of this network to go on.</p>`

/** Seconds that no caller waits: the call ends after 30. */
const TOO_LONG = '120'

export const BREAKAGES = {
  none: { name: 'Nothing', explanation: 'The server answers as it should.' },
  lost: {
    name: 'The answer is lost',
    explanation: 'The server does the work, and the connection breaks before its answer.',
    fault: { apply: true, network: 'error' },
  },
  failure: {
    name: '500',
    explanation: 'The server fails, and says nothing of use.',
    fault: { status: 500, body: { error: 'server_error', error_description: 'Something went wrong.' } },
  },
  busy: {
    name: '429, Retry-After: 1',
    explanation: 'Too many requests, and a second is little: the library waits and sends it again.',
    fault: { status: 429, headers: { 'retry-after': '1' }, body: { error: 'slow_down' } },
  },
  overrun: {
    name: `429, Retry-After: ${TOO_LONG}`,
    explanation: 'Too many requests, and two minutes are longer than a call may take.',
    fault: { status: 429, headers: { 'retry-after': TOO_LONG }, body: { error: 'slow_down' } },
  },
  cut: {
    name: 'Cut JSON',
    explanation: 'The server does the work; of its answer the last quarter is missing.',
    fault: {
      alter(body) {
        const text = JSON.stringify(body)
        return text.slice(0, Math.floor(text.length * 0.75))
      },
    },
  },
  page: {
    name: 'A page of HTML',
    explanation: 'The server does the work; a proxy puts a page of its own in the place of the answer.',
    fault: { apply: true, status: 200, headers: { 'content-type': 'text/html' }, body: PROXY_PAGE },
  },
  redirect: {
    name: 'A redirect',
    explanation: 'To another host, which would see whatever the request holds.',
    fault: { status: 307, headers: { location: 'https://elsewhere.example.com/register' } },
  },
  less: {
    name: 'It grants less',
    explanation: 'The scope is cut to openid, and the client made a public one.',
    fault: {
      alter: ({ client_secret, client_secret_expires_at, ...rest }) => ({
        ...rest,
        scope: 'openid',
        token_endpoint_auth_method: 'none',
      }),
    },
  },
} as const satisfies Record<string, Breakage>

export type BreakageName = keyof typeof BREAKAGES
