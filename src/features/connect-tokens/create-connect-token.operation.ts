import { randomUUID } from 'node:crypto';
import { type CryptoKey, importPKCS8, SignJWT } from 'jose';
import { z } from 'zod';
import {
  type ConnectTokenClaims,
  connectTokenHeader,
  connectTokenLife,
} from '../../core/access/connect-token.ts';
import type { HostApp, RequestContext } from '../../core/access/request-context.ts';
import { eventValues, hashUserId, insertEvent } from '../../core/audit/audit.service.ts';
import type { Deps } from '../../core/deps/deps.ts';
import { operation } from '../../core/operations/operation.ts';
import { type DataKeyColumns, dataKeyColumns, readDataKey } from '../../core/vault/data-keys.ts';
import { ForbiddenError, InvalidInputError, NotFoundError } from '../../platform/errors.ts';
import { userId } from '../../platform/input.ts';
import { newId } from '../../platform/new-id.ts';
import { requireCalledApp } from '../apps/called-app.ts';
import { takeMint } from './mint-limits.ts';
import { makeFirstKey, placeOfPrivateKey } from './signing-keys.ts';

/** A connect token, the address of the connect page with it, and its expiry. */
export type ConnectToken = { token: string; url: string; expiresAt: Date };

/**
 * Creates a connect token. The app may name a user that the server has not seen before. The life of the
 * token begins by the clock of the database, because the clocks of the processes can differ. It fails with
 * TooManyRequestsError if a caller without a key creates too many tokens.
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

/*
 * Locks the app, so that it is not deleted or made private before the row of the user is written. A known
 * user keeps the row, and `token_at` moves: users are deleted when their last token has ended.
 */
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
    app.id,
    isAnonymous,
    newId(),
    userId,
    ...event,
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

/** The key that signs at present. It is opened for each signature and cached nowhere. */
type Signer = { kid: string; issuer: string; key: CryptoKey };

/** Returns the key that signs for the `PUBLIC_URL` of this server. It creates the first one. */
export async function loadSigner(deps: Deps): Promise<Signer> {
  const found = await findSigner(deps);
  if (found !== undefined) return found;
  await makeFirstKey(deps);
  const made = await findSigner(deps);
  if (made === undefined) throw new Error('A signing key was made and is not there.');
  return made;
}

/** Signs the claims of a connect token (RFC 7515, RFC 7519). */
function signConnectToken({ kid, key }: Signer, claims: ConnectTokenClaims) {
  return new SignJWT(claims).setProtectedHeader(connectTokenHeader(kid)).sign(key);
}

/*
 * Skips a key that would not outlive its signature, and a key that is only published, if there is another
 * one.
 */
const findSignerStatement = `
  SELECT s.id, s.private_key AS "privateKey", ${dataKeyColumns('k', 'key')}
  FROM signing_key s JOIN data_key k ON k.id = s.private_key_data_key_id
  WHERE s.issuer = $1
    AND (s.verifies_until IS NULL OR s.verifies_until > now() + make_interval(secs => $2))
  ORDER BY s.signs_from > now(), s.signs_from DESC, s.id DESC LIMIT 1`;

type SigningKeyRow = { id: string; privateKey: Uint8Array } & DataKeyColumns<'key'>;

async function findSigner({ sql, vault, config }: Deps): Promise<Signer | undefined> {
  const issuer = config.publicUrl;
  const [row] = await sql<SigningKeyRow>('find-signer', findSignerStatement, [
    issuer,
    connectTokenLife,
  ]);
  const dataKey = row && readDataKey(row, 'key');
  if (!row || !dataKey) return undefined;
  const opened = await vault.open(dataKey, placeOfPrivateKey(row.id), row.privateKey);
  return { kid: row.id, issuer, key: await importPKCS8(opened.toString(), 'RS256') };
}
