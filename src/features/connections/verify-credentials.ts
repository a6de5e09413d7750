import type { RequestContext } from '../../core/access/request-context.ts';
import { recordEvent } from '../../core/audit/audit.service.ts';
import type { ConnectionType } from '../../core/catalog/catalog.ts';
import { complaint, messageOf } from '../../core/catalog/complaints.ts';
import { secretFieldsWithValue } from '../../core/catalog/config.ts';
import type { JsonObject } from '../../core/catalog/json.ts';
import type { ConfigHalves } from '../../core/connection-config/sealed-config.ts';
import {
  type PlannedVerification,
  planVerification,
} from '../../core/verification/plan-verification.ts';
import { type Verdict, verdictOf } from '../../core/verification/verdict.ts';
import { InvalidInputError } from '../../platform/errors.ts';
import { takeVerification } from './verification-limits.ts';

/** Credentials that a caller sends, and the place where they will be stored. */
type NewCredentials = {
  type: ConnectionType;
  halves: ConfigHalves;
  projectId: string;
  /** Null for credentials that are not stored. */
  connectionId: string | null;
};

/**
 * Checks whether credentials work before they are stored. The check counts for the rates, and the audit log
 * records its verdict.
 *
 * @throws TooManyRequestsError.
 */
export async function verifyCredentials(
  context: RequestContext,
  { type, halves, projectId, connectionId }: NewCredentials,
): Promise<Verdict> {
  const planned = planNew(type, halves);
  takeVerification(context, planned.host);
  const verdict = await planned.run(context.deps.outbound);
  await recordEvent(context, {
    action: 'connection.verify',
    projectId,
    connectionId,
    detail: verdictDetail(verdict, planned.host),
  });
  return verdict;
}

function planNew(type: ConnectionType, { config, secrets }: ConfigHalves): PlannedVerification {
  if (type.oauth2 === undefined) return planVerification(type, { open: config, secret: secrets });
  const message = 'This can be verified after a person has given consent.';
  return { host: null, run: async () => verdictOf('unsupported', message) };
}

/** What the audit log keeps of a verification. */
export function verdictDetail({ verdict, httpStatus }: Verdict, host: string | null): JsonObject {
  return { verdict, host, http_status: httpStatus };
}

/**
 * Does the same as {@link verifyCredentials}, and fails with InvalidInputError if the service refuses the
 * credentials: the secret fields are wrong.
 *
 * @param options `needsScopes`: also if they work but do not allow enough.
 */
export async function requireAccepted(
  context: RequestContext,
  credentials: NewCredentials,
  { needsScopes = false } = {},
): Promise<Verdict> {
  const verdict = await verifyCredentials(context, credentials);
  const isTooLittle = needsScopes && verdict.verdict === 'insufficient_scope';
  if (verdict.verdict !== 'refused' && !isTooLittle) return verdict;
  const { type, halves } = credentials;
  const code = isTooLittle ? 'allowed_too_little' : 'refused_by_service';
  const problem = complaint(code, { reason: verdict.reason ?? '' });
  const names = secretFieldsWithValue(type, halves.secrets);
  const paths = names.length > 0 ? names.map((name) => `config.${name}`) : ['config'];
  throw new InvalidInputError(
    paths.map((path) => ({ path, message: messageOf(problem), ...problem })),
  );
}
