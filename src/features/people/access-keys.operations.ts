import { z } from 'zod';
import {
  digestCredential,
  generateAccessKey,
  previewCredential,
} from '../../core/access/credential.ts';
import { requireLife, requireRoleEverywhere } from '../../core/access/own-limits.ts';
import { boundProject } from '../../core/access/project-scope.ts';
import { requireMember } from '../../core/access/roles.ts';
import type { MemberViewer } from '../../core/access/viewer.ts';
import { visibleAccessKeys } from '../../core/access/visibility.ts';
import { auditEvent } from '../../core/audit/audit.service.ts';
import { operator } from '../../core/audit/record-command.ts';
import type { Deps } from '../../core/deps/deps.ts';
import { operation } from '../../core/operations/operation.ts';
import { Role } from '../../platform/db/generated/enums.ts';
import { ForbiddenError, InvalidInputError, NotFoundError } from '../../platform/errors.ts';
import { isUuid, nameText } from '../../platform/input.ts';
import { newId } from '../../platform/new-id.ts';
import { requireVisibleProject } from '../projects/require-project.ts';

/**
 * Creates an access key. It never exceeds the role, scope or lifetime of the caller, so nobody can raise
 * their own rights with it. Only a digest of the key is stored, so the result is the only copy.
 */
export const createAccessKey = operation({
  name: 'createAccessKey',
  description:
    'Creates an access key whose role, scope and lifetime do not exceed those of the caller.',
  role: 'admin',
  audit: 'access_key.create',
  input: z.object({
    name: nameText(120),
    role: z.enum(Role),
    projectId: z.string().nullish(),
    expiresAt: z.date().nullish(),
  }),
  errors: [InvalidInputError, NotFoundError, ForbiddenError],
  run: async (context, { name, role, projectId, expiresAt }) => {
    const viewer = requireMember(context.viewer);
    requireNoMoreThanOwn(viewer, { role, projectId, expiresAt });
    if (expiresAt != null && expiresAt.getTime() <= Date.now()) {
      throw new InvalidInputError([{ path: 'expiresAt', message: 'must be in the future' }]);
    }
    if (projectId != null) await requireVisibleProject(context, projectId);
    const secret = generateAccessKey();
    const id = newId();
    const data = {
      id,
      organizationId: viewer.organizationId,
      projectId: projectId ?? null,
      name,
      role,
      digest: digestCredential(secret),
      preview: previewCredential(secret),
      createdBy: viewer.name,
      expiresAt: expiresAt ?? null,
    };
    const detail = { access_key: id, name, role };
    const event = { action: 'access_key.create', projectId: projectId ?? null, detail };
    await context.deps.db.$transaction([
      context.deps.db.accessKey.create({ data, select: { id: true } }),
      context.deps.db.auditEvent.create({ data: auditEvent(context, event), select: { id: true } }),
    ]);
    return { id, secret };
  },
});

/**
 * Revokes an access key. It fails with NotFoundError for a key that is already revoked, so the audit log
 * has one revocation per key.
 */
export const revokeAccessKey = operation({
  name: 'revokeAccessKey',
  description: 'Revokes an access key. The server refuses its next request.',
  role: 'admin',
  audit: 'access_key.revoke',
  input: z.object({ id: z.string() }),
  errors: [NotFoundError, ForbiddenError],
  run: async (context, { id }) => {
    const viewer = requireMember(context.viewer);
    if (!isUuid(id)) throw new NotFoundError('access key');
    const where = { AND: [{ id, revokedAt: null }, visibleAccessKeys(viewer)] };
    await context.deps.db.$transaction(async (tx) => {
      const [key] = await tx.accessKey.updateManyAndReturn({
        where,
        data: { revokedAt: new Date() },
        select: { projectId: true, name: true },
      });
      if (key === undefined) throw new NotFoundError('access key');
      const detail = { access_key: id, name: key.name };
      const event = { action: 'access_key.revoke', projectId: key.projectId, detail };
      await tx.auditEvent.create({ data: auditEvent(context, event) });
    });
    return { id };
  },
});

type Scope = {
  role: Role;
  projectId?: string | null | undefined;
  expiresAt?: Date | null | undefined;
};

/**
 * Makes sure that a new key does not exceed its creator. A key of one project needs no check of its role:
 * requireVisibleProject admits only admins of the project, and they have every role.
 */
function requireNoMoreThanOwn(viewer: MemberViewer, { role, projectId, expiresAt }: Scope) {
  if (projectId == null) requireOrganizationRole(viewer, role);
  requireLife(viewer, expiresAt ?? null);
}

function requireOrganizationRole(viewer: MemberViewer, role: Role) {
  if (boundProject(viewer) !== null) {
    throw new ForbiddenError(
      'This credential is bound to one project: give its id as projectId to make a key for it.',
    );
  }
  requireRoleEverywhere(viewer, role);
}

/**
 * A key that the operator creates. No role is checked, because the operator has the database and its
 * master keys.
 */
type IssuedAccessKey = {
  organizationId: string;
  /** The one project that the key reaches; null for the whole organization. */
  projectId: string | null;
  name: string;
  role: Role;
};

/**
 * Creates an access key without a check of roles, and returns the key itself, which is stored nowhere.
 */
export async function issueAccessKey(
  { db }: Pick<Deps, 'db'>,
  { organizationId, projectId, name, role }: IssuedAccessKey,
): Promise<string> {
  const secret = generateAccessKey();
  const id = newId();
  const stored = { digest: digestCredential(secret), preview: previewCredential(secret) };
  const event = { id: newId(), action: 'access_key.create', actor: operator, organizationId };
  const detail = { access_key: id, name, role };
  await db.$transaction([
    db.accessKey.create({ data: { id, organizationId, projectId, name, role, ...stored } }),
    db.auditEvent.create({ data: { ...event, projectId, requestId: 'command-line', detail } }),
  ]);
  return secret;
}
