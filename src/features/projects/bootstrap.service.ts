import {
  digestCredential,
  generateAccessKey,
  previewCredential,
} from '../../core/access/credential.ts';
import type { PrismaClient } from '../../platform/db/generated/client.ts';
import { newId } from '../../platform/new-id.ts';

/** The result of the first start. */
export type Bootstrapped = { projectId: string; accessKey: string };

/**
 * Creates an organization and a project, both named `default`, and an admin key for the whole
 * organization, unless an organization exists. The caller must hold the lease of the start, so that two
 * servers do not both create them.
 *
 * @param givenKey the key to use; a random one if absent. @param beforeCommit stores the key somewhere, so
 * that no committed key is ever unknown.
 */
export async function bootstrap(
  db: PrismaClient,
  givenKey: string | undefined,
  beforeCommit: (accessKey: string) => Promise<void>,
): Promise<Bootstrapped | undefined> {
  if ((await db.organization.findFirst({ select: { id: true } })) !== null) return undefined;
  const accessKey = givenKey ?? generateAccessKey();
  const [organizationId, projectId, keyId] = [newId(), newId(), newId()];
  const event = { id: newId(), actor: 'server', organizationId, requestId: 'first-start' };
  const detail = { access_key: keyId, name: 'default', role: 'admin' };
  await beforeCommit(accessKey);
  await db.$transaction([
    db.organization.create({ data: { id: organizationId, name: 'default' } }),
    db.project.create({ data: { id: projectId, organizationId, name: 'default' } }),
    db.accessKey.create({
      data: {
        id: keyId,
        organizationId,
        name: 'default',
        role: 'admin',
        digest: digestCredential(accessKey),
        preview: previewCredential(accessKey),
      },
    }),
    db.auditEvent.create({ data: { ...event, action: 'access_key.create', detail } }),
  ]);
  return { projectId, accessKey };
}
