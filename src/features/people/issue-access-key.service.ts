import {
  digestCredential,
  generateAccessKey,
  previewCredential,
} from '../../core/access/credential.ts';
import { operator } from '../../core/audit/record-command.ts';
import type { Deps } from '../../core/deps/deps.ts';
import type { Role } from '../../platform/db/generated/enums.ts';
import { newId } from '../../platform/new-id.ts';

/** A key for whoever has the database and its master keys: nobody else asks them for their role. */
export type IssuedAccessKey = {
  organizationId: string;
  /** Null: the whole organization. */
  projectId: string | null;
  name: string;
  role: Role;
};

/** Makes a key past every role; answers the key itself, which is kept nowhere. */
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
