import { readFileSync } from 'node:fs';
import { buildSchema } from 'graphql';
import relay, {
  type ConcreteRequest,
  type GraphQLResponse,
  type MutationParameters,
  type OperationType,
} from 'relay-runtime';
import { test } from 'vitest';
import { createEventClient } from './event-client.ts';
import {
  type CreateData,
  createDocument,
  type ListData,
  listDocument,
  newConnection,
  type Page,
  type WatchData,
  watchDocument,
} from './operations.ts';
import { compileForRelay } from './relay-artifact.ts';
import { expectToWork, type Place, type Program } from './scenario.ts';

const schema = buildSchema(readFileSync(`${import.meta.dirname}/../../schema.graphql`, 'utf8'));
const list = { field: 'connections', key: 'Project_connections' };
const listRequest = compileForRelay(schema, listDocument, list);
const createRequest = compileForRelay(schema, createDocument);
const watchRequest = compileForRelay(schema, watchDocument);

/** Queries and mutations by fetch, subscriptions by graphql-sse, as Relay's documentation shows. */
function createEnvironment(place: Place, onOpen: () => void) {
  const events = createEventClient(place, onOpen);
  const network = relay.Network.create(
    async ({ text }, variables) => {
      const response = await fetch(place.url, {
        method: 'POST',
        headers: { ...place.headers, 'content-type': 'application/json' },
        body: JSON.stringify({ query: text, variables }),
      });
      return (await response.json()) as GraphQLResponse;
    },
    ({ text }, variables) =>
      relay.Observable.create((sink) =>
        events.subscribe({ query: text ?? '', variables }, sink as never),
      ),
  );
  return new relay.Environment({ network, store: new relay.Store(new relay.RecordSource()) });
}

type Query<Data> = OperationType & { response: Data };
type Mutation<Data> = MutationParameters & { response: Data };

function connect(place: Place): Program {
  const { projectId } = place;
  let opened = () => {};
  const environment = createEnvironment(place, () => opened());
  /** Reads the list in the store: all pages that were fetched. */
  const stored = (request: ConcreteRequest): Page | undefined => {
    const operation = relay.createOperationDescriptor(request, { project: projectId });
    const { data } = environment.lookup(operation.fragment);
    return (data as ListData | undefined)?.project?.connections;
  };
  return {
    list: async (first, after) => {
      const variables = { project: projectId, first, after };
      const known = after === undefined ? 0 : (stored(listRequest)?.edges.length ?? 0);
      await relay.fetchQuery<Query<ListData>>(environment, listRequest, variables).toPromise();
      const all = stored(listRequest);
      if (!all) throw new Error('There is no such project.');
      return { ...all, edges: all.edges.slice(known) };
    },
    create: (name) =>
      new Promise((resolve, reject) => {
        relay.commitMutation<Mutation<CreateData>>(environment, {
          mutation: createRequest,
          variables: newConnection(projectId, name),
          onCompleted: ({ createConnection }, errors) =>
            errors?.length ? reject(new Error(JSON.stringify(errors))) : resolve(createConnection),
          onError: reject,
        });
      }),
    watch: (onOpen, onEvent, onEnd) => {
      opened = onOpen;
      const watching = relay.requestSubscription<Mutation<WatchData>>(environment, {
        subscription: watchRequest,
        variables: { project: projectId },
        onNext: (data) => data && onEvent(data.connectionChanged),
        onError: onEnd,
        onCompleted: () => onEnd(),
      });
      return () => watching.dispose();
    },
  };
}

test(
  'Relay lists, pages and changes connections, and stays subscribed over a restart',
  () => expectToWork(connect),
  120_000,
);
