import { earliestEventId } from '../../core/audit/retention.ts';
import type { Deps } from '../../core/deps/deps.ts';
import type { AuditEvent } from '../../platform/db/generated/client.ts';
import { openForWork } from './open-for-work.ts';
import { type RunCommand, UsageError } from './parse.ts';

const exportBatchRows = 1_000;
/** Maximum difference in milliseconds between the clocks of the processes. */
const clockMargin = 10 * 60_000;

export const run: RunCommand = (options, config) => {
  const since = new Date(String(options.since));
  if (Number.isNaN(since.getTime())) throw new UsageError('--since must be a date or a time.');
  return openForWork(config(), async ({ deps }) => {
    for await (const event of eventsSince(deps, since)) await print(`${eventLine(event)}\n`);
    return 0;
  });
};

/**
 * Yields events in the order of their ids. An id begins with the time of its process (UUID version 7,
 * RFC 9562), so this is the order of the events, apart from differences between the clocks. It begins
 * `clockMargin` earlier, so that a slow clock hides no event.
 */
async function* eventsSince({ db }: Deps, since: Date): AsyncGenerator<AuditEvent> {
  let after = earliestEventId(new Date(since.getTime() - clockMargin));
  for (;;) {
    const events: AuditEvent[] = await db.auditEvent.findMany({
      where: { id: { gt: after } },
      orderBy: { id: 'asc' },
      take: exportBatchRows,
    });
    yield* events.filter(({ at }) => at >= since);
    const last = events.at(-1);
    if (last === undefined) return;
    after = last.id;
  }
}

function eventLine({ organizationId, projectId, connectionId, requestId, ...event }: AuditEvent) {
  const ids = { organization_id: organizationId, project_id: projectId };
  return JSON.stringify({ ...event, ...ids, connection_id: connectionId, request_id: requestId });
}

/** Prints a text and waits for a slow reader, so that the log does not pile up in memory. */
function print(text: string): Promise<void> {
  if (process.stdout.write(text)) return Promise.resolve();
  return new Promise((drained) => process.stdout.once('drain', drained));
}
