/* The operations of the clients. Relay needs the `id` of each record, and an alias to recognise an interface. */

export const listDocument = `query ConnectionsList($project: ID!, $first: Int, $after: String) {
  project(id: $project) {
    id
    connections(first: $first, after: $after) {
      edges { cursor node { __typename id name } }
      pageInfo { hasNextPage endCursor }
    }
  }
}`;

export const createDocument = `mutation ConnectionCreate($input: CreateConnectionInput!) {
  createConnection(input: $input) {
    __typename
    ... on Connection { id name }
    ... on UserError { __isUserError: __typename code message }
  }
}`;

export const watchDocument = `subscription ConnectionsWatch($project: ID!) {
  connectionChanged(projectId: $project) {
    connectionId
    kind
    connection { id name }
  }
}`;

export type Page = {
  edges: readonly { cursor: string; node: { id: string; name: string } }[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
};
export type ListData = { project: { id: string; connections: Page } | null };
export type CreateData = {
  createConnection:
    | { __typename: 'Connection'; id: string; name: string }
    | { __typename: 'InvalidInputError'; code: string; message: string };
};
export type WatchData = {
  connectionChanged: {
    connectionId: string;
    kind: string;
    connection: { id: string; name: string } | null;
  };
};

/** The variables of the mutation: an OpenAI key. */
export function newConnection(projectId: string, name: string) {
  const type = 'dynamiq.connections.OpenAI';
  return { input: { projectId, name, type, config: { api_key: 'a secret' } } };
}
