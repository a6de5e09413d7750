import type { Sql } from '../../platform/db/sql.ts';
import { ConfigError } from '../../platform/errors.ts';
import type { KeyProvider } from './key-provider.ts';
import { lengthPrefixed, VaultError } from './sealed.ts';

/** Held while a start looks at the keys in use, and while they change: one does not fall into the other. */
export const startLease = { name: 'start', seconds: 30, waitSeconds: 60 };

const checkText = Buffer.from('Patchbay master key check'.padEnd(32, '.'));

/**
 * Proves that this process holds every master key in use, so that a missing or wrong one stops the
 * start and not the first request that needs it; then registers those that are new.
 *
 * @throws ConfigError naming each key id that is missing or wrong.
 */
export async function checkMasterKeys(sql: Sql, keys: KeyProvider): Promise<void> {
  const found = await findMasterKeyComplaints(sql, keys);
  if (found.length > 0) throw new ConfigError(found.join('\n'));
  for (const kid of keys.kids) await registerMasterKey(sql, keys, kid);
}

/** What is wrong with the master keys that are held, of those that are in use; empty when nothing is. */
export async function findMasterKeyComplaints(sql: Sql, keys: KeyProvider): Promise<string[]> {
  const rows = await sql<MasterKeyRow>('master-keys', listStatement, []);
  const complaints = await Promise.all(rows.map((row) => findMasterKeyComplaint(keys, row)));
  return complaints.filter((complaint) => complaint !== undefined);
}

/** The key that new data keys are wrapped with. */
export async function findActiveMasterKey(sql: Sql): Promise<MasterKeyRow | undefined> {
  const [row] = await sql<MasterKeyRow>('active-master-key', activeStatement, []);
  return row;
}

const activeStatement = `
  SELECT kid, check_value AS "checkValue", true AS "isInUse" FROM master_key WHERE status = 'active'`;

/** Whether anything may be sealed in a database; false before its migrations as well. */
export async function hasMasterKeys(sql: Sql): Promise<boolean> {
  const [table] = await sql<{ isThere: boolean }>('find-master-key-table', tableStatement, []);
  return table?.isThere === true && (await sql('master-keys', listStatement, [])).length > 0;
}

const tableStatement = `SELECT to_regclass('public.master_key') IS NOT NULL AS "isThere"`;

/** A master key as it is stored, and whether anything needs it. */
export type MasterKeyRow = { kid: string; checkValue: Uint8Array; isInUse: boolean };

const listStatement = `
  SELECT kid, check_value AS "checkValue", status = 'active' OR EXISTS (
    SELECT 1 FROM data_key WHERE master_key_kid = kid AND wrapped IS NOT NULL) AS "isInUse"
  FROM master_key ORDER BY created_at, kid`;

/* The first key of an empty installation is active; any later one waits until it is promoted. */
const registerStatement = `
  INSERT INTO master_key (kid, check_value, status)
  SELECT $1, $2::bytea, (CASE WHEN EXISTS (SELECT 1 FROM master_key) THEN 'staged' ELSE 'active' END)::"MasterKeyStatus"
  WHERE NOT EXISTS (SELECT 1 FROM master_key WHERE kid = $1)
  ON CONFLICT DO NOTHING`;

async function registerMasterKey(sql: Sql, keys: KeyProvider, kid: string): Promise<void> {
  const checkValue = await keys.wrap(kid, checkContext(kid), checkText);
  await sql('register-master-key', registerStatement, [kid, checkValue]);
}

/** What is wrong with one of them; undefined when nothing is. */
export async function findMasterKeyComplaint(
  keys: KeyProvider,
  { kid, checkValue, isInUse }: MasterKeyRow,
): Promise<string | undefined> {
  if (!keys.kids.includes(kid)) {
    if (!isInUse) return undefined;
    return `The master key "${kid}" is missing: this database holds values sealed under it. Add it to MASTER_KEYS.`;
  }
  try {
    await keys.unwrap(kid, checkContext(kid), checkValue);
    return undefined;
  } catch (error) {
    if (!(error instanceof VaultError)) throw error;
    return `The master key "${kid}" is another than the one this database was sealed under. Set the right one in MASTER_KEYS.`;
  }
}

function checkContext(kid: string): Buffer {
  return Buffer.concat(['master key check', kid].flatMap(lengthPrefixed));
}
