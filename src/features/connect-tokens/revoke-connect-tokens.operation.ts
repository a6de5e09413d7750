import { z } from 'zod';
import type { HostApp, RequestContext } from '../../core/access/request-context.ts';
import { type AuditEntry, auditEvent, hashUserId } from '../../core/audit/audit.service.ts';
import type { JsonObject } from '../../core/catalog/json.ts';
import { operation } from '../../core/operations/operation.ts';
import type { Prisma } from '../../platform/db/generated/client.ts';
import { ForbiddenError, InvalidInputError, NotFoundError } from '../../platform/errors.ts';
import { isUuid, userId } from '../../platform/input.ts';
import { requireCalledApp } from '../apps/called-app.ts';

/**
 * Ends connect tokens at once, wherever they are used. Returns how many revocations took effect: 0 for a
 * token that was revoked before, and for a user who never had one; otherwise 1, however many tokens the
 * user had. Fails with NotFoundError for the app, and for a text that can be no `jti`.
 */
export const revokeConnectTokens = operation({
  name: 'revokeConnectTokens',
  description:
    'Revokes one connect token, or all connect tokens of an end user of the app. Every process refuses them from the next request on.',
  role: 'runtime',
  audit: 'connect_token.revoke',
  input: z.object({ appId: z.string(), jti: z.string().nullish(), userId: userId.nullish() }),
  errors: [InvalidInputError, NotFoundError, ForbiddenError],
  run: async (context, { appId, jti, userId }) => {
    const app = await requireCalledApp(context, appId);
    if (userId != null && jti == null) {
      const user = await hashUserId(context.deps, app.id, userId);
      const event = revocation(app, { user });
      return { count: await revoke(context, event, (tx) => endEpoch(tx, app.id, userId)) };
    }
    if (jti == null || userId != null) throw new InvalidInputError([oneOfThem]);
    if (!isUuid(jti)) throw new NotFoundError('connect token');
    const event = revocation(app, { jti });
    return { count: await revoke(context, event, (tx) => revokeToken(tx, app.id, jti)) };
  },
});

const oneOfThem = { path: 'jti', message: 'or userId must be given, and not both' };

function revocation({ id, projectId }: HostApp, what: JsonObject): AuditEntry {
  return { action: 'connect_token.revoke', projectId, detail: { app: id, ...what } };
}

function revoke(
  context: RequestContext,
  event: AuditEntry,
  write: (tx: Prisma.TransactionClient) => Promise<number>,
): Promise<number> {
  return context.deps.db.$transaction(async (tx) => {
    const count = await write(tx);
    await tx.auditEvent.create({ data: auditEvent(context, event) });
    return count;
  });
}

/* Stores the revocation for as long as the token can live. */
function revokeToken(tx: Prisma.TransactionClient, appId: string, jti: string): Promise<number> {
  return tx.$executeRaw`
    INSERT INTO revoked_token (app_id, jti)
    SELECT id, ${jti}::uuid FROM app WHERE id = ${appId}::uuid FOR KEY SHARE
    ON CONFLICT DO NOTHING`;
}

async function endEpoch(tx: Prisma.TransactionClient, appId: string, userId: string) {
  const data = { epoch: { increment: 1 } };
  const { count } = await tx.endUser.updateMany({ where: { appId, userId }, data });
  return count;
}
