import type { ConnectionType } from '../../core/catalog/catalog.ts';
import type { JsonObject } from '../../core/catalog/json.ts';
import { openHalf } from '../../core/connection-config/sealed-config.ts';
import type { Deps } from '../../core/deps/deps.ts';
import {
  type PlannedVerification,
  planVerification,
} from '../../core/verification/plan-verification.ts';
import { type ProviderAccount, type Verdict, verdictOf } from '../../core/verification/verdict.ts';
import { withKept } from '../../oauth/provider/extras.ts';
import { withClientId } from '../../oauth/provider/provider.ts';
import { getAccessToken } from '../../oauth/refresh/get-access-token.ts';
import type { GrantActor, GrantTokens } from '../../oauth/refresh/grant.ts';
import { replaceAccessToken } from '../../oauth/refresh/replace-access-token.ts';
import { UpstreamError } from '../../platform/errors.ts';
import { isAccountChanged } from './account-change.ts';
import type { StoredCredentials } from './stored-credentials.ts';

/** The verdict about stored credentials, and the host that received them; null if none did. */
type StoredVerdict = { verdict: Verdict; host: string | null };

type VerifyOptions = {
  /** The caller, for the audit event of a refresh. */
  by: GrantActor;
  /** Runs the check, or refuses to; it knows the host by then. */
  admit: (planned: PlannedVerification) => Promise<Verdict>;
};

/**
 * Checks whether stored credentials work. An access token is refreshed first if it is about to end, and once
 * more if the service answers with 401.
 *
 * @throws ConflictError if the grant has ended, and what `admit` throws.
 */
export async function verifyStored(
  deps: Deps,
  stored: StoredCredentials,
  { by, admit }: VerifyOptions,
): Promise<StoredVerdict> {
  const type = await deps.connectionTypes.current(stored.organizationId, stored.type);
  const open = await openHalf(deps.vault, stored, 'public', stored.publicHalf);
  const { grant } = stored;
  if (grant === null) {
    const secret = await openHalf(deps.vault, stored, 'secret', stored.secretHalf);
    const planned = planVerification(type, { open, secret });
    return { verdict: await admit(planned), host: planned.host };
  }
  try {
    const { tokens } = await getAccessToken(deps, grant, by);
    const config = withClientId(type, open, deps.config.oauthClients);
    const planned = planVerification(type, tokenValues(type, config, tokens));
    const verdict = await admit(planned);
    const refused = { connectionId: grant.id, refused: tokens.accessToken };
    const renewed = isTokenRefused(verdict)
      ? await replaceAccessToken(deps, refused, by)
      : undefined;
    if (renewed === undefined)
      return { verdict: withoutKnownAccount(verdict, tokens), host: planned.host };
    const again = planVerification(type, tokenValues(type, config, renewed));
    const secondVerdict = await again.run(deps.outbound);
    return { verdict: withoutKnownAccount(secondVerdict, renewed), host: again.host };
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error;
    return { verdict: verdictOf('unreachable', error.message), host: grant.tokenHost };
  }
}

/** The consent named the account by its id and compares it. A verification may name it by another id. */
function withoutKnownAccount(verdict: Verdict, { accountId }: GrantTokens): Verdict {
  return accountId === undefined ? verdict : { ...verdict, account: null };
}

/** The values of an OAuth connection. The client secret is not among them: the service never gets it. */
function tokenValues(type: ConnectionType, open: JsonObject, { accessToken, extra }: GrantTokens) {
  return { open: withKept(type, open, extra), secret: { access_token: accessToken } };
}

function isTokenRefused({ verdict, httpStatus }: Verdict): boolean {
  return verdict === 'refused' && httpStatus === 401;
}

/** What a connection knows about its credentials before a check. */
export type VerificationState = {
  id: string;
  /** The version whose config is checked: a verdict counts only for that. */
  version: number;
  account: ProviderAccount | null;
};

const stateSql = `
  SELECT version, account_id AS "accountId", account_label AS "accountLabel"
  FROM connection WHERE id = $1::uuid`;

/** Reads the state of a connection. It must be read before the config. Undefined for a deleted connection. */
export async function readVerificationState(
  { sql }: Deps,
  id: string,
): Promise<VerificationState | undefined> {
  type Row = { version: number; accountId: string | null; accountLabel: string | null };
  const [row] = await sql<Row>('verification-state', stateSql, [id]);
  if (row === undefined) return undefined;
  const account = { id: row.accountId, label: row.accountLabel };
  const isKnown = account.id !== null || account.label !== null;
  return { id, version: row.version, account: isKnown ? account : null };
}

/* A verdict changes neither the version nor the status. It counts only for the config that was checked. */
const recordSql = `
  UPDATE connection c SET verdict = $3::"VerificationVerdict", verified_at = now(),
    verdict_message = $4, verdict_http_status = $5::int, verifying_until = NULL,
    account_id = CASE WHEN $8::boolean THEN $6 ELSE c.account_id END,
    account_label = CASE WHEN $8::boolean THEN $7 ELSE c.account_label END
  WHERE c.id = $1::uuid AND c.version = $2
  RETURNING c.verified_at AS "checkedAt"`;

/**
 * Stores a verdict. It replaces the known account only if it is the same or its change is confirmed.
 *
 * @returns the time of the check by the database's clock.
 */
export async function recordVerdict(
  { sql }: Deps,
  { id, version, account }: VerificationState,
  { verdict, isConfirmed }: { verdict: Verdict; isConfirmed: boolean },
): Promise<Date> {
  const replaces =
    verdict.account !== null && (isConfirmed || !isAccountChanged(account, verdict.account));
  const [row] = await sql<{ checkedAt: Date }>('record-verdict', recordSql, [
    id,
    version,
    verdict.verdict,
    verdict.message,
    verdict.httpStatus,
    verdict.account?.id ?? null,
    verdict.account?.label ?? null,
    replaces,
  ]);
  return row?.checkedAt ?? new Date(); // the config has changed since, so nothing is stored
}
