import type { Sql } from '../../platform/db/sql.ts';
import { ConfigError } from '../../platform/errors.ts';
import type { KeyProvider } from './key-provider.ts';
import { lengthPrefixed, VaultError } from './sealed.ts';

/**
 * The lease that is held while a starting process checks the keys in use, and while the keys change. So
 * the two never overlap.
 */
export const startLease = { name: 'start', seconds: 30, waitSeconds: 60 };

const checkText = Buffer.from('Patchbay master key check'.padEnd(32, '.'));

/**
 * Proves that this process holds every master key in use, then registers the new ones. Without the proof,
 * a missing or wrong key would stop only the first request that needs it.
 *
 * @throws ConfigError that names each missing or wrong key id.
 */
export async function checkMasterKeys(sql: Sql, keys: KeyProvider): Promise<void> {
  const found = await findMasterKeyComplaints(sql, keys);
  if (found.length > 0) throw new ConfigError(found.join('\n'));
  for (const kid of keys.kids) await registerMasterKey(sql, keys, kid);
}

/** Returns the problems of the held master keys that are in use; empty if there are none. */
export async function findMasterKeyComplaints(sql: Sql, keys: KeyProvider): Promise<string[]> {
  const rows = await sql<MasterKeyRow>('master-keys', listStatement, []);
  const complaints = await Promise.all(rows.map((row) => findMasterKeyComplaint(keys, row)));
  return complaints.filter((complaint) => complaint !== undefined);
}

/** Finds the master key that wraps new data keys. */
export async function findActiveMasterKey(sql: Sql): Promise<MasterKeyRow | undefined> {
  const [row] = await sql<MasterKeyRow>('active-master-key', activeStatement, []);
  return row;
}

const activeStatement = `
  SELECT kid, check_value AS "checkValue", true AS "isInUse" FROM master_key WHERE status = 'active'`;

/** Whether the database can seal anything yet; false also before its migrations. */
export async function hasMasterKeys(sql: Sql): Promise<boolean> {
  const [table] = await sql<{ isThere: boolean }>('find-master-key-table', tableStatement, []);
  return table?.isThere === true && (await sql('master-keys', listStatement, [])).length > 0;
}

const tableStatement = `SELECT to_regclass('public.master_key') IS NOT NULL AS "isThere"`;

/** A master key as the database stores it, and whether anything needs it. */
export type MasterKeyRow = { kid: string; checkValue: Uint8Array; isInUse: boolean };

const listStatement = `
  SELECT kid, check_value AS "checkValue", status = 'active' OR EXISTS (
    SELECT 1 FROM data_key WHERE master_key_kid = kid AND wrapped IS NOT NULL) AS "isInUse"
  FROM master_key ORDER BY created_at, kid`;

/*
 * The first key of an empty installation becomes active. Every later key waits until it is promoted.
 */
const registerStatement = `
  INSERT INTO master_key (kid, check_value, status)
  SELECT $1, $2::bytea, (CASE WHEN EXISTS (SELECT 1 FROM master_key) THEN 'staged' ELSE 'active' END)::"MasterKeyStatus"
  WHERE NOT EXISTS (SELECT 1 FROM master_key WHERE kid = $1)
  ON CONFLICT DO NOTHING`;

async function registerMasterKey(sql: Sql, keys: KeyProvider, kid: string): Promise<void> {
  const checkValue = await keys.wrap(kid, checkContext(kid), checkText);
  await sql('register-master-key', registerStatement, [kid, checkValue]);
}

/** Returns the problem of one master key; undefined if there is none. */
export async function findMasterKeyComplaint(
  keys: KeyProvider,
  { kid, checkValue, isInUse }: MasterKeyRow,
): Promise<string | undefined> {
  if (!keys.kids.includes(kid)) {
    if (!isInUse) return undefined;
    return `The master key "${kid}" is missing, but values in this database are sealed with it. Add it to MASTER_KEYS.`;
  }
  try {
    await keys.unwrap(kid, checkContext(kid), checkValue);
    return undefined;
  } catch (error) {
    if (!(error instanceof VaultError)) throw error;
    return `The master key "${kid}" is not the one that this database was sealed with. Set the right key in MASTER_KEYS.`;
  }
}

function checkContext(kid: string): Buffer {
  return Buffer.concat(['master key check', kid].flatMap(lengthPrefixed));
}
