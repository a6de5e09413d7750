import type { Served } from './children.ts';
import type { Job, JobRequest } from './job.ts';
import type { Patchbay } from './patchbay.ts';
import { createConnection, newConnection, type Seeded } from './seed.ts';

/** Something to measure. */
export type Target = {
  name: string;
  title: string;
  served: Served;
  /** The target that it is a share of; the share that it should reach. */
  against?: { name: 'b' | 'c' | 'd'; reach?: number };
  job: Pick<Job, 'authorization' | 'requests' | 'status' | 'contains'>;
};

const listConnections = `
  query Connections($projectId: ID!, $first: Int!) {
    connections(projectId: $projectId, first: $first) {
      nodes {
        id name type status config secretFields isSystem createdBy createdAt updatedAt version
        project { id name }
      }
    }
  }`;

const fetchCredentials = `
  mutation FetchCredentials($input: FetchCredentialsInput!) {
    fetchCredentials(input: $input) {
      __typename
      ... on Credentials { connectionId type config expiresAt }
      ... on UserError { code message }
    }
  }`;

/** The least that can be done with Node, PostgreSQL and undici. */
export function baselineTargets(
  { list, open, forward }: { list: Served; open: Served; forward: Served },
  ids: readonly string[],
): Target[] {
  const opening = ids.map((id): JobRequest => ({ method: 'GET', path: `/open/${id}` }));
  return [
    {
      name: 'b',
      title: '(b) node:http + pg, 20 rows',
      served: list,
      job: { requests: [{ method: 'GET', path: '/list' }], status: 200, contains: '"Baseline ' },
    },
    {
      name: 'c',
      title: '(c) node:http + pg + AES-GCM, 1 row',
      served: open,
      job: { requests: opening, status: 200, contains: '"api_key":"sk-bench-' },
    },
    {
      name: 'd',
      title: '(d) node:http + undici, forwards',
      served: forward,
      job: { requests: [{ method: 'GET', path: '/models' }], status: 200, contains: '"model-9"' },
    },
  ];
}

/** The server's own operations. */
export function patchbayTargets(served: Patchbay, seeded: Seeded): Target[] {
  const authorization = `Bearer ${served.accessKey}`;
  const target = (name: string, title: string, against: Target['against'], job: Target['job']) =>
    ({ name, title, served, against, job: { authorization, ...job } }) as Target;
  const { projectId, otherProjectId, connectionIds, proxiedIds } = seeded;
  const input = newConnection(otherProjectId, 'Made {{n}}');
  const page = `/v1/connections?project_id=${projectId}&page_size=20`;
  return [
    target(
      'rest-credentials',
      'REST credentials',
      { name: 'c', reach: 0.45 },
      {
        requests: connectionIds.map((id) => post(`/v1/connections/${id}/credentials`)),
        status: 200,
        contains: '"api_key":"sk-bench-',
      },
    ),
    target(
      'graphql-credentials',
      'GraphQL fetchCredentials',
      { name: 'c', reach: 0.22 },
      {
        requests: connectionIds.map((id) => graphql(fetchCredentials, { input: { id } })),
        status: 200,
        contains: '"api_key":"sk-bench-',
      },
    ),
    target(
      'graphql-list',
      'GraphQL list of 20',
      { name: 'b', reach: 0.2 },
      {
        requests: [graphql(listConnections, { projectId, first: 20 })],
        status: 200,
        contains: '"Seeded ',
      },
    ),
    target(
      'rest-list',
      'REST list of 20',
      { name: 'b', reach: 0.25 },
      {
        requests: [{ method: 'GET', path: page }],
        status: 200,
        contains: '"Seeded ',
      },
    ),
    target(
      'proxy',
      'REST proxy',
      { name: 'd', reach: 0.5 },
      {
        requests: proxiedIds.map(
          (id): JobRequest => ({ method: 'GET', path: `/v1/connections/${id}/proxy/models` }),
        ),
        status: 200,
        contains: '"model-9"',
      },
    ),
    target(
      'create',
      'GraphQL createConnection',
      { name: 'c' },
      {
        requests: [graphql(createConnection, { input })],
        status: 200,
        contains: '"createConnection":{"__typename":"Connection"',
      },
    ),
  ];
}

function graphql(query: string, variables: object): JobRequest {
  return post('/graphql', JSON.stringify({ query, variables }));
}

function post(path: string, body?: string): JobRequest {
  return { method: 'POST', path, ...(body !== undefined && { body }) };
}
