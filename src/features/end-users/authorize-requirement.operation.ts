import { z } from 'zod';
import type { RequestContext } from '../../core/access/request-context.ts';
import { requireEndUser } from '../../core/access/roles.ts';
import type { ConnectTokenViewer } from '../../core/access/viewer.ts';
import type { ConnectionType } from '../../core/catalog/catalog.ts';
import {
  type ConfigHalves,
  readConnectionConfig,
  sealedConfig,
} from '../../core/connection-config/sealed-config.ts';
import { operation } from '../../core/operations/operation.ts';
import { startUntilSealed } from '../../core/vault/write-sealed.ts';
import {
  type Authorization,
  beginConsent,
  type NewConsent,
  requireProvider,
} from '../../oauth/consent/authorize-connection.operation.ts';
import type { Prisma } from '../../platform/db/generated/client.ts';
import { RequirementKind } from '../../platform/db/generated/enums.ts';
import {
  ConflictError,
  InvalidInputError,
  NotFoundError,
  UpstreamError,
} from '../../platform/errors.ts';
import { newId } from '../../platform/new-id.ts';
import { insertConnectionRow, updateConnectionRow } from '../connections/connections.store.ts';
import { requireType } from '../connections/require-type.ts';
import { linkerOf, lockEndUser, type OfUser, requireReplaceable } from '../requirements/links.ts';
import { openPresetSecrets } from '../requirements/preset-secrets.ts';
import type { RequirementSpec } from '../requirements/spec.ts';
import { takeAction } from './action-limits.ts';
import { beginPipedreamLink } from './begin-pipedream-link.service.ts';
import { loadRequirement, type RequirementOfViewer } from './load-requirement.ts';

/**
 * The connect page on which a consent begins. The browser returns to `url`, and only the browser with the
 * cookie of this digest can complete the consent.
 */
type HostedPage = { url: string; browserDigest: Uint8Array<ArrayBuffer> };

const hostedPage = z.custom<HostedPage>((given) => {
  const { browserDigest } = Object(given) as Partial<HostedPage>;
  return browserDigest instanceof Uint8Array; // no JSON value can be this
});

const otherKind: Record<RequirementKind, string> = {
  connection: 'is a Pipedream account: authorize it at Pipedream',
  pipedream_account: 'is no Pipedream account',
};

/**
 * Begins a consent at a provider, or a link at Pipedream. It returns the address to which the browser goes.
 * It fails with TooManyRequestsError; with InvalidInputError for a requirement of credentials, a missing
 * client or a redirect URL that is not listed; with ConflictError if the token may not replace what is
 * linked; and with UpstreamError if Pipedream does not respond.
 */
export const authorizeRequirement = operation({
  name: 'authorizeRequirement',
  description:
    "Begins a consent, or a link at Pipedream, for the connect token's user. What the user connected before stays until the new one is complete.",
  role: 'end user',
  audit: 'connection.authorize',
  input: z.object({
    requirementId: z.string(),
    kind: z.enum(RequirementKind).nullish(),
    redirectUrl: z.instanceof(URL).nullish(),
    // Only the connect page begins a consent on itself.
    begunOn: hostedPage.optional(),
  }),
  errors: [InvalidInputError, NotFoundError, ConflictError, UpstreamError],
  run: async (context, { requirementId, kind, redirectUrl, begunOn }): Promise<Authorization> => {
    const viewer = requireEndUser(context.viewer);
    await takeAction(context, viewer);
    const requirement = await loadRequirement(context.deps.db, viewer, requirementId);
    if (kind != null && kind !== requirement.spec.kind) {
      throw new InvalidInputError([{ path: 'requirementId', message: otherKind[kind] }]);
    }
    if (redirectUrl != null && !requirement.returnUrls.includes(redirectUrl.href)) {
      throw new InvalidInputError([returnUrlNotListed]);
    }
    const returnUrl = begunOn?.url ?? redirectUrl?.href;
    const { spec } = requirement;
    if (spec.kind === 'pipedream_account') {
      const wanted = { requirementId: requirement.id, appSlug: spec.appSlug, returnUrl };
      return beginPipedreamLink(context, viewer, wanted);
    }
    const back = { returnUrl, browserDigest: begunOn?.browserDigest };
    return beginConsentOf(context, viewer, { ...requirement, spec }, back);
  },
});

