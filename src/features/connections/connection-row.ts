import {
  type DataKeyJson,
  dataKeyJson,
  readDataKeyJson,
} from '../../core/vault/data-key.columns.ts';
import type { DataKeyRow } from '../../core/vault/data-keys.ts';
import type { Project } from '../../platform/db/generated/client.ts';
import type { ConnectionStatus } from '../../platform/db/generated/enums.ts';
import { type ProjectJson, projectJson, readProjectJson } from '../projects/project-row.ts';

/** A connection as every query loads it: all that may be shown of it, its public half still sealed. */
export type ConnectionRow = {
  id: string;
  organizationId: string;
  projectId: string;
  name: string;
  type: string;
  status: ConnectionStatus;
  isSystem: boolean;
  /** The public half of the config. */
  config: Uint8Array;
  configDataKey: DataKeyRow;
  secretFields: string[];
  createdBy: string | null;
  createdAt: Date;
  updatedAt: Date;
  lastUsedAt: Date | null;
  version: number;
  project: Project;
};

/**
 * The columns of a connection `c`, its project `p` and the data key `k` of its public half. What is the
 * same as in the row before, by the window `page` of which `q.skip` rows are left out, does not come again.
 */
export const connectionColumns = `
  c.id, c.name, c.type, c.status, c.is_system AS "isSystem", c.config,
  COALESCE(c.secret_fields, '{}') AS "secretFields", c.created_by AS "createdBy",
  c.created_at AS "createdAt", c.updated_at AS "updatedAt", c.last_used_at AS "lastUsedAt", c.version,
  CASE WHEN ${isNew('k')} THEN ${dataKeyJson('k')} END AS key,
  CASE WHEN ${isNew('p')} THEN ${projectJson('p')} END AS project`;

function isNew(table: string): string {
  return `row_number() OVER page = q.skip + 1 OR ${table}.id IS DISTINCT FROM lag(${table}.id) OVER page`;
}

/** What {@link connectionColumns} are read as. */
export type ConnectionColumns = Omit<
  ConnectionRow,
  'organizationId' | 'projectId' | 'configDataKey' | 'project'
> & { key: DataKeyJson | null; project: ProjectJson | null };

/** Reads a row; `previous` is the one before it in its page. */
export function readConnection(
  row: ConnectionColumns,
  previous: ConnectionRow | undefined,
): ConnectionRow {
  const configDataKey = row.key === null ? previous?.configDataKey : readDataKeyJson(row.key);
  const project = row.project === null ? previous?.project : readProjectJson(row.project);
  if (configDataKey === undefined || project === undefined) throw new Error('A page began amid.');
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
    secretFields: row.secretFields,
    createdBy: row.createdBy,
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
    lastUsedAt: row.lastUsedAt,
    version: row.version,
    project,
  };
}
