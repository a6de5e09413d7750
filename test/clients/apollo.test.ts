import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { ApolloClient, ApolloLink, gql, HttpLink, InMemoryCache, Observable } from '@apollo/client';
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries';
import { buildSchema, isAbstractType, print } from 'graphql';
import type { Client } from 'graphql-sse';
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

const schema = buildSchema(readFileSync(`${import.meta.dirname}/../../schema.graphql`, 'utf8'));
/** The possible types of interfaces and unions, made from the schema as Apollo's documentation shows. */
const possibleTypes = Object.fromEntries(
  Object.values(schema.getTypeMap())
    .filter(isAbstractType)
    .map((type) => [type.name, schema.getPossibleTypes(type).map(({ name }) => name)]),
);

/** Subscriptions by graphql-sse, as its documentation shows. */
class EventLink extends ApolloLink {
  readonly #client: Client;

  constructor(client: Client) {
    super();
    this.#client = client;
  }

  override request({ query, variables, operationName }: ApolloLink.Operation) {
    return new Observable<ApolloLink.Result>((sink) =>
      this.#client.subscribe(
        { query: print(query), variables, operationName: operationName ?? '' },
        sink as never,
      ),
    );
  }
}

function connect(
  place: Place,
  before = new ApolloLink((operation, forward) => forward(operation)),
): Program {
  const { url, headers, projectId } = place;
  let opened = () => {};
  const client = new ApolloClient({
    cache: new InMemoryCache({ possibleTypes }),
    link: ApolloLink.split(
      ({ operationType }) => operationType === 'subscription',
      new EventLink(createEventClient(place, () => opened())),
      before.concat(new HttpLink({ uri: url, headers })),
    ),
  });
  return {
    list: async (first, after) => {
      const variables = { project: projectId, first, after };
      const { data } = await client.query<ListData>({ query: gql(listDocument), variables });
      if (!data?.project) throw new Error('There is no such project.');
      return data.project.connections;
    },
    create: async (name) => {
      const variables = newConnection(projectId, name);
      const { data } = await client.mutate<CreateData>({
        mutation: gql(createDocument),
        variables,
      });
      if (!data) throw new Error('There is no result.');
      return data.createConnection;
    },
    watch: (onOpen, onEvent, onEnd) => {
      opened = onOpen;
      const watching = client
        .subscribe<WatchData>({ query: gql(watchDocument), variables: { project: projectId } })
        .subscribe({
          next: ({ data, error }) => {
            if (data) onEvent(data.connectionChanged);
            if (error) onEnd(error);
          },
          error: onEnd,
          complete: () => onEnd(),
        });
      return () => watching.unsubscribe();
    },
  };
}

test(
  'Apollo lists, pages and changes connections, and stays subscribed over a restart',
  () => expectToWork((place) => connect(place)),
  120_000,
);

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

test(
  'Apollo with persisted queries sends the whole query when the server does not know the hash',
  () =>
    expectToRun((place) =>
      connect(place, new PersistedQueryLink({ sha256, useGETForHashedQueries: true })),
    ),
  120_000,
);
