import type { RequestContext } from '../access/request-context.ts';
import { requireMember } from '../access/roles.ts';
import { visibleConnections } from '../access/visibility.ts';
import type { Prisma } from '../db/generated/client.ts';
import type { ConnectionStatus } from '../db/generated/enums.ts';
import { type PageArgs, planPage } from '../db/keyset.ts';
import { InvalidInputError, NotFoundError } from '../errors.ts';
import { isUuid } from '../input.ts';
import { requireVisibleProject } from '../projects/visible-project.ts';
import { foldCase } from './fold-case.ts';

/** The last character there is: what lies between a prefix and the prefix with it begins with it. */
const lastCharacter = '\u{10FFFF}';

export type ConnectionFilter = {
  type?: string | null | undefined;
  status?: ConnectionStatus | null | undefined;
  /** The beginning of the name, whatever its case. */
  search?: string | null | undefined;
  includeSystem?: boolean | null | undefined;
};

/** A connection by its id, or null where there is none for the caller. `query` says what to load of it. */
export async function findConnection(context: RequestContext, id: string, query: object) {
  if (!isUuid(id)) return null;
  const where = { AND: [{ id }, visibleConnections(requireMember(context.viewer))] };
  return context.deps.db.connection.findFirst({ ...query, relationLoadStrategy: 'join', where });
}

/** The same for a connection that the caller has just written. */
export async function requireConnection(context: RequestContext, id: string, query: object) {
  const connection = await findConnection(context, id, query);
  if (connection === null) throw new NotFoundError('connection'); // deleted in between
  return connection;
}

/** Which of a project's connections, and which page of them. */
export type ConnectionList = {
  /** May be left out by a viewer that is bound to one project. */
  projectId: string | null | undefined;
  filter: ConnectionFilter | null | undefined;
  page: PageArgs;
};

/**
 * A page of a project's connections, newest first. `query` says what to load of them.
 *
 * @throws InvalidInputError for the page, or without a project where the credential reaches many;
 * NotFoundError for the project.
 */
export async function listConnections(
  context: RequestContext,
  { projectId, filter, page }: ConnectionList,
  query: object,
) {
  const { db, config } = context.deps;
  const viewer = requireMember(context.viewer);
  const plan = planPage(page, 'createdAt', config.limits.pageSize);
  const id = projectId ?? viewer.projectId;
  if (id === null) throw new InvalidInputError([projectMissing]);
  if (!isUuid(id)) throw new NotFoundError('project');
  const where = { AND: [{ projectId: id, ...matching(filter ?? {}) }, visibleConnections(viewer)] };
  const rows = await db.connection.findMany({
    ...query,
    relationLoadStrategy: 'join',
    ...plan.range(where),
  });
  // Rows prove that the project is visible; only without any must it be asked for.
  if (rows.length === 0) await requireVisibleProject(context, id);
  return plan.toPage(rows, () => db.connection.count({ where }));
}

const projectMissing = {
  path: 'projectId',
  message: 'cannot be blank: this credential reaches every project of its organization',
};

function matching({ type, status, search, includeSystem }: ConnectionFilter) {
  const prefix = search && foldCase(search);
  return {
    ...(type != null && { type }),
    ...(status != null && { status }),
    ...(prefix && { nameFolded: { gte: prefix, lt: `${prefix}${lastCharacter}` } }),
    ...(!includeSystem && { isSystem: false }),
  } satisfies Prisma.ConnectionWhereInput;
}
