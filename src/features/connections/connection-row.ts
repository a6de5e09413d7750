import type { JsonObject } from '../../core/catalog/json.ts';
import {
  type DataKeyColumns,
  type DataKeyRow,
  dataKeyColumns,
  readDataKey,
} from '../../core/vault/data-keys.ts';
import type { ProviderAccount } from '../../core/verification/verdict.ts';
import type { Project } from '../../platform/db/generated/client.ts';
import type { ConnectionStatus, VerificationVerdict } from '../../platform/db/generated/enums.ts';
import { type ProjectJson, projectJson, readProjectJson } from '../projects/project-row.ts';

/**
 * A connection without its secret half. Only the calls that hand out credentials load the secret half, so
 * no other code can leak it.
 */
export type ConnectionRow = {
  id: string;
  organizationId: string;
  projectId: string;
  name: string;
  type: string;
  status: ConnectionStatus;
  isSystem: boolean;
  /** The public half of the config, sealed. */
  config: Uint8Array;
  configDataKey: DataKeyRow;
  /** The public half in plain text if this request has just sealed it. It saves opening it again. */
  plainConfig: JsonObject | undefined;
  secretFields: string[];
  createdBy: string | null;
  createdAt: Date;
  updatedAt: Date;
  lastUsedAt: Date | null;
  version: number;
  /** The account at the service, as the last consent or verification named it. */
  account: ProviderAccount | null;
  /** The result of the last check of the credentials; null before the first. */
  verification: StoredVerification | null;
  project: Project;
};

/** The result of a check of credentials, as the connection keeps it. */
export type StoredVerification = {
  verdict: VerificationVerdict;
  checkedAt: Date;
  message: string;
  httpStatus: number | null;
  /** The account at the provider, if it was named. */
  account: ProviderAccount | null;
};

/** The columns of a connection `c` and of the data key `k` of its public half. */
export const listedColumns = `
  c.id, c.name, c.type, c.status::text AS status, c.is_system AS "isSystem", c.config,
  COALESCE(c.secret_fields, '{}') AS "secretFields", c.created_by AS "createdBy",
  c.created_at AS "createdAt", c.updated_at AS "updatedAt", c.last_used_at AS "lastUsedAt", c.version,
  c.verdict::text AS verdict, c.verified_at AS "verifiedAt", c.verdict_message AS "verdictMessage",
  c.verdict_http_status AS "verdictHttpStatus", c.account_id AS "accountId",
  c.account_label AS "accountLabel",
  ${dataKeyColumns('k', 'key')}`;

/** The columns of {@link listedColumns} and those of the project `p`. */
export const connectionColumns = `${listedColumns}, ${projectJson('p')} AS project`;

/** A row that was selected with {@link listedColumns}. */
export type ListedColumns = Omit<
  ConnectionRow,
  | 'organizationId'
  | 'projectId'
  | 'configDataKey'
  | 'plainConfig'
  | 'project'
  | 'account'
  | 'verification'
> &
  VerificationColumns &
  DataKeyColumns<'key'>;

type VerificationColumns = {
  verdict: VerificationVerdict | null;
  verifiedAt: Date | null;
  verdictMessage: string | null;
  verdictHttpStatus: number | null;
  accountId: string | null;
  accountLabel: string | null;
};

/** A row that was selected with {@link connectionColumns}. */
export type ConnectionColumns = ListedColumns & { project: ProjectJson };

/** Converts a row that was selected with its project. */
export function toConnectionRow(
  { project, ...row }: ConnectionColumns,
  plainConfig?: JsonObject,
): ConnectionRow {
  return { ...toListedRow(row, readProjectJson(project)), plainConfig };
}

/** Converts a row of a list, whose project is the same for all rows. */
export function toListedRow(row: ListedColumns, project: Project): ConnectionRow {
  const configDataKey = readDataKey(row, 'key');
  if (configDataKey === null) throw new Error(`Connection ${row.id} was loaded without its key.`);
  return {
    id: row.id,
    organizationId: project.organizationId,
    projectId: project.id,
    name: row.name,
    type: row.type,
    status: row.status,
    isSystem: row.isSystem,
    config: row.config,
    configDataKey,
    plainConfig: undefined,
    secretFields: row.secretFields,
    createdBy: row.createdBy,
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
    lastUsedAt: row.lastUsedAt,
    version: row.version,
    account: accountOfRow(row),
    verification: readVerification(row),
    project,
  };
}

function readVerification(row: VerificationColumns): StoredVerification | null {
  if (row.verdict === null || row.verifiedAt === null) return null;
  return {
    verdict: row.verdict,
    checkedAt: row.verifiedAt,
    message: row.verdictMessage ?? '',
    httpStatus: row.verdictHttpStatus,
    account: accountOfRow(row),
  };
}

function accountOfRow({
  accountId: id,
  accountLabel: label,
}: VerificationColumns): ProviderAccount | null {
  return id === null && label === null ? null : { id, label };
}
