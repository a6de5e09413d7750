import { boundProject, reachOf } from '../../core/access/reach.ts';
import type { RequestContext } from '../../core/access/request-context.ts';
import { requireMember } from '../../core/access/roles.ts';
import type { ConnectionStatus } from '../../platform/db/generated/enums.ts';
import { type Page, type PageArgs, type PagePlan, planPage } from '../../platform/db/keyset.ts';
import { InvalidInputError, NotFoundError } from '../../platform/errors.ts';
import { foldCase } from '../../platform/fold-case.ts';
import { isUuid } from '../../platform/input.ts';
import { requireVisibleProject } from '../projects/visible-project.ts';
import type { ConnectionRow } from './connection-row.ts';
import { countConnections, loadConnections } from './connections.statements.ts';

/** The last character there is: what lies between a prefix and the prefix with it begins with it. */
const lastCharacter = '\u{10FFFF}';

export type ConnectionFilter = {
  type?: string | null | undefined;
  status?: ConnectionStatus | null | undefined;
  /** The beginning of the name, whatever its case. */
  search?: string | null | undefined;
  includeSystem?: boolean | null | undefined;
};

/** A connection by its id, or null where there is none for the caller. */
export async function findConnection(
  { deps, viewer }: RequestContext,
  id: string,
): Promise<ConnectionRow | null> {
  if (!isUuid(id)) return null;
  const reach = reachOf(requireMember(viewer));
  const wanted = { reach, projectId: null, id, withSystem: true };
  const { rows } = await loadConnections(deps, wanted, { order: 'desc', take: 1, skip: 0 });
  return rows[0] ?? null;
}

/** The same for a connection that the caller has just written. */
export async function requireConnection(
  context: RequestContext,
  id: string,
): Promise<ConnectionRow> {
  const connection = await findConnection(context, id);
  if (connection === null) throw new NotFoundError('connection'); // deleted in between
  return connection;
}

/** Which of a project's connections, and which page of them. */
export type ConnectionList = {
  /** May be left out by a viewer that is bound to one project. */
  projectId: string | null | undefined;
  filter: ConnectionFilter | null | undefined;
  page: PageArgs;
  /** Whether the total will be asked for: it then comes with the rows. */
  withTotal: boolean;
};

/**
 * A page of a project's connections, newest first.
 *
 * @throws InvalidInputError for the page, or without a project where the credential reaches many;
 * NotFoundError for the project.
 */
export async function listConnections(
  context: RequestContext,
  { projectId, page, ...list }: ConnectionList,
): Promise<Page<ConnectionRow>> {
  const plan = planConnections(context, page);
  const id = projectId ?? boundProject(requireMember(context.viewer));
  if (id === null) throw new InvalidInputError([projectMissing]);
  if (!isUuid(id)) throw new NotFoundError('project');
  const found = await loadPage(context, id, list, plan);
  // Rows prove that the project is visible; only without any must it be asked for.
  if (found.edges.length === 0) await requireVisibleProject(context, id);
  return found;
}

/** The same for a project that is known to be visible. */
export function listProjectConnections(
  context: RequestContext,
  { projectId, page, ...list }: ConnectionList & { projectId: string },
): Promise<Page<ConnectionRow>> {
  return loadPage(context, projectId, list, planConnections(context, page));
}

function planConnections({ deps }: RequestContext, page: PageArgs): PagePlan<'createdAt'> {
  return planPage(page, 'createdAt', deps.config.limits.pageSize);
}

async function loadPage(
  { deps, viewer }: RequestContext,
  projectId: string,
  { filter, withTotal }: Pick<ConnectionList, 'filter' | 'withTotal'>,
  plan: PagePlan<'createdAt'>,
): Promise<Page<ConnectionRow>> {
  const reach = reachOf(requireMember(viewer));
  const wanted = { reach, projectId, id: null, ...matching(filter ?? {}) };
  const { rows, total } = await loadConnections(deps, wanted, { ...plan.bounds, withTotal });
  return plan.toPage(rows, async () => total ?? countConnections(deps, wanted));
}

const projectMissing = {
  path: 'projectId',
  message: 'cannot be blank: this credential may reach several projects',
};

function matching({ type, status, search, includeSystem }: ConnectionFilter) {
  const from = search ? foldCase(search) : undefined;
  return {
    type: type ?? undefined,
    status: status ?? undefined,
    names: from === undefined ? undefined : { from, to: `${from}${lastCharacter}` },
    withSystem: includeSystem ?? false,
  };
}
