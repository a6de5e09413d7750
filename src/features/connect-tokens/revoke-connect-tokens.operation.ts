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
 * Revokes one connect token, or all tokens of a user. Every process checks the database with each request,
 * so the revocation counts everywhere at once. It returns 0 if there was nothing to revoke, otherwise 1,
 * even if the user had several tokens. It fails with NotFoundError for an app that the caller cannot reach,
 * and for a `jti` that is not a UUID.
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

/* Stores the revocation. The row is deleted when a token with this `jti` must have expired. */
function revokeToken(tx: Prisma.TransactionClient, appId: string, jti: string): Promise<number> {
  return tx.$executeRaw`
    INSERT INTO revoked_token (app_id, jti)
    SELECT id, ${jti}::uuid FROM app WHERE id = ${appId}::uuid FOR KEY SHARE
    ON CONFLICT DO NOTHING`;
}

/** Starts a new epoch of a user. Tokens of an older epoch are void, so no list of tokens is needed. */
async function endEpoch(tx: Prisma.TransactionClient, appId: string, userId: string) {
  const data = { epoch: { increment: 1 } };
  const { count } = await tx.endUser.updateMany({ where: { appId, userId }, data });
  return count;
}
