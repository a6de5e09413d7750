import { createClient } from 'graphql-sse';
import { test } from 'vitest';
import { createEventClient } from './event-client.ts';
import {
  type CreateData,
  createDocument,
  type ListData,
  listDocument,
  newConnection,
  type WatchData,
  watchDocument,
} from './operations.ts';
import { expectToWork, type Place, type Program } from './scenario.ts';

/** All operations over server-sent events with graphql-sse. */
function connect(place: Place): Program {
  const { url, headers, projectId } = place;
  const client = createClient({ url, headers });
  const run = async <Data>(query: string, variables: Record<string, unknown>) => {
    const results = client.iterate<Data>({ query, variables });
    for await (const { data, errors } of results) {
      if (!data) throw new Error(JSON.stringify(errors));
      return data;
    }
    throw new Error('There was no result.');
  };
  return {
    list: async (first, after) => {
      const { project } = await run<ListData>(listDocument, { project: projectId, first, after });
      if (project === null) throw new Error('There is no such project.');
      return project.connections;
    },
    create: async (name) =>
      (await run<CreateData>(createDocument, newConnection(projectId, name))).createConnection,
    watch: (onOpen, onEvent, onEnd) =>
      createEventClient(place, onOpen).subscribe<WatchData>(
        { query: watchDocument, variables: { project: projectId } },
        {
          next: ({ data }) => data && onEvent(data.connectionChanged),
          error: onEnd,
          complete: () => onEnd(),
        },
      ),
  };
}

test(
  'graphql-sse lists, pages and changes connections, and stays subscribed over a restart',
  () => expectToWork(connect),
  120_000,
);
