import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

/** The kinds of deviation of the survey of servers, in its order and in its words. */
const KINDS = [
  'No management at all (no RAT/RCU)',
  'Management by another credential than a RAT',
  'Management partly there',
  'RCU in query form `?client_id=`',
  'RCU relative, or internal host',
  'RCU/RAT missing from GET or PUT answers',
  'RAT rotated on PUT',
  'RAT rotated or re-issued on **GET**',
  'RAT must not / does not rotate',
  'RAT killed when misused on another client',
  'RAT short-lived or dated',
  'Single-use IAT',
  'IAT scope must match exactly / carry a given scope',
  'Non-Bearer scheme on create',
  'Advertised endpoint that anonymous callers cannot use',
  '200 on create',
  'Other success codes',
  'Unknown client: 401 invalid_client',
  'Empty error body',
  'Own error shape',
  'Own or off-RFC error codes',
  'HTML error pages',
  'Unknown metadata refused',
  'Own required members',
  'Members that must be absent',
  'PUT needs client_id in body',
  'PUT semantics',
  'CSEA missing with a secret',
  'CSEA null / without a secret / misspelt',
  'CIIA missing',
  'Nulls in answer',
  'Empty strings',
  'Wrong types',
  'camelCase wire',
  'TEAM default not basic',
  'TEAM changed against the request',
  'Secret for public / none for confidential',
  'Secret not echoed on GET',
  'Metadata silently changed',
  'Not everything echoed',
  'Same client_id for repeated registration',
  'Client expires / purged',
  'Rate limits at registration',
  'Redirect-URI rules by application_type',
  'Accepted at register, refused at authorize',
  'Signed or JWT body, mTLS, SSA',
  'Not in discovery / discovery traps',
  'client_id not URL-safe',
  'Disabled answers',
  'DCR deprecated beside CIMD',
]

test('the table has each kind of deviation once, under its number and its name', () => {
  const folder = new URL('./', import.meta.url)
  const rows = readdirSync(folder)
    .filter((file) => file.endsWith('.test.ts') && file !== 'complete.test.ts')
    .flatMap((file) => [
      ...readFileSync(new URL(file, folder), 'utf8').matchAll(/^deviation\((\d+), '([^']+)', /gm),
    ])
    .map(([, number, name]) => ({ number: Number(number), name }))
  rows.sort((a, b) => a.number - b.number)
  expect(rows).toEqual(KINDS.map((name, index) => ({ number: index + 1, name })))
})
