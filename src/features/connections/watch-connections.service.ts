import { z } from 'zod';
import type { RequestContext } from '../../core/access/request-context.ts';
import { requireRole } from '../../core/access/roles.ts';
import type { Change } from '../../core/changes/change.ts';
import { openStream } from '../../core/changes/open-stream.ts';
import { operation } from '../../core/operations/operation.ts';
import { ChangeKind } from '../../platform/db/generated/enums.ts';
import { requireVisibleProject } from '../projects/visible-project.ts';
import type { ConnectionRow } from './connection-row.ts';
import { findConnection, requireConnection } from './connections.service.ts';

/** What became of a connection; null: it is no more. */
export type ConnectionChange = {
  kind: ChangeKind;
  id: string;
  connection: ConnectionRow | null;
};

/** Fails with NotFoundError for the project or the connection, and as `openStream`. */
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
      requireRight: async () => {
        requireRole(context.viewer, 'viewer');
        await requireVisibleProject(context, projectId);
      },
    });
  },
});

async function tellChange(
  context: RequestContext,
  { kind, connectionId }: Change,
): Promise<ConnectionChange | undefined> {
  if (connectionId === null) return undefined;
  if (kind === ChangeKind.deleted) return { kind, id: connectionId, connection: null };
  const connection = await findConnection(context, connectionId);
  // Deleted since: that is told next.
  return connection === null ? undefined : { kind, id: connectionId, connection };
}
