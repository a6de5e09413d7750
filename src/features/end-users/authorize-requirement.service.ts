import type { RequestContext } from '../../core/access/request-context.ts';
import { requireEndUser } from '../../core/access/roles.ts';
import type { ConnectTokenViewer } from '../../core/access/viewer.ts';
import { readConfig, requireType } from '../../core/connection-config/read-config.ts';
import {
  type Authorization,
  beginConsent,
  type NewConsent,
  requireProvider,
} from '../../oauth/consent/authorize.service.ts';
import type { RequirementKind } from '../../platform/db/generated/enums.ts';
import { InvalidInputError } from '../../platform/errors.ts';
import type { RequirementSpec } from '../requirements/spec.ts';
import { takeAction } from './action-limits.ts';
import { beginPipedreamLink } from './begin-pipedream-link.service.ts';
import { loadRequirement, type RequirementOfViewer } from './load-requirement.ts';
import { holdPendingConnection } from './pending-connection.ts';

export type RequestedAuthorization = {
  requirementId: string;
  /** What the caller takes it for. */
  kind?: RequirementKind | undefined;
  /** Where the browser goes afterwards. */
  redirectUrl: string | undefined;
  /** The page of ours that it is begun on, instead. */
  begunOn?: HostedPage | undefined;
};

/** Where the browser comes back to, and by what it is known: no other browser completes the consent. */
export type HostedPage = { url: string; browserDigest: Uint8Array<ArrayBuffer> };

const otherKind: Record<RequirementKind, string> = {
  connection: 'is a Pipedream account: authorize it at Pipedream',
  pipedream_account: 'is no Pipedream account',
};

/**
 * Begins what takes a person's browser elsewhere: a consent at a provider, or a link at Pipedream. What
 * is linked stays until that is completed.
 *
 * @throws TooManyRequestsError, NotFoundError, InvalidInputError for a requirement that takes credentials, a client that is
 * missing or a redirect URL that is not listed, ConflictError when the token may not replace what is
 * linked, UpstreamError when Pipedream cannot be asked.
 */
export async function authorizeRequirement(
  context: RequestContext,
  { requirementId, kind, redirectUrl, begunOn }: RequestedAuthorization,
): Promise<Authorization> {
  const viewer = requireEndUser(context.viewer);
  await takeAction(context, viewer);
  const requirement = await loadRequirement(context.deps.db, viewer, requirementId);
  if (kind !== undefined && kind !== requirement.spec.kind) {
    throw new InvalidInputError([{ path: 'requirementId', message: otherKind[kind] }]);
  }
  if (redirectUrl !== undefined && !requirement.returnUrls.includes(redirectUrl)) {
    throw new InvalidInputError([redirectNotListed]);
  }
  const { spec } = requirement;
  if (spec.kind === 'pipedream_account') {
    const { appSlug } = spec;
    const wanted = {
      requirementId: requirement.id,
      appSlug,
      returnUrl: begunOn?.url ?? redirectUrl,
    };
    return beginPipedreamLink(context, viewer, wanted);
  }
  const back = { returnUrl: begunOn?.url ?? redirectUrl, browserDigest: begunOn?.browserDigest };
  return beginConsentOf(context, viewer, { ...requirement, spec }, back);
}

const redirectNotListed = {
  path: 'redirectUrl',
  message: "must be one of the project's redirect URLs or the app's return URL, to the letter",
};

const notOAuth = {
  path: 'requirementId',
  message: 'asks for credentials, not for a consent: submit them',
};

async function beginConsentOf(
  context: RequestContext,
  viewer: ConnectTokenViewer,
  requirement: RequirementOfViewer & { spec: RequirementSpec & { kind: 'connection' } },
  back: Pick<NewConsent, 'returnUrl' | 'browserDigest'>,
): Promise<Authorization> {
  const { type: typeName, scopes } = requirement.spec;
  const type = requireType(typeName);
  if (type.oauth2 === undefined) throw new InvalidInputError([notOAuth]);
  const halves = readConfig(type, scopes.length > 0 ? { scopes: [...scopes] } : {});
  const config = { ...halves.config, ...halves.secrets };
  const provider = requireProvider(context.deps, type, config, 'requirementId');
  const id = await holdPendingConnection(context, viewer, requirement, { type, halves });
  const { organizationId, projectId, epoch, via, expiresAt, kid } = viewer;
  return beginConsent(context, {
    connection: { organizationId, projectId, id, type },
    provider,
    ...back,
    token: { epoch, isAnonymous: via === 'anonymous', expiresAt, kid },
  });
}
