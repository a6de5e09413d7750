import { isLiveInitiator } from '../../core/access/live-initiator.ts';
import { MissingScopesError, missingScopes } from '../../oauth/consent/missing-scopes.ts';
import type { Consent, LinkConsent } from '../../oauth/consent/store-consent.ts';
import type { Prisma } from '../../platform/db/generated/client.ts';
import { ConflictError } from '../../platform/errors.ts';
import { lockEndUser, replaceLink, requireReplaceable } from '../requirements/links.ts';
import { readSpec, requiredScopes } from '../requirements/spec.ts';

/**
 * Links the connection of a consent and removes the old link. The old token is not revoked at the
 * provider: some providers would end the new grant with it.
 *
 * @throws ConflictError if the token of the user no longer counts or may not replace what is linked, or if
 * scopes are missing. The old link then stays.
 */
export const linkConsent: LinkConsent = async (tx, consent, types) => {
  const { connection, attempt } = consent;
  if (connection.broughtBy === null) throw new Error('The connection belongs to no end user.');
  const { endUserId, requirementId } = connection.broughtBy;
  const ofUser = { endUserId, requirementId };
  await lockEndUser(tx, ofUser);
  const isThere = (await tx.connection.count({ where: { id: connection.id } })) > 0;
  const isLive = await isLiveInitiator(tx, attempt, { ...connection, endUserId });
  if (!isThere || !isLive)
    throw new ConflictError('The connect token has ended. Start again with a new one.');
  await requireScopes(tx, consent, requirementId);
  const jti = attempt.initiator.replace(/^connect_token:/, '');
  const isAnonymous = attempt.tokenIsAnonymous !== false;
  await requireReplaceable(tx, ofUser, { jti, isAnonymous, types });
  await replaceLink(tx, ofUser, jti, { connectionId: connection.id, pipedreamAccountId: null });
};

/** Checks the granted scopes. People can untick scopes on the provider's page (RFC 6749, section 3.3). */
async function requireScopes(
  tx: Prisma.TransactionClient,
  { answer, attempt, connection, provider }: Consent,
  requirementId: string,
): Promise<void> {
  const { kind, spec } = await tx.requirement.findUniqueOrThrow({
    where: { id: requirementId },
    select: { kind: true, spec: true },
  });
  const asked = readSpec(kind, spec);
  const scopes = answer.scopes ?? attempt.scopes;
  const granted = { scopes, refreshable: answer.refreshToken !== undefined };
  if (asked.kind !== 'connection') return;
  const missing = missingScopes(connection.type, requiredScopes(asked, connection.type), granted);
  if (missing.length > 0) throw new MissingScopesError(provider.label, missing);
}
