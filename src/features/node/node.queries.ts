import { z } from 'zod';
import {
  includesRole,
  isInProjectScope,
  limitToRole,
  type ProjectScope,
  projectScopeOf,
  projectScopeText,
} from '../../core/access/project-scope.ts';
import { requireMember } from '../../core/access/roles.ts';
import { isPerson, type MemberViewer } from '../../core/access/viewer.ts';
import { builder } from '../../core/graphql/builder.ts';
import { operationFieldWithoutErrors } from '../../core/graphql/operation-field.ts';
import { type Node, NodeRef } from '../../core/graphql/shared.types.ts';
import { operation } from '../../core/operations/operation.ts';
import { perform } from '../../core/operations/perform.ts';
import type { Sql } from '../../platform/db/sql.ts';
import { isUuid } from '../../platform/input.ts';
import {
  type ConnectionColumns,
  connectionColumns,
  toConnectionRow,
} from '../connections/connection-row.ts';
import { projectJson } from '../projects/project-row.ts';

const readNode = operation({
  name: 'node',
  description:
    'Finds a record of any type that implements `Node`. It returns null if the record does not exist or the caller cannot reach it.',
  role: 'viewer',
  audit: undefined,
  input: z.object({ id: z.string() }),
  errors: [],
  run: async ({ deps, viewer }, { id }) =>
    isUuid(id) ? findNode(deps.sql, requireMember(viewer), id) : null,
});

builder.queryField('node', (t) =>
  t.field({
    ...operationFieldWithoutErrors(readNode),
    type: NodeRef,
    nullable: true,
    args: { id: t.arg.id({ description: 'The UUID of the record.' }) },
    resolve: (_root, args, context) => perform(readNode, context, args),
  }),
);

/*
 * $1 is the id, $2 the organization. $3 and $4 are the projects that the caller reaches; $5 and $6 those
 * in which the caller is an admin, because only admins see keys. $7 says whether the caller is an admin of
 * the whole organization, because only these see people and the keys of no project.
 */
const reached = `p.organization_id = q.organization_id AND ${isInProjectScope('p.id')}`;

/*
 * One subselect per type. An id is a UUID of the server, so it names at most one record of all types, and
 * one statement can look for all of them.
 */
const records = {
  Project: `SELECT ${projectJson('p')} FROM project p WHERE p.id = q.id AND ${reached}`,
  App: `
    SELECT json_build_object('id', a.id, 'projectId', a.project_id, 'name', a.name,
      'hostname', a.hostname, 'visibility', a.visibility, 'displayName', a.display_name,
      'logoUrl', a.logo_url, 'accentColor', a.accent_color,
      'allowedOrigins', COALESCE(a.allowed_origins, '{}'), 'returnUrl', a.return_url,
      'createdAt', a.created_at)
    FROM app a JOIN project p ON p.id = a.project_id WHERE a.id = q.id AND ${reached}`,
  Requirement: `
    SELECT json_build_object('id', r.id, 'appId', r.app_id, 'name', r.name, 'kind', r.kind,
      'title', r.title, 'description', r.description, 'spec', r.spec,
      'workflowId', r.workflow_id, 'createdAt', r.created_at)
    FROM requirement r JOIN app a ON a.id = r.app_id JOIN project p ON p.id = a.project_id
    WHERE r.id = q.id AND ${reached}`,
  AccessKey: `
    SELECT json_build_object('id', k.id, 'name', k.name, 'preview', k.preview, 'role', k.role,
      'projectId', k.project_id, 'createdAt', k.created_at, 'expiresAt', k.expires_at,
      'lastUsedAt', k.last_used_at)
    FROM access_key k CROSS JOIN (VALUES ($5::text, $6::boolean)) AS held(project_scope, project_scope_only)
    WHERE k.id = q.id AND k.organization_id = q.organization_id AND k.revoked_at IS NULL
      AND CASE WHEN k.project_id IS NULL THEN q.is_admin ELSE ${isInProjectScope('k.project_id', 'held')} END`,
  User: `
    SELECT json_build_object('id', u.id, 'email', u.email, 'name', u.name, 'role', u.role,
      'createdAt', u.created_at)
    FROM user_account u
    WHERE u.id = q.id AND u.organization_id = q.organization_id AND q.is_admin`,
} as const;

type RecordType = keyof typeof records;

/* A connection has sealed columns, which JSON cannot carry, so its columns are selected as they are. */
const findNodeStatement = `
  SELECT ${Object.entries(records)
    .map(([type, select]) => `(${select}) AS "${type}"`)
    .join(', ')}, found.*
  FROM (VALUES ($1::uuid, $2::uuid, $3::text, $4::boolean, $7::boolean))
    AS q(id, organization_id, project_scope, project_scope_only, is_admin)
  LEFT JOIN LATERAL (
    SELECT ${connectionColumns}
    FROM connection c JOIN project p ON p.id = c.project_id
      JOIN data_key k ON k.id = c.config_data_key_id
    WHERE c.id = q.id AND c.end_user_id IS NULL AND ${reached}
  ) found ON true`;

/** A record as the statement builds it in JSON. */
type Json = { id: string; [name: string]: unknown };

type FoundRecord = Record<RecordType, Json | null> & (ConnectionColumns | { id: null });

/** Finds the record with this id. The one statement also authorizes it. */
async function findNode(sql: Sql, viewer: MemberViewer, id: string): Promise<Node | null> {
  const projectScope = projectScopeOf(viewer);
  const held = adminReach(viewer);
  const isAdmin = !held.only;
  const places = [
    projectScopeText(projectScope),
    projectScope.only,
    projectScopeText(held),
    held.only,
  ];
  const values = [id, viewer.organizationId, ...places, isAdmin];
  const [row] = await sql<FoundRecord>('find-node', findNodeStatement, values);
  if (row === undefined) return null;
  if (row.id !== null) {
    return Object.assign(toConnectionRow(row), { __typename: 'Connection' });
  }
  for (const type of Object.keys(records) as RecordType[]) {
    const record = row[type];
    if (record !== null) return { ...readTimes(record), __typename: type };
  }
  return null;
}

/**
 * Returns the projects in which the caller is an admin. An admin of the organization is one everywhere,
 * except in projects where they hold less.
 */
function adminReach(viewer: MemberViewer): ProjectScope {
  if (isPerson(viewer)) return projectScopeOf(limitToRole(viewer, 'admin'));
  if (includesRole(viewer.role, 'admin')) return projectScopeOf(viewer);
  return { organizationId: viewer.organizationId, only: true, projectIds: [] };
}

/** Converts times, which are text in JSON. */
function readTimes(record: Json): Json {
  const times = Object.entries(record).filter(([name]) => name.endsWith('At'));
  const read = times.map(([name, time]) => [name, time === null ? null : new Date(String(time))]);
  return { ...record, ...Object.fromEntries(read) };
}
