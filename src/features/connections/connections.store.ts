import {
  isInProjectScope,
  type ProjectScope,
  projectScopeColumns,
} from '../../core/access/project-scope.ts';
import { insertEvent, noEvent } from '../../core/audit/audit.service.ts';
import type { sealedConfig } from '../../core/connection-config/sealed-config.ts';
import { lockedDataKey } from '../../core/vault/write-sealed.ts';
import type { Verdict } from '../../core/verification/verdict.ts';
import type { Batched } from '../../platform/db/batch.ts';
import type { Prisma } from '../../platform/db/generated/client.ts';
import type { ConnectionStatus } from '../../platform/db/generated/enums.ts';
import type { Sql } from '../../platform/db/sql.ts';
import { ConflictError } from '../../platform/errors.ts';
import { foldCase } from '../../platform/input.ts';
import {
  type ConnectionColumns,
  type ConnectionRow,
  connectionColumns,
  toConnectionRow,
} from './connection-row.ts';

/*
 * The statements that store a connection and find one by its id. Each returns the whole row, so that no
 * second statement has to read what was written. Lists are in connection-pages.store.ts.
 */

/*
 * LATERAL with LIMIT makes the planner use one index look-up for each connection. It does not know how many
 * rows unnest returns, and could otherwise decide to read the whole table.
 */
const connectionByIdSql = `
  SELECT found.*
  FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::boolean[])
    WITH ORDINALITY AS q(id, organization_id, project_scope, project_scope_only, position)
  LEFT JOIN LATERAL (
    SELECT ${connectionColumns}
    FROM connection c
    JOIN project p ON p.id = c.project_id
    JOIN data_key k ON k.id = c.config_data_key_id
    WHERE c.id = q.id AND c.end_user_id IS NULL
      AND p.organization_id = q.organization_id AND ${isInProjectScope('p.id')}
    LIMIT 1
  ) found ON true
  ORDER BY q.position`;

declare module '../../core/deps/deps.ts' {
  interface Deps {
    /** Finds a connection within reach by its id. */
    loadConnectionById: Batched<
      { id: string; projectScope: ProjectScope },
      ConnectionRow | undefined
    >;
  }
}

export async function loadConnectionsByIds(
  sql: Sql,
  wanted: readonly { id: string; projectScope: ProjectScope }[],
): Promise<(ConnectionRow | undefined)[]> {
  const rows = await sql<ConnectionColumns | { id: null }>('connection-by-id', connectionByIdSql, [
    wanted.map(({ id }) => id),
    wanted.map(({ projectScope }) => projectScope.organizationId),
    ...projectScopeColumns(wanted.map(({ projectScope }) => projectScope)),
  ]);
  return rows.map((row) => (row.id === null ? undefined : toConnectionRow(row)));
}

/**
 * Prisma, in a transaction or outside of one. Writes do not use the sessions of `sql`, because a write that
 * waits for a lock must not delay the reads there.
 */
export type Writer = Pick<Prisma.TransactionClient, '$queryRawUnsafe' | '$executeRawUnsafe'>;

type Sealed = ReturnType<typeof sealedConfig>;

/** The result of `eventValues`; undefined for a write that has no audit event of its own. */
export type EventValues = unknown[] | undefined;

type NewConnection = {
  id: string;
  projectId: string;
  name: string;
  createdBy: string | null;
  status: ConnectionStatus;
  sealed: Sealed;
  /** The end user who connects it, and the requirement; null for a connection of the project itself. */
  ofUser: { endUserId: string; requirementId: string } | null;
  /** The result of a check of the credentials; undefined if there was none. */
  verdict?: Verdict | undefined;
  event: EventValues;
};

/** Returns the parameters that store a verdict, all null without one. */
function verdictValues(verdict: Verdict | undefined): unknown[] {
  const { account = null } = verdict ?? {};
  return [
    verdict?.verdict ?? null,
    verdict?.message ?? null,
    verdict?.httpStatus ?? null,
    account?.id ?? null,
    account?.label ?? null,
  ];
}

