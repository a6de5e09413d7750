import { randomBytes } from 'node:crypto';
import type { PrismaClient } from '../../platform/db/generated/client.ts';
import type { Sql } from '../../platform/db/sql.ts';
import { newId } from '../../platform/new-id.ts';
import { type DataKeyColumns, dataKeyColumns, readDataKey } from './data-keys.ts';
import type { SealContext } from './sealed.ts';
import type { Vault } from './vault.ts';
import { writeSealed } from './write-sealed.ts';

/** The secrets that this process has loaded, by name. */
export type ServerSecrets = Map<string, Promise<Buffer>>;

type SecretDeps = { db: PrismaClient; sql: Sql; vault: Vault; serverSecrets: ServerSecrets };

/**
 * Returns 32 random bytes that all processes of an installation share and nobody else knows. They are
 * created on first use and never change.
 */
export function loadServerSecret(deps: SecretDeps, name: string): Promise<Buffer> {
  const known = deps.serverSecrets;
  const loading = known.get(name) ?? findOrMake(deps, name);
  known.set(name, loading);
  loading.catch(() => known.delete(name));
  return loading;
}

async function findOrMake(deps: SecretDeps, name: string): Promise<Buffer> {
  const found = await find(deps, name);
  if (found !== undefined) return found;
  await make(deps, name);
  const made = await find(deps, name);
  if (made === undefined) throw new Error(`The server secret "${name}" was made and is not there.`);
  return made;
}

const findStatement = `
  SELECT s.id, s.secret, ${dataKeyColumns('k', 'key')}
  FROM server_secret s JOIN data_key k ON k.id = s.secret_data_key_id WHERE s.name = $1`;

type ServerSecretRow = { id: string; secret: Uint8Array } & DataKeyColumns<'key'>;

async function find({ sql, vault }: SecretDeps, name: string): Promise<Buffer | undefined> {
  const [row] = await sql<ServerSecretRow>('find-server-secret', findStatement, [name]);
  const dataKey = row && readDataKey(row, 'key');
  return row && dataKey ? vault.open(dataKey, sealContextOfSecret(row.id), row.secret) : undefined;
}

/** Creates the secret. Of several processes that try at once, only one succeeds. */
async function make(deps: SecretDeps, name: string): Promise<void> {
  const id = newId();
  await writeSealed({ deps }, null, async (tx, key) => {
    const secret = deps.vault.seal(key, sealContextOfSecret(id), randomBytes(32));
    const data = [{ id, name, secret, secretDataKeyId: key.id }];
    await tx.serverSecret.createMany({ data, skipDuplicates: true });
  });
}

function sealContextOfSecret(id: string): SealContext {
  return {
    organizationId: null,
    projectId: null,
    table: 'server_secret',
    rowId: id,
    column: 'secret',
  };
}
