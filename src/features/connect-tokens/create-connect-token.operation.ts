import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { connectTokenLife } from '../../core/access/connect-token.ts';
import type { HostApp, RequestContext } from '../../core/access/request-context.ts';
import { eventValues, insertEvent } from '../../core/audit/audit.service.ts';
import { hashUserId } from '../../core/audit/user-hash.ts';
import { operation } from '../../core/operations/operation.ts';
import { ForbiddenError, InvalidInputError, NotFoundError } from '../../platform/errors.ts';
import { userId } from '../../platform/input.ts';
import { newId } from '../../platform/new-id.ts';
import { requireCalledApp } from '../apps/called-app.ts';
import { takeMint } from './mint-limits.ts';
import { loadSigner, signConnectToken } from './sign.ts';

/** A connect token, the address of the connect page with it, and its expiry. */
export type ConnectToken = { token: string; url: string; expiresAt: Date };

/**
 * The user need not be known. A token's life begins by the database's clock. Fails with
 * TooManyRequestsError where a caller without a key makes too many.
 */
export const createConnectToken = operation({
  name: 'createConnectToken',
  description:
    'Creates a credential with which an end user of an app fulfils its requirements. An operation can create at most 5.',
  role: { app: 'runtime' },
  audit: 'connect_token.create',
  // Without `appId` the app is the one whose hostname was called.
  input: z.object({ userId, appId: z.string().nullish() }),
  errors: [InvalidInputError, NotFoundError, ForbiddenError],
  run: async (context, { userId, appId }): Promise<ConnectToken> => {
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
      sub: userId,
      user_id: userId,
      app_id: app.id,
      jti,
      epoch,
      via: isAnonymous ? 'anonymous' : 'key',
      iat: issuedAt,
      exp: expiresAt,
    });
    const url = `${deps.config.publicUrl}/connect?token=${token}`;
    return { token, url, expiresAt: new Date(expiresAt * 1_000) };
  },
});

type Registered = { epoch: number; issuedAt: number };

const registration = `
  WITH held AS (
    SELECT id FROM app WHERE id = $1::uuid AND (visibility = 'public' OR NOT $2::boolean) FOR KEY SHARE
  ), registered AS (
    INSERT INTO end_user (id, app_id, user_id) SELECT $3::uuid, id, $4 FROM held
    ON CONFLICT (app_id, user_id) DO UPDATE SET token_at = now()
    RETURNING epoch, floor(EXTRACT(EPOCH FROM now()))::float8 AS "issuedAt"
  )`;
const registered = 'SELECT epoch, "issuedAt" FROM registered';
/* A token that is made without a key is not audited: strangers must not fill the disk. */
const unaudited = `${registration} ${registered}`;
const audited = `${registration}, noted AS (${insertEvent('registered', 5)}) ${registered}`;

/**
 * Makes sure that the user has a row. It also checks that the app exists and, without a key, that it is
 * public.
 */
async function registerUser(
  context: RequestContext,
  app: HostApp,
  { userId, jti }: { userId: string; jti: string },
): Promise<Registered> {
  const { deps, viewer } = context;
  const isAnonymous = viewer.kind === 'anonymous';
  const event = isAnonymous
    ? []
    : eventValues(context, await creation(context, app, { userId, jti }));
  const [row] = await deps.db.$queryRawUnsafe<Registered[]>(
    isAnonymous ? unaudited : audited,
    ...[app.id, isAnonymous, newId(), userId, ...event],
  );
  if (row === undefined) throw new NotFoundError('app');
  return row;
}

async function creation(
  { deps }: RequestContext,
  { id, projectId }: HostApp,
  { userId, jti }: { userId: string; jti: string },
) {
  const detail = { app: id, user: await hashUserId(deps, id, userId), jti };
  return { action: 'connect_token.create', projectId, detail };
}