/*
 * Finds the custom type that a config was checked against, and locks it until the transaction ends. It has no
 * row if the type was changed or deleted since then, or belongs to another project.
 */
const lockedType = (id: string, version: string, projectId: string) => `
  SELECT id FROM custom_type WHERE id = ${id}::uuid AND version = ${version}::int
    AND (project_id IS NULL OR project_id = ${projectId}) FOR KEY SHARE`;

/*
 * Inserts both halves and the audit event in one statement, so that none of them exists without the others.
 * `held` locks the data key. It has no row if the key is retired, and then nothing is inserted. A connection of a
 * custom type is inserted only if `typed` has a row.
 */
const insertConnectionSql = `
  WITH held AS (${lockedDataKey('$1')}),
  typed AS (${lockedType('$14', '$15', '$3::uuid')}),
  inserted AS (
    INSERT INTO connection (id, project_id, name, name_folded, created_by, status,
      end_user_id, requirement_id, type, config, secret_fields, config_data_key_id, custom_type_id,
      verdict, verified_at, verdict_message, verdict_http_status, account_id, account_label)
    SELECT $2::uuid, $3::uuid, $4, $5, $6, $7::"ConnectionStatus",
      $8::uuid, $9::uuid, $10, $11::bytea, $12::text[], held.id, typed.id,
      $25::"VerificationVerdict", CASE WHEN $25 IS NOT NULL THEN now() END, $26, $27::int, $28, $29
    FROM held LEFT JOIN typed ON true
    WHERE $14::uuid IS NULL OR typed.id IS NOT NULL
    RETURNING *
  ), secret AS (
    INSERT INTO connection_secret (connection_id, config, config_data_key_id)
    SELECT id, $13::bytea, config_data_key_id FROM inserted
  ), event AS (${insertEvent('inserted', 16)})
  SELECT ${connectionColumns}
  FROM held
  LEFT JOIN inserted c ON true
  LEFT JOIN project p ON p.id = c.project_id
  LEFT JOIN data_key k ON k.id = c.config_data_key_id`;

/**
 * Stores a connection with both halves of its config and its audit event.
 *
 * @returns the row; undefined if the data key is retired and nothing was stored.
 * @throws the error of the database if the name is taken; ConflictError if the custom type has changed since the
 * config was checked.
 */
export async function insertConnectionRow(
  db: Writer,
  { id, projectId, name, createdBy, status, ofUser, sealed, verdict, event }: NewConnection,
): Promise<ConnectionRow | undefined> {
  const { connection, secret, plainConfig, typeVersion } = sealed;
  const [row] = await db.$queryRawUnsafe<(ConnectionColumns | { id: null })[]>(
    insertConnectionSql,
    connection.configDataKeyId,
    id,
    projectId,
    name,
    foldCase(name),
    createdBy,
    status,
    ofUser?.endUserId ?? null,
    ofUser?.requirementId ?? null,
    connection.type,
    connection.config,
    connection.secretFields,
    secret.config,
    connection.customTypeId,
    typeVersion,
    ...(event ?? noEvent),
    ...verdictValues(verdict),
  );
  if (row === undefined) return undefined;
  if (row.id !== null) return toConnectionRow(row, plainConfig);
  throw new ConflictError(
    'The connection type was changed or deleted a moment ago. Read it again, then repeat the call.',
  );
}

export type ConnectionUpdate = {
  id: string;
  /** The version that the connection must still have; undefined for any. */
  version: number | undefined;
  dataKeyId: string;
  name: string | undefined;
  /** Null keeps the status. */
  status: ConnectionStatus | null;
  sealed: Sealed | undefined;
  /** The result of a check of the new credentials; undefined if there was none. */
  verdict?: Verdict | undefined;
  event: EventValues;
};

/* A new config makes the last verdict void. So does a new verdict. */
const replacesVerdict = '($8::bytea IS NOT NULL OR $22::text IS NOT NULL)';

