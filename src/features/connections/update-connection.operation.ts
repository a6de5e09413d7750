import { z } from 'zod';
import {
  isInProjectScope,
  projectScopeOf,
  projectScopeText,
} from '../../core/access/project-scope.ts';
import type { RequestContext } from '../../core/access/request-context.ts';
import { requireMember } from '../../core/access/roles.ts';
import { eventValues } from '../../core/audit/audit.service.ts';
import type { ConnectionType } from '../../core/catalog/catalog.ts';
import { announceChanges } from '../../core/changes/announce-changes.ts';
import {
  openHalf,
  type PlannedConfig,
  sealedConfig,
} from '../../core/connection-config/sealed-config.ts';
import {
  readStoredConfig,
  type StoredConfig,
  type StoredConfigColumns,
  storedConfigColumns,
  storedConfigJoins,
} from '../../core/connection-config/stored-config.ts';
import { operation } from '../../core/operations/operation.ts';
import type { SealingKey } from '../../core/vault/vault.ts';
import { startUntilSealed } from '../../core/vault/write-sealed.ts';
import type { Verdict } from '../../core/verification/verdict.ts';
import { dropGrant, resetBackoff } from '../../oauth/revoke/drop-grant.ts';
import type { PrismaClient } from '../../platform/db/generated/client.ts';
import {
  ConflictError,
  ForbiddenError,
  InvalidInputError,
  NotFoundError,
} from '../../platform/errors.ts';
import { isUuid } from '../../platform/input.ts';
import { accountChanged, isAccountChanged } from './account-change.ts';
import { checkAddresses } from './check-addresses.ts';
import { changedConfigIssues, changedTypeIssues, connectionChanges } from './connection.input.ts';
import type { ConnectionRow } from './connection-row.ts';
import { type ConnectionUpdate, updateConnectionRow } from './connections.store.ts';
import { connectionNameTaken } from './create-connection.operation.ts';
import { planConfig, requireGoodConfig, type StoredConnection } from './plan-config.ts';
import { requireType, requireTypeInProject } from './require-type.ts';
import { requireAccepted } from './verify-credentials.ts';

/** Maximum number of attempts of an update without a version, if others change the connection too. */
const updateAttempts = 20;

/**
 * Changes a connection. A new config replaces the whole stored one, except for secrets that it leaves out:
 * they keep their values if the type stays the same. The config is planned without a lock, because opening
 * it takes time. So the update counts only if nobody changed the connection since it was read; otherwise it
 * starts again, or fails with ConflictError if the caller named a version.
 */
export const updateConnection = operation({
  name: 'updateConnection',
  description:
    'Changes the name, config or type of a connection. With `verify`, credentials that the service refuses are not stored.',
  role: 'editor',
  audit: 'connection.update',
  connection: 'id',
  input: z.object({
    id: z.string(),
    ...connectionChanges,
    verify: z.boolean().nullish(),
    confirmAccountChange: z.boolean().nullish(),
  }),
  typeIssues: changedTypeIssues,
  inputIssues: changedConfigIssues,
  errors: [InvalidInputError, NotFoundError, ForbiddenError, ConflictError],
  run: async (context, { id, name, type: typeName, config, version, ...given }) => {
    const { deps } = context;
    for (let attempt = 0; attempt < updateAttempts; attempt += 1) {
      const stored = await findStored(context, id);
      if (stored === null) throw new NotFoundError('connection');
      if (stored.isSystem) {
        throw new ForbiddenError('A system-managed connection cannot be changed.');
      }
      const type = requireType(context, typeName ?? stored.type);
      requireTypeInProject(type, stored.projectId);
      if (config != null) requireGoodConfig(type, config, stored);
      if (version != null && version !== stored.version) break;
      const planned = await planConfig(deps.vault, stored, type, config);
      if (planned !== undefined) checkAddresses(deps, type, planned.halves);
      const verdict =
        given.verify === true
          ? await verifyChange(context, stored, { type, planned, ...given })
          : undefined;
      const changed = await writeIfUnchanged(context, stored, {
        name: name ?? undefined,
        planned,
        verdict,
      });
      if (changed === null) continue;
      announceChanges(deps);
      return changed;
    }
    throw new ConflictError(
      'Another caller has changed the connection. Read it again, then repeat the update.',
    );
  },
});

