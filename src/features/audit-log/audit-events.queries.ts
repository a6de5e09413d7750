import { z } from 'zod';
import { projectScopeOf } from '../../core/access/project-scope.ts';
import type { RequestContext } from '../../core/access/request-context.ts';
import { requireMember } from '../../core/access/roles.ts';
import { visibleAuditEvents } from '../../core/access/visibility.ts';
import type { JsonObject } from '../../core/catalog/json.ts';
import { builder } from '../../core/graphql/builder.ts';
import { operationFieldWithoutErrors } from '../../core/graphql/operation-field.ts';
import { definePage, forwardArgs, pageCost, rowsQuery } from '../../core/graphql/page.ts';
import { operation } from '../../core/operations/operation.ts';
import { perform } from '../../core/operations/perform.ts';
import { type PageArgs, planPage } from '../../platform/db/keyset.ts';
import { ForbiddenError } from '../../platform/errors.ts';
import { isUuid } from '../../platform/input.ts';
import { requireVisibleProject } from '../projects/require-project.ts';

const AuditEventRef = builder.prismaObject('AuditEvent', {
  description: 'A record of who did what, when and from where. It never contains a secret.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'The UUID of the event.' }),
    at: t.expose('at', { type: 'DateTime', description: 'The time of the event.' }),
    action: t.exposeString('action', {
      description:
        'The name of the action, such as `connection.create`. A refused action ends in `.refused`.',
    }),
    actor: t.exposeString('actor', {
      description:
        'The kind and the id of the credential: `access_key:<id>`, `personal_access_token:<id>` or `user:<id>`.',
    }),
    connectionId: t.exposeID('connectionId', {
      nullable: true,
      description:
        'The id of the connection that the event is about, even if it was deleted since then; null for other events.',
    }),
    ip: t.exposeString('ip', {
      nullable: true,
      description: 'The IP address of the client; null for commands of the operator.',
    }),
    requestId: t.exposeString('requestId', {
      description: 'The `X-Request-Id` of the request, which also stands in the log.',
    }),
    detail: t.field({
      type: 'JSONObject',
      nullable: true,
      description: 'Further facts about the event; null without any.',
      select: { detail: true },
      resolve: ({ detail }) => detail as JsonObject | null, // audit.service.ts wrote it
    }),
  }),
});

const AuditEventPage = definePage('AuditEvent', AuditEventRef);

/**
 * Lists audit events. It fails with InvalidInputError for a page that is not valid, and with NotFoundError
 * for a project that the caller cannot reach.
 */
const listAuditEvents = operation({
  name: 'auditEvents',
  description:
    'Lists audit events, newest first. Only admins can see it. Without `projectId`, an organization admin sees the events that belong to no project.',
  role: 'admin',
  audit: undefined,
  input: z.object({
    projectId: z.string().nullish(),
    connectionId: z.string().nullish(),
    page: z.custom<PageArgs>(), // planPage checks it
  }),
  errors: [],
  run: async (context, { projectId, connectionId, page }) => {
    const { db, config } = context.deps;
    const plan = planPage(page, 'at', config.limits.pageSize);
    const where = await eventsWhere(context, projectId, connectionId);
    const rows = await db.auditEvent.findMany({ ...context.selection, ...plan.range(where) });
    return plan.toPage(rows, () => db.auditEvent.count({ where }));
  },
});

builder.queryField('auditEvents', (t) =>
  t.field({
    ...operationFieldWithoutErrors(listAuditEvents),
    type: AuditEventPage,
    nullable: true,
    complexity: pageCost,
    args: {
      projectId: t.arg.id({
        required: false,
        description: 'The id of the project whose events you want.',
      }),
      connectionId: t.arg.id({
        required: false,
        description: 'The id of the connection that the events are about.',
      }),
      ...forwardArgs,
    },
    resolve: (_root, { projectId, connectionId, ...page }, context, info) => {
      const selection = rowsQuery(context, info, 'AuditEvent', { id: true, at: true });
      const wanted = { projectId, connectionId, page };
      return perform(listAuditEvents, { ...context, selection }, wanted);
    },
  }),
);

/**
 * Returns the condition for the events of a project or a connection. Without both, it selects the events
 * that belong to no project.
 */
async function eventsWhere(
  context: RequestContext,
  projectId: string | null | undefined,
  connectionId: string | null | undefined,
) {
  const viewer = requireMember(context.viewer);
  if (projectId != null) await requireVisibleProject(context, projectId);
  const { only, projectIds } = projectScopeOf(viewer);
  // A caller without any admin role would see an empty list. An error says why.
  if (only && projectIds.length === 0 && projectId == null) {
    throw new ForbiddenError(
      'This requires the role admin in the organization. Name a project with projectId instead.',
    );
  }
  // Events of no project, such as the creation of a user, concern the whole organization.
  const ofNoProject = projectId == null && connectionId == null && !only;
  const wanted = {
    ...(projectId != null && { projectId }),
    ...(connectionId != null && { connectionId: { in: [connectionId].filter(isUuid) } }),
    ...(ofNoProject && { projectId: null }),
  };
  return { AND: [wanted, visibleAuditEvents(viewer)] };
}