function newVerdict(column: string, value: string): string {
  return `${column} = CASE WHEN ${replacesVerdict} THEN ${value} ELSE c.${column} END`;
}

/* The account stays known when a config changes, so that the next check can compare it. */
function newAccount(column: string, value: string): string {
  return `${column} = CASE WHEN $25::text IS NOT NULL OR $26::text IS NOT NULL THEN ${value}
        WHEN $7 <> c.type THEN NULL ELSE c.${column} END`;
}

/*
 * Updates the columns whose parameter is not null. The version is part of the condition, so of two
 * concurrent updates of one version only the first succeeds. The same is true of the version of a custom type.
 */
const updateConnectionSql = `
  WITH held AS (${lockedDataKey('$1')}),
  typed AS (${lockedType('$11', '$12', '(SELECT project_id FROM connection WHERE id = $2::uuid)')}),
  updated AS (
    UPDATE connection c SET version = c.version + 1,
      name = COALESCE($4, c.name), name_folded = COALESCE($5, c.name_folded),
      status = COALESCE($6::"ConnectionStatus", c.status), type = COALESCE($7, c.type),
      custom_type_id = CASE WHEN $7 IS NULL THEN c.custom_type_id ELSE typed.id END,
      config = COALESCE($8::bytea, c.config), secret_fields = COALESCE($9::text[], c.secret_fields),
      config_data_key_id = CASE WHEN $8::bytea IS NULL THEN c.config_data_key_id ELSE held.id END,
      ${newVerdict('verdict', '$22::"VerificationVerdict"')},
      ${newVerdict('verified_at', 'CASE WHEN $22::text IS NOT NULL THEN now() END')},
      ${newVerdict('verdict_message', '$23')}, ${newVerdict('verdict_http_status', '$24::int')},
      ${newAccount('account_id', '$25')}, ${newAccount('account_label', '$26')}
    FROM held LEFT JOIN typed ON true
    WHERE c.id = $2::uuid AND c.version = COALESCE($3, c.version)
      AND ($11::uuid IS NULL OR typed.id IS NOT NULL)
    RETURNING c.*
  ), secret AS (
    INSERT INTO connection_secret (connection_id, config, config_data_key_id)
    SELECT updated.id, $10::bytea, held.id FROM updated, held WHERE $10::bytea IS NOT NULL
    ON CONFLICT (connection_id) DO UPDATE
    SET config = excluded.config, config_data_key_id = excluded.config_data_key_id
  ), event AS (${insertEvent('updated', 13)})
  SELECT ${connectionColumns}
  FROM held
  LEFT JOIN updated c ON true
  LEFT JOIN project p ON p.id = c.project_id
  LEFT JOIN data_key k ON k.id = c.config_data_key_id`;

/**
 * Changes a connection and stores its audit event.
 *
 * @returns the new row; null if the connection was deleted or has another version, or its custom type has
 * changed since the config was checked; undefined if the data key is retired and nothing was stored.
 * @throws the error of the database if the name is taken.
 */
export async function updateConnectionRow(
  db: Writer,
  { id, version, dataKeyId, name, status, sealed, verdict, event }: ConnectionUpdate,
): Promise<ConnectionRow | null | undefined> {
  const [row] = await db.$queryRawUnsafe<(ConnectionColumns | { id: null })[]>(
    updateConnectionSql,
    dataKeyId,
    id,
    version ?? null,
    name ?? null,
    name === undefined ? null : foldCase(name),
    status,
    sealed?.connection.type ?? null,
    sealed?.connection.config ?? null,
    sealed?.connection.secretFields ?? null,
    sealed?.secret.config ?? null,
    sealed?.connection.customTypeId ?? null,
    sealed?.typeVersion ?? null,
    ...(event ?? noEvent),
    ...verdictValues(verdict),
  );
  if (row === undefined) return undefined;
  return row.id === null ? null : toConnectionRow(row, sealed?.plainConfig);
}
