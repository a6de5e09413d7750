import type { Patchbay } from './patchbay.ts';

/** What the requests are about. */
export type Seeded = {
  projectId: string;
  /** Of the project's connections. */
  connectionIds: string[];
  /** Takes the connections that are made during the rounds, so that the lists stay as they are. */
  otherProjectId: string;
  /** Of the other project: connections that lead to the service behind the proxy. */
  proxiedIds: string[];
};

export const createConnection = `
  mutation CreateConnection($input: CreateConnectionInput!) {
    createConnection(input: $input) {
      __typename
      ... on Connection { id name type status createdAt version }
      ... on UserError { code message }
      ... on InvalidInputError { fields { path message } }
    }
  }`;

const createProject = `
  mutation CreateProject($name: String!) {
    createProject(input: { name: $name }) {
      __typename
      ... on Project { id }
      ... on UserError { message }
    }
  }`;

/** Stores connections through the API. */
export async function seedPatchbay(
  { graphql }: Patchbay,
  count: number,
  serviceUrl: string,
): Promise<Seeded> {
  const makeProject = async (name: string) => {
    const made = await graphql<{ createProject: { id: string } }>(createProject, { name });
    return made.createProject.id;
  };
  const projectId = await makeProject('bench');
  const otherProjectId = await makeProject('bench creates');
  const store = async (input: ReturnType<typeof newConnection>) => {
    const made = await graphql<{ createConnection: { id: string } }>(createConnection, { input });
    return made.createConnection.id;
  };
  const connectionIds: string[] = [];
  for (let index = 0; index < count; index += 1) {
    connectionIds.push(await store(newConnection(projectId, `Seeded ${index}`)));
  }
  const proxiedIds: string[] = [];
  for (let index = 0; index < 20; index += 1) {
    proxiedIds.push(await store(newConnection(otherProjectId, `Proxied ${index}`, serviceUrl)));
  }
  return { projectId, otherProjectId, connectionIds, proxiedIds };
}

export function newConnection(projectId: string, name: string, url = 'https://api.openai.com/v1') {
  const config = { api_key: `sk-bench-${name}`, url };
  return { projectId, name, type: 'dynamiq.connections.OpenAI', config };
}
