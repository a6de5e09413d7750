import { createHash } from 'node:crypto';
import { Client, fetchExchange, subscriptionExchange } from '@urql/core';
import { persistedExchange } from '@urql/exchange-persisted';
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
import { expectToRun, expectToWork, type Place, type Program } from './scenario.ts';

/** Queries by GET, which is urql's own choice; subscriptions by graphql-sse, as its documentation shows. */
function connect(place: Place, exchanges: ReturnType<typeof persistedExchange>[] = []): Program {
  const { url, headers, projectId } = place;
  let opened = () => {};
  const events = createEventClient(place, () => opened());
  const client = new Client({
    url,
    fetchOptions: { headers },
    exchanges: [
      ...exchanges,
      fetchExchange,
      subscriptionExchange({
        forwardSubscription: ({ query = '', variables = {} }) => ({
          subscribe: (sink) => ({
            unsubscribe: events.subscribe({ query, variables }, sink as never),
          }),
        }),
      }),
    ],
  });
  return {
    list: async (first, after) => {
      const variables = { project: projectId, first, after };
      const { data, error } = await client.query<ListData>(listDocument, variables);
      if (!data?.project) throw error;
      return data.project.connections;
    },
    create: async (name) => {
      const variables = newConnection(projectId, name);
      const { data, error } = await client.mutation<CreateData>(createDocument, variables);
      if (!data) throw error;
      return data.createConnection;
    },
    watch: (onOpen, onEvent, onEnd) => {
      opened = onOpen;
      const watching = client
        .subscription<WatchData>(watchDocument, { project: projectId })
        .subscribe(({ data, error, hasNext }) => {
          if (data) onEvent(data.connectionChanged);
          if (error || !hasNext) onEnd(error);
        });
      return () => watching.unsubscribe();
    },
  };
}

test(
  'urql lists, pages and changes connections, and stays subscribed over a restart',
  () => expectToWork(connect),
  120_000,
);

const sha256 = async (text: string) => createHash('sha256').update(text).digest('hex');

test(
  'urql with persisted queries sends the whole query when the server does not know the hash',
  () =>
    expectToRun((place) =>
      connect(place, [persistedExchange({ generateHash: sha256, enableForMutation: true })]),
    ),
  120_000,
);
