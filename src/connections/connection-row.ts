import type { Project } from '../db/generated/client.ts';
import type { ConnectionStatus } from '../db/generated/enums.ts';
import type { DataKeyRow } from '../vault/data-keys.ts';

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
  /** Where it came along with a page. */
  project?: Project | undefined;
};

/*
 * A row as JSON: one value for the driver to read, however many columns. `c` is the connection with
 * its organization's id, `k` the data key of its public half.
 */
export const connectionColumns = `
  c.id, c.organization_id, c.project_id, c.name, c.type, c.status, c.is_system,
  encode(c.config, 'base64') AS config, COALESCE(c.secret_fields, '{}') AS secret_fields, c.created_by, c.created_at, c.updated_at,
  c.last_used_at, c.version, k.id AS key_id, k.project_id AS key_project_id,
  k.master_key_kid AS key_kid, encode(k.wrapped, 'base64') AS key_wrapped`;

/** What {@link connectionColumns} are as JSON. */
export type ConnectionJson = {
  id: string;
  organization_id: string;
  project_id: string;
  name: string;
  type: string;
  status: ConnectionStatus;
  is_system: boolean;
  config: string;
  secret_fields: string[];
  created_by: string | null;
  created_at: string;
  updated_at: string;
  last_used_at: string | null;
  version: number;
  key_id: string;
  key_project_id: string | null;
  key_kid: string;
  key_wrapped: string | null;
};

export function connectionFromJson(json: ConnectionJson, project?: Project): ConnectionRow {
  return {
    project,
    id: json.id,
    organizationId: json.organization_id,
    projectId: json.project_id,
    name: json.name,
    type: json.type,
    status: json.status,
    isSystem: json.is_system,
    config: Buffer.from(json.config, 'base64'),
    configDataKey: {
      id: json.key_id,
      projectId: json.key_project_id,
      masterKeyKid: json.key_kid,
      wrapped: json.key_wrapped === null ? null : Buffer.from(json.key_wrapped, 'base64'),
    },
    secretFields: json.secret_fields,
    createdBy: json.created_by,
    createdAt: new Date(json.created_at),
    updatedAt: new Date(json.updated_at),
    lastUsedAt: json.last_used_at === null ? null : new Date(json.last_used_at),
    version: json.version,
  };
}
