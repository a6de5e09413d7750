import type { Patchbay } from './patchbay.ts';

/** What the requests are about. */
export type Seeded = {
  projectId: string;
  /** Of the project's connections. */
  connectionIds: string[];
  /** Takes the connections that are made during the rounds, so that the lists stay as they are. */
  otherProjectId: string;
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
export async function seedPatchbay({ graphql }: Patchbay, count: number): Promise<Seeded> {
  const makeProject = async (name: string) => {
    const made = await graphql<{ createProject: { id: string } }>(createProject, { name });
    return made.createProject.id;
  };
  const projectId = await makeProject('bench');
  const otherProjectId = await makeProject('bench creates');
  const connectionIds: string[] = [];
  for (let index = 0; index < count; index += 1) {
    const input = newConnection(projectId, `Seeded ${index}`);
    const made = await graphql<{ createConnection: { id: string } }>(createConnection, { input });
    connectionIds.push(made.createConnection.id);
  }
  return { projectId, otherProjectId, connectionIds };
}

export function newConnection(projectId: string, name: string) {
  const config = { api_key: `sk-bench-${name}`, url: 'https://api.openai.com/v1' };
  return { projectId, name, type: 'dynamiq.connections.OpenAI', config };
}