const returnUrlNotListed = {
  path: 'redirectUrl',
  message: "must be exactly one of the project's redirect URLs or the app's return URL",
};

const notOAuth = {
  path: 'requirementId',
  message: 'requires credentials, not a consent: submit them',
};

/** Begins the consent with a connection of its own, which is linked only when the consent is complete. */
async function beginConsentOf(
  context: RequestContext,
  viewer: ConnectTokenViewer,
  requirement: RequirementOfViewer & { spec: RequirementSpec & { kind: 'connection' } },
  back: Pick<NewConsent, 'returnUrl' | 'browserDigest'>,
): Promise<Authorization> {
  const { type: typeName, scopes, preset } = requirement.spec;
  const type = requireType(context, typeName);
  if (type.oauth2 === undefined) throw new InvalidInputError([notOAuth]);
  const { deps } = context;
  const ofRequirement = {
    organizationId: viewer.organizationId,
    projectId: viewer.projectId,
    id: requirement.id,
  };
  const secrets = await openPresetSecrets(deps.db, deps, ofRequirement);
  const fixed = { ...preset, ...secrets, ...(scopes !== null && { scopes: [...scopes] }) };
  const halves = readConnectionConfig(type, fixed);
  const config = { ...halves.config, ...halves.secrets };
  const provider = requireProvider(context.deps, type, config, 'requirementId');
  const id = await storePendingConnection(context, viewer, requirement, { type, halves });
  const { organizationId, projectId, epoch, via, expiresAt, kid } = viewer;
  return beginConsent(context, {
    connection: { organizationId, projectId, id, type },
    requirementId: requirement.id,
    provider,
    ...back,
    token: { epoch, isAnonymous: via === 'anonymous', expiresAt, kid },
  });
}

/**
 * Finds or creates the one connection that waits for the consent of a user to a requirement. Its config is
 * what the requirement says now.
 *
 * @returns its id. @throws NotFoundError, ConflictError if the token may not replace what is linked.
 */
function storePendingConnection(
  context: RequestContext,
  { endUserId, organizationId, projectId, ...viewer }: ConnectTokenViewer,
  { id: requirementId, title }: Pick<RequirementOfViewer, 'id' | 'title'>,
  config: { type: ConnectionType; halves: ConfigHalves },
): Promise<string> {
  const ofUser = { endUserId, requirementId };
  const { db, vault } = context.deps;
  const linker = linkerOf(context.deps, viewer);
  return startUntilSealed({ vault }, projectId, (key) =>
    db.$transaction(async (tx) => {
      await lockEndUser(tx, ofUser);
      await requireReplaceable(tx, ofUser, linker);
      const pending = await findPending(tx, ofUser);
      const id = pending?.id ?? newId();
      const sealed = sealedConfig(vault, key, { organizationId, projectId, id }, config);
      const row = { id, name: title, sealed, event: undefined };
      const made = { ...row, projectId, createdBy: null, status: 'incomplete' as const, ofUser };
      // The new version protects the waiting connection from cleanup for another hour.
      const change = { ...row, version: undefined, dataKeyId: key.id, status: null };
      const stored =
        pending === null
          ? await insertConnectionRow(tx, made)
          : await updateConnectionRow(tx, change);
      if (stored === null) {
        throw new ConflictError('The connection type was changed a moment ago. Try again.');
      }
      return stored && { result: id };
    }),
  );
}

function findPending(tx: Prisma.TransactionClient, ofUser: OfUser) {
  const where = { ...ofUser, status: 'incomplete' } as const;
  return tx.connection.findFirst({ where, select: { id: true } });
}
