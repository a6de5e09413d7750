import type { ConnectTokenViewer } from '../../core/access/viewer.ts';
import type { ConnectionType } from '../../core/catalog/connection-type.ts';
import { findConnectionType } from '../../core/catalog/connection-types.ts';
import type { Deps } from '../../core/deps/deps.ts';
import { currentStatus } from '../../features/requirements/current-status.ts';
import { readSpec } from '../../features/requirements/spec.ts';
import type { RequirementState } from '../../features/requirements/status.ts';
import type { App } from '../../platform/db/generated/client.ts';
import { UnauthenticatedError } from '../../platform/errors.ts';

/** What the page shows of an app. */
export type PageApp = Pick<
  App,
  'id' | 'name' | 'displayName' | 'logoUrl' | 'accentColor' | 'allowedOrigins' | 'returnUrl'
>;

/** A requirement as the page shows it. */
export type PageRequirement = {
  id: string;
  title: string;
  description: string | null;
  /** Null: an account at Pipedream. */
  type: ConnectionType | null;
  /** Where the person is sent for it; null: it takes what they type. */
  provider: string | null;
  state: RequirementState;
};

export type PageContent = { app: PageApp; requirements: PageRequirement[] };

/** @throws UnauthenticatedError when the app was deleted a moment ago. */
export async function loadPage(
  deps: Deps,
  { appId, endUserId }: ConnectTokenViewer,
): Promise<PageContent> {
  const app = await deps.db.app.findUnique({
    where: { id: appId },
    relationLoadStrategy: 'join',
    include: { requirements: { orderBy: [{ createdAt: 'asc' }, { id: 'asc' }] } },
  });
  if (app === null) throw new UnauthenticatedError();
  const requirements = app.requirements.map(async ({ id, kind, spec, title, description }) => {
    const read = readSpec(kind, spec);
    const type = read.kind === 'connection' ? (findConnectionType(read.type) ?? null) : null;
    const byConsent = type?.oauth2 === undefined ? null : type.label;
    const provider = read.kind === 'connection' ? byConsent : read.appSlug;
    const state = await currentStatus(deps, { endUserId, requirementId: id });
    return { id, title, description, type, provider, state };
  });
  return { app, requirements: await Promise.all(requirements) };
}
