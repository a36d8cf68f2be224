/** What guards: the limits, the redaction, the retry rule, and the guard of `dcr-client/node`. */
export const GUARDS = [
  'src/printable.ts',
  'src/http/body.ts',
  'src/http/failure.ts',
  'src/http/json-number.ts',
  'src/http/json-oddities.ts',
  'src/http/json-scan.ts',
  'src/http/limits.ts',
  'src/http/refusal.ts',
  'src/http/request.ts',
  'src/http/url.ts',
  'src/node/*.ts',
]
