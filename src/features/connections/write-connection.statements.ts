import { insertEvent } from '../../core/audit/audit.service.ts';
import type { sealedConfig } from '../../core/connection-config/sealed-config.ts';
import { heldDataKey } from '../../core/vault/write-sealed.ts';
import type { Prisma } from '../../platform/db/generated/client.ts';
import type { ConnectionStatus } from '../../platform/db/generated/enums.ts';

/*
 * A connection with both halves of its config and the event that says so: one statement each. A
 * transaction of one for each row takes twice as long.
 */

/** Prisma, in a transaction or outside: a write that has to wait must not do so in a session of the hot path. */
type Runner = Pick<Prisma.TransactionClient, '$queryRawUnsafe'>;

type Sealed = ReturnType<typeof sealedConfig>;

export type InsertedConnection = {
  id: string;
  projectId: string;
  name: string;
  nameFolded: string;
  createdBy: string;
  status: ConnectionStatus;
  sealed: Sealed;
  /** As `eventValues` makes it. */
  event: unknown[];
};

const insertStatement = `
  WITH held AS (${heldDataKey('$1')}),
  made AS (
    INSERT INTO connection (id, project_id, name, name_folded, created_by, status,
      type, config, config_data_key_id, secret_fields)
    SELECT $2::uuid, $3::uuid, $4, $5, $6, $7::"ConnectionStatus", $8, $9::bytea, held.id, $10::text[]
    FROM held RETURNING id
  ), sealed AS (
    INSERT INTO connection_secret (connection_id, config, config_data_key_id)
    SELECT made.id, $11::bytea, held.id FROM made, held
  )
  ${insertEvent('made', 12)} RETURNING id`;

/** Stores a new one; false, and nothing is stored, when the data key is retired. Throws what a unique name throws. */
export async function insertConnection(db: Runner, row: InsertedConnection): Promise<boolean> {
  const { id, projectId, name, nameFolded, createdBy, status, event } = row;
  const { connection, secret } = row.sealed;
  const made = await db.$queryRawUnsafe<unknown[]>(
    insertStatement,
    ...[connection.configDataKeyId, id, projectId, name, nameFolded, createdBy, status],
    ...[connection.type, connection.config, connection.secretFields, secret.config],
    ...event,
  );
  return made.length > 0;
}

export type ChangedConnection = {
  id: string;
  /** The one that it must still have. */
  version: number;
  dataKeyId: string;
  name: { name: string; nameFolded: string } | undefined;
  /** With the status that it gets, if it gets another. */
  config: (Sealed & { status: ConnectionStatus | null }) | undefined;
  /** As `eventValues` makes it. */
  event: unknown[];
};

const changeStatement = `
  WITH held AS (${heldDataKey('$1')}),
  changed AS (
    UPDATE connection c SET version = c.version + 1,
      name = COALESCE($4, c.name), name_folded = COALESCE($5, c.name_folded),
      status = COALESCE($6::"ConnectionStatus", c.status), type = COALESCE($7, c.type),
      config = COALESCE($8::bytea, c.config), secret_fields = COALESCE($9::text[], c.secret_fields),
      config_data_key_id = CASE WHEN $8::bytea IS NULL THEN c.config_data_key_id ELSE held.id END
    FROM held WHERE c.id = $2::uuid AND c.version = $3 RETURNING c.id
  ), sealed AS (
    INSERT INTO connection_secret (connection_id, config, config_data_key_id)
    SELECT changed.id, $10::bytea, held.id FROM changed, held WHERE $10::bytea IS NOT NULL
    ON CONFLICT (connection_id) DO UPDATE
    SET config = excluded.config, config_data_key_id = excluded.config_data_key_id
  ), noted AS (${insertEvent('changed', 11)})
  SELECT EXISTS (SELECT FROM changed) AS "isChanged" FROM held`;

/** Changes one; `isChanged` is false when it has another version by now. Undefined when the data key is retired. */
export async function changeConnection(
  db: Runner,
  { id, version, dataKeyId, name, config, event }: ChangedConnection,
): Promise<{ isChanged: boolean } | undefined> {
  const { connection, secret, status } = config ?? {};
  const [done] = await db.$queryRawUnsafe<{ isChanged: boolean }[]>(
    changeStatement,
    ...[dataKeyId, id, version, name?.name ?? null, name?.nameFolded ?? null, status ?? null],
    ...[connection?.type ?? null, connection?.config ?? null, connection?.secretFields ?? null],
    ...[secret?.config ?? null, ...event],
  );
  return done;
}
