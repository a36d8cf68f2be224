import { sendJson } from './origins.js'

const answered =
  (status, change) =>
  ({ response, ordinary, canaries }) =>
    sendJson(response, status, { ...ordinary(), ...change(canaries) })

/** Changes the text of the ordinary answer, to what no object can be written as. */
const written =
  (change) =>
  ({ response, ordinary, canaries }) =>
    response
      .writeHead(201, { 'content-type': 'application/json' })
      .end(change(JSON.stringify(ordinary()), canaries))

const refused =
  (status, body) =>
  ({ response }) =>
    sendJson(response, status, body)

const once = ({ posts }) => posts === 1
const notTaken = (seen) => once(seen) && !seen.registered
/** The client exists at the server: it is in the result, or at least somewhere in the error. */
const kept = ({ reachable }) => reachable.id && reachable.secret
const showsNoSecret = ({ shown, canaries }) =>
  !shown.includes(canaries.secret) && !shown.includes(canaries.token)

/** What the server says of the client that it has just made, or why it made none. */
export const answers = [
  {
    name: 'an ordinary answer',
    must: 'keep what the client is managed with',
    right: (seen) => once(seen) && seen.registered && kept(seen) && seen.reachable.token,
  },
  {
    name: '200 in the place of 201',
    must: 'not lose the client',
    register: answered(200, () => ({})),
    right: (seen) => once(seen) && kept(seen),
  },
  {
    name: 'a secret, and no word on its expiry',
    must: 'not lose the client',
    register: answered(201, () => ({ client_secret_expires_at: undefined })),
    right: (seen) => once(seen) && kept(seen),
  },
  {
    name: 'null for what is not set',
    must: 'not lose the client',
    register: answered(201, () => ({ client_uri: null, logo_uri: null, contacts: null })),
    right: (seen) => once(seen) && kept(seen),
  },
  {
    name: 'a client_uri of javascript:',
    must: 'not hand it out, nor lose the client',
    register: answered(201, () => ({ client_uri: 'javascript:alert(document.domain)' })),
    right: (seen) => once(seen) && kept(seen) && !(seen.registered && seen.script),
  },
  {
    name: 'no client_id',
    must: 'refuse, and print no secret',
    register: answered(201, () => ({ client_id: undefined })),
    right: (seen) => notTaken(seen) && showsNoSecret(seen),
  },
  {
    name: 'a line break in client_id',
    must: 'refuse',
    register: answered(201, ({ id }) => ({ client_id: `${id}\r\nx-injected: 1` })),
    right: notTaken,
  },
  {
    name: 'two client_id, which differ',
    must: 'refuse',
    register: written((text) => text.replace('{', '{"client_id":"another",')),
    right: notTaken,
  },
  {
    name: 'bytes in client_id that are not UTF-8',
    must: 'refuse',
    register: written((text, { id }) => {
      const [before, after] = text.split(id, 2)
      return Buffer.concat([Buffer.from(before), Buffer.from([0x63, 0xff, 0xfe]), Buffer.from(after)])
    }),
    right: notTaken,
  },
  {
    name: '__proto__ with members',
    must: 'not pass it on to copies',
    register: written((text) => text.replace('{', '{"__proto__":{"isAdmin":true},')),
    right: (seen) => once(seen) && kept(seen) && !seen.inherited,
  },
  {
    name: 'nested 50,000 deep',
    must: 'give what can be stored, or keep the client',
    register: written((text) => text.replace('{', `{"x":${'['.repeat(50_000)}${']'.repeat(50_000)},`)),
    right: (seen) => once(seen) && kept(seen) && (!seen.registered || seen.storable),
  },
  {
    name: 'an expiry of 1e400',
    must: 'give what can be stored, or keep the client',
    register: written((text) =>
      text.replace('"client_secret_expires_at":0', '"client_secret_expires_at":1e400'),
    ),
    right: (seen) => once(seen) && kept(seen) && (!seen.registered || seen.storable),
  },
  {
    name: 'almost JSON, after a short secret',
    must: 'refuse, and print no secret',
    // Ten characters with its quotation marks: as much as some versions of V8 quote in the error of JSON.parse.
    register: written(() => '{"client_id":"c1","client_secret":"S3cr3t-x";"client_secret_expires_at":0}'),
    right: (seen) => notTaken(seen) && !seen.shown.includes('S3cr3t-x'),
  },
  {
    name: 'ESC in error_description',
    must: 'print no control character',
    register: refused(400, {
      error: 'invalid_client_metadata',
      error_description: '\u001b[2J\u001b[31mx\u0007',
    }),
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
    right: (seen) => notTaken(seen) && !/[\0-\x08\x0b-\x1f\x7f]/.test(seen.shown),
  },
  {
    name: 'error_description of 200 KB',
    must: 'print an error of less than 16 KB',
    register: refused(400, { error: 'invalid_client_metadata', error_description: 'x'.repeat(200_000) }),
    right: (seen) => notTaken(seen) && seen.shown.length < 16_384,
  },
  {
    name: '400 invalid_redirect_uri',
    must: 'tell the code',
    register: refused(400, { error: 'invalid_redirect_uri', error_description: 'not allowed' }),
    right: (seen) => notTaken(seen) && seen.code,
  },
]
