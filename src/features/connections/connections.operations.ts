import { z } from 'zod';
import { boundProject, projectScopeOf } from '../../core/access/project-scope.ts';
import type { RequestContext } from '../../core/access/request-context.ts';
import { requireMember, requireRole } from '../../core/access/roles.ts';
import type { Change } from '../../core/changes/change.ts';
import { openStream } from '../../core/changes/open-stream.ts';
import { operation } from '../../core/operations/operation.ts';
import {
  ChangeKind,
  ConnectionStatus,
  VerificationVerdict,
} from '../../platform/db/generated/enums.ts';
import { type Page, type PageArgs, type PagePlan, planPage } from '../../platform/db/keyset.ts';
import { InvalidInputError, NotFoundError } from '../../platform/errors.ts';
import { foldCase, isUuid, orBlank, searchedName, searchText } from '../../platform/input.ts';
import { requireVisibleProject } from '../projects/require-project.ts';
import { countConnections, loadConnectionPage } from './connection-pages.store.ts';
import type { ConnectionRow } from './connection-row.ts';

/** The last character of Unicode. All names with a prefix lie between the prefix and prefix + this. */
const lastCharacter = '\u{10FFFF}';

/** The conditions of a list. All must hold. A condition that is left out, null or blank always holds. */
export const connectionFilter = z.object({
  type: orBlank(searchText),
  status: z.enum(ConnectionStatus).nullish(),
  /** The beginning of the name, in upper or lower case. */
  search: orBlank(searchedName),
  includeSystem: z.boolean().nullish(),
  /** The verdict of the last verification. */
  verdict: z.enum(VerificationVerdict).nullish(),
});

type ConnectionConditions = z.output<typeof connectionFilter>;

/** Reads a connection. It returns null if the connection does not exist or the caller cannot reach it. */
export const readConnection = operation({
  name: 'connection',
  description:
    'Finds a connection by its id. It returns null if the connection does not exist or the caller cannot reach it.',
  role: 'viewer',
  audit: undefined,
  input: z.object({ id: z.string() }),
  errors: [],
  run: (context, { id }) => findVisibleConnection(context, id),
});

/** Returns a connection by its id; null if it does not exist or the caller cannot reach it. */
async function findVisibleConnection(
  { deps, viewer }: RequestContext,
  id: string,
): Promise<ConnectionRow | null> {
  if (!isUuid(id)) return null;
  const projectScope = projectScopeOf(requireMember(viewer));
  return (await deps.loadConnectionById({ id, projectScope })) ?? null;
}

/** Returns a connection that the caller has just written. Another call may already have deleted it. */
export async function requireConnection(
  context: RequestContext,
  id: string,
): Promise<ConnectionRow> {
  const connection = await findVisibleConnection(context, id);
  if (connection === null) throw new NotFoundError('connection');
  return connection;
}

/** The conditions of a list, and one page of it. */
type ConnectionList = {
  filter?: ConnectionConditions | null | undefined;
  page: PageArgs;
  /** Whether the client selects the total. One statement then returns it together with the rows. */
  withTotal: boolean;
};

/**
 * Lists a page of a project's connections. It fails with InvalidInputError for a page that is not valid, or
 * if no project is named and the credential reaches several. It fails with NotFoundError for a project that
 * the caller cannot reach.
 */
export const listConnections = operation({
  name: 'connections',
  description: 'Lists the connections of a project, newest first, at most 100 per page.',
  role: 'viewer',
  audit: undefined,
  input: z.object({
    projectId: z.string().nullish(),
    filter: connectionFilter.nullish(),
    page: z.custom<PageArgs>(), // planPage checks it
    withTotal: z.boolean(),
  }),
  errors: [],
  run: async (context, { projectId, page, ...list }) => {
    const plan = planConnections(context, page);
    const id = projectId ?? boundProject(requireMember(context.viewer));
    if (id === null) throw new InvalidInputError([projectMissing]);
    if (!isUuid(id)) throw new NotFoundError('project');
    const found = await countAndLoadPage(context, id, list, plan);
    // A row proves that the caller can reach the project. An empty page proves nothing, so ask.
    if (found.edges.length === 0) await requireVisibleProject(context, id);
    return found;
  },
});

/** Returns a page of the connections of a project that is known to be visible. */
export function listProjectConnections(
  context: RequestContext,
  { projectId, page, ...list }: ConnectionList & { projectId: string },
): Promise<Page<ConnectionRow>> {
  return countAndLoadPage(context, projectId, list, planConnections(context, page));
}

function planConnections({ deps }: RequestContext, page: PageArgs): PagePlan<'createdAt'> {
  return planPage(page, 'createdAt', deps.config.limits.pageSize);
}

async function countAndLoadPage(
  { deps, viewer }: RequestContext,
  projectId: string,
  { filter, withTotal }: Pick<ConnectionList, 'filter' | 'withTotal'>,
  plan: PagePlan<'createdAt'>,
): Promise<Page<ConnectionRow>> {
  const projectScope = projectScopeOf(requireMember(viewer));
  const wanted = { projectScope, projectId, ...connectionsMatching(filter ?? {}) };
  const { rows, total } = await loadConnectionPage(deps, wanted, { ...plan.bounds, withTotal });
  return plan.toPage(rows, async () => total ?? countConnections(deps, wanted));
}

const projectMissing = {
  path: 'projectId',
  message: 'cannot be blank: this credential can reach several projects',
};

function connectionsMatching({
  type,
  status,
  search,
  includeSystem,
  verdict,
}: ConnectionConditions) {
  const from = search ? foldCase(search) : undefined;
  return {
    type: type ?? undefined,
    status: status ?? undefined,
    verdict: verdict ?? undefined,
    names: from === undefined ? undefined : { from, to: `${from}${lastCharacter}` },
    withSystem: includeSystem ?? false,
  };
}

/** The state of a connection after a change; null if it was deleted. */
export type ConnectionChange = {
  kind: ChangeKind;
  id: string;
  connection: ConnectionRow | null;
};

/**
 * Sends the changes of a project's connections, or of one connection. It fails with NotFoundError for a
 * project or a connection that the caller cannot reach, and with the errors of `openStream`.
 */
export const watchConnections = operation({
  name: 'connectionChanged',
  description:
    'Sends one event for each committed change of a project’s connections, from every process of the installation.',
  role: 'viewer',
  audit: undefined,
  input: z.object({ projectId: z.string(), id: z.string().nullish() }),
  errors: [],
  run: async (context, wanted): Promise<AsyncIterableIterator<ConnectionChange>> => {
    const projectId = await requireVisibleProject(context, wanted.projectId);
    const id = wanted.id == null ? undefined : (await requireConnection(context, wanted.id)).id;
    return openStream(context, {
      projectId,
      isAbout: ({ connectionId }) => connectionId !== null && (id ?? connectionId) === connectionId,
      tell: (change) => tellChange(context, change),
      // A stream can live for hours, and its caller can lose the right in that time.
      requireRight: async () => {
        requireRole(context.viewer, 'viewer');
        await requireVisibleProject(context, projectId);
      },
    });
  },
});

/** Returns the event of a change. The connection is read now, so it is never older than the change. */
async function tellChange(
  context: RequestContext,
  { kind, connectionId }: Change,
): Promise<ConnectionChange | undefined> {
  if (connectionId === null) return undefined;
  if (kind === ChangeKind.deleted) return { kind, id: connectionId, connection: null };
  const connection = await findVisibleConnection(context, connectionId);
  // The connection was deleted since then. The deletion is a change of its own, which comes later.
  return connection === null ? undefined : { kind, id: connectionId, connection };
}
