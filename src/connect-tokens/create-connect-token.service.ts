import { randomUUID } from 'node:crypto';
import { connectTokenLife } from '../access/connect-token.ts';
import type { HostApp, RequestContext } from '../access/request-context.ts';
import { requireCalledApp } from '../apps/called-app.ts';
import { auditEvent } from '../audit/audit.service.ts';
import { hashUserId } from '../audit/user-hash.ts';
import { NotFoundError } from '../errors.ts';
import { newId } from '../new-id.ts';
import { takeMint } from './mint-limits.ts';
import { loadSigner, signConnectToken } from './sign.ts';

export type NewConnectToken = {
  /** As the app names its user. */
  userId: string;
  /** Absent where the app's own hostname was called. */
  appId?: string | null | undefined;
};

/** A token, the address of the connect page with it, and when it ends. */
export type ConnectToken = { token: string; url: string; expiresAt: Date };

/**
 * Makes a connect token for a user of an app, known or not. Its life begins by the database's clock.
 *
 * @throws InvalidInputError, UnauthenticatedError, NotFoundError for the app, TooManyRequestsError
 * without a key.
 */
export async function createConnectToken(
  context: RequestContext,
  { userId, appId }: NewConnectToken,
): Promise<ConnectToken> {
  const { deps, viewer } = context;
  const app = await requireCalledApp(context, appId);
  const isAnonymous = viewer.kind === 'anonymous';
  if (isAnonymous) await takeMint(context, app);
  const signer = await loadSigner(deps);
  const jti = randomUUID();
  const { epoch, issuedAt } = await registerUser(context, app, { userId, jti });
  const expiresAt = issuedAt + connectTokenLife;
  const token = await signConnectToken(signer, {
    iss: signer.issuer,
    aud: 'connect',
    ...{ sub: userId, user_id: userId, app_id: app.id, jti, epoch },
    via: isAnonymous ? 'anonymous' : 'key',
    ...{ iat: issuedAt, exp: expiresAt },
  });
  const url = `${deps.config.publicUrl}/connect?token=${token}`;
  return { token, url, expiresAt: new Date(expiresAt * 1_000) };
}

type Registered = { epoch: number; issuedAt: number };

/**
 * Makes sure that the user has a row, and that the app is there, and public where no key was sent. What
 * is made without one is not audited: strangers must not fill the disk.
 */
async function registerUser(
  context: RequestContext,
  app: HostApp,
  { userId, jti }: { userId: string; jti: string },
): Promise<Registered> {
  const { deps, viewer } = context;
  const isAnonymous = viewer.kind === 'anonymous';
  const event = isAnonymous ? undefined : await creation(context, app, { userId, jti });
  return deps.db.$transaction(async (tx) => {
    const [registered] = await tx.$queryRaw<Registered[]>`
      WITH held AS (
        SELECT id FROM app
        WHERE id = ${app.id}::uuid AND (visibility = 'public' OR NOT ${isAnonymous}::boolean)
        FOR KEY SHARE
      )
      INSERT INTO end_user (id, app_id, user_id) SELECT ${newId()}::uuid, id, ${userId} FROM held
      ON CONFLICT (app_id, user_id) DO UPDATE SET token_at = now()
      RETURNING epoch, floor(EXTRACT(EPOCH FROM now()))::float8 AS "issuedAt"`;
    if (registered === undefined) throw new NotFoundError('app');
    if (event !== undefined) await tx.auditEvent.create({ data: event });
    return registered;
  });
}

async function creation(
  context: RequestContext,
  { id, projectId }: HostApp,
  { userId, jti }: { userId: string; jti: string },
) {
  const detail = { app: id, user: await hashUserId(context.deps, id, userId), jti };
  return auditEvent(context, { action: 'connect_token.create', projectId, detail });
}
