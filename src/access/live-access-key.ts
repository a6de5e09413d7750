import type { PrismaClient } from '../db/generated/client.ts';
import { Role } from '../db/generated/enums.ts';

/**
 * Whether the credential that began something (`access_key:<id>`) may still change connections of
 * this project.
 */
export async function isLiveAccessKey(
  db: PrismaClient,
  credential: string,
  { organizationId, projectId }: { organizationId: string; projectId: string },
): Promise<boolean> {
  const [kind, id = ''] = credential.split(':');
  if (kind !== 'access_key') return false;
  const key = await db.accessKey.findFirst({
    where: {
      id,
      organizationId,
      revokedAt: null,
      role: { in: [Role.editor, Role.admin] },
      AND: [
        { OR: [{ projectId: null }, { projectId }] },
        { OR: [{ expiresAt: null }, { expiresAt: { gt: new Date() } }] },
      ],
    },
    select: { id: true },
  });
  return key !== null;
}