type Stored = StoredConnection & {
  version: number;
  isSystem: boolean;
  accountId: string | null;
  accountLabel: string | null;
};

const storedConnectionSql = `
  SELECT c.id, c.project_id AS "projectId", p.organization_id AS "organizationId", c.version,
    c.is_system AS "isSystem", c.account_id AS "accountId", c.account_label AS "accountLabel",
    COALESCE(c.secret_fields, '{}') AS "secretFields", ${storedConfigColumns}
  FROM (VALUES ($1::uuid, $2::uuid, $3::text, $4::boolean))
    AS q(id, organization_id, project_scope, project_scope_only)
  JOIN connection c ON c.id = q.id AND c.end_user_id IS NULL
  JOIN project p
    ON p.id = c.project_id AND p.organization_id = q.organization_id AND ${isInProjectScope('p.id')}
  ${storedConfigJoins}`;

async function findStored({ deps, viewer }: RequestContext, id: string): Promise<Stored | null> {
  const projectScope = projectScopeOf(requireMember(viewer));
  if (!isUuid(id)) return null;
  type Row = Omit<Stored, keyof StoredConfig> & StoredConfigColumns;
  const values = [
    id,
    projectScope.organizationId,
    projectScopeText(projectScope),
    projectScope.only,
  ];
  const [row] = await deps.sql<Row>('stored-connection', storedConnectionSql, values);
  return row === undefined ? null : { ...row, ...readStoredConfig(row) };
}

type CheckedChange = {
  type: ConnectionType;
  planned: PlannedConfig | undefined;
  confirmAccountChange?: boolean | null | undefined;
};

/**
 * Verifies the credentials that a connection has after the update; undefined for an OAuth type, whose tokens
 * the update does not contain.
 *
 * @throws InvalidInputError if the service refuses them, ConflictError if they belong to another account.
 */
async function verifyChange(
  context: RequestContext,
  stored: Stored,
  { type, planned, confirmAccountChange }: CheckedChange,
): Promise<Verdict | undefined> {
  if (type.oauth2 !== undefined) return undefined;
  const { vault } = context.deps;
  const halves = planned?.halves ?? {
    config: await openHalf(vault, stored, 'public', stored.publicHalf),
    secrets: await openHalf(vault, stored, 'secret', stored.secretHalf),
  };
  const { id: connectionId, projectId, accountId, accountLabel } = stored;
  const verdict = await requireAccepted(context, { type, halves, projectId, connectionId });
  const known = { id: accountId, label: accountLabel };
  const isSameService = type.type === stored.type && confirmAccountChange !== true;
  if (isSameService && verdict.account !== null && isAccountChanged(known, verdict.account)) {
    throw accountChanged(known, verdict.account);
  }
  return verdict;
}

type PlannedChange = {
  name: string | undefined;
  planned: PlannedConfig | undefined;
  verdict: Verdict | undefined;
};

/** Writes the update. It returns null if somebody else changed the connection since it was read. */
async function writeIfUnchanged(
  context: RequestContext,
  stored: Stored,
  { name, planned, verdict }: PlannedChange,
): Promise<ConnectionRow | null> {
  const { deps } = context;
  const { id, projectId, version } = stored;
  const event = eventValues(context, { action: 'connection.update', projectId, connectionId: id });
  const start = async (key: SealingKey) => {
    const change = {
      id,
      version,
      dataKeyId: key.id,
      name,
      status: planned?.status ?? null,
      sealed: planned && sealedConfig(deps.vault, key, stored, planned),
      verdict,
      event,
    };
    const changed = await write(deps.db, change, planned?.grant ?? 'keep');
    return changed === undefined ? undefined : { result: changed };
  };
  return startUntilSealed(deps, projectId, start).catch((error: unknown) => {
    throw connectionNameTaken(error) ?? error;
  });
}

/** Writes with one statement. Only if the grant changes too, it needs a transaction. */
function write(db: PrismaClient, change: ConnectionUpdate, grant: PlannedConfig['grant']) {
  if (grant === 'keep') return updateConnectionRow(db, change);
  return db.$transaction(async (tx) => {
    const changed = await updateConnectionRow(tx, change);
    if (!changed) return changed;
    if (grant === 'drop') await dropGrant(tx, change.id);
    else await resetBackoff(tx, change.id);
    return changed;
  });
}
