import { storeFailure } from '../failure.js'

const DEFAULT_TABLE = 'dcr_client_registrations'

/** PostgreSQL cuts longer names off, and two tables would become one: 63 characters. */
const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,62}$/

/** Quoted, as it stands in SQL. */
export function quoted(table: string = DEFAULT_TABLE): string {
  const names = typeof table === 'string' ? table.split('.') : []
  if (names.length > 0 && names.length <= 2 && names.every((name) => NAME.test(name))) {
    return names.map((name) => `"${name}"`).join('.')
  }
  const what = 'table must be a name, or a schema and a name with a dot between them'
  throw storeFailure(
    'invalid_argument',
    `${what}; each of letters, digits and _ of ASCII, at most 63 characters`,
  )
}

/**
 * The SQL that makes the table of a `postgresStore`, where it is not there yet. Run it with your own tool for migrations, or
 * by `await pool.query(migration())`, also from several processes at once. A schema must be there already.
 *
 * @throws {DcrError} `invalid_argument`
 */
export function migration({ table }: { table?: string | undefined } = {}): string {
  // Two that create the same table at once fail, even with "if not exists". The hash of the key is the primary key since
  // no index takes a long key.
  return `select pg_advisory_xact_lock(hashtextextended('dcr-client migration', 0));
create table if not exists ${quoted(table)} (
  key_sha256 text primary key,
  key text not null,
  registration text not null,
  updated_at timestamptz not null default now()
);
`
}
