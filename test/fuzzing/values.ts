import fc from 'fast-check'

/** Text as nobody would write it: any code unit, control and bidi characters, the syntax of other languages. */
export const oddText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc.constantFrom(
    '',
    ' ',
    '\r\nx: y',
    '\u0000',
    '\u001b[2J',
    '\u202etxet',
    '\ud800',
    '\udfff',
    '__proto__',
    'constructor',
    'toString',
    'javascript:alert(1)',
    '1e400',
    'null',
    '-1',
    '9007199254740993',
  ),
  fc.integer({ min: 1, max: 70_000 }).map((length) => 'x'.repeat(length)),
)

const url = fc.oneof(
  fc.webUrl({ withQueryParameters: true, withFragments: true }),
  fc.constantFrom(
    'https://as.example.com/register/c1',
    '/register/c1',
    '//evil.example/c1',
    'https://u:p@as.example.com/',
  ),
)

/** A number of JSON, with those that a double cannot hold: as text, since a value of JavaScript could not say them. */
const number = fc.constantFrom(0, -1, 1.5, 1e21, 2 ** 53, 1_900_000_000, 1_900_000_000_000)

export const oddValue: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 4, arbitrary: oddText },
  { weight: 2, arbitrary: url },
  { weight: 2, arbitrary: number },
  { weight: 2, arbitrary: fc.constantFrom(null, true, false, [], {}, [null], [['a']], { '': '' }) },
  { weight: 2, arbitrary: fc.array(fc.oneof(oddText, url), { maxLength: 4 }) },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 6 }) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 2_000 }).map(nested) },
)

/** Lists in lists. */
function nested(depth: number): unknown {
  let value: unknown = 'deep'
  for (let level = 0; level < depth; level++) value = [value]
  return value
}

/** The members that a server may answer, those that are none of its business, and those that no object should have. */
export const member = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.constantFrom(
      'client_id',
      'client_secret',
      'client_secret_expires_at',
      'client_id_issued_at',
      'registration_access_token',
      'registration_client_uri',
      'redirect_uris',
      'client_name',
      'client_name#ja',
      'grant_types',
      'response_types',
      'token_endpoint_auth_method',
      'scope',
      'contacts',
      'jwks',
      'jwks_uri',
      'software_statement',
      'default_max_age',
      'require_auth_time',
      'error',
      'error_description',
      'error_uri',
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom('__proto__', 'constructor', 'prototype', 'then', 'toJSON', 'length'),
  },
  { weight: 1, arbitrary: oddText },
)
