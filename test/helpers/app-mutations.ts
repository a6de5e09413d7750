import { randomUUID } from 'node:crypto';
import { uniqueHostname } from './apps.ts';
import type { GraphqlAnswer } from './clients.ts';
import { openAi } from './connections.ts';
import type { TestServer } from './server.ts';

/** An app or the error of a mutation. */
export type AppResult = {
  __typename: string;
  id: string;
  name: string;
  hostname: string;
  visibility: string;
  connectPage: object;
  message: string;
  fields: { path: string; message: string }[];
};

export type RequirementResult = {
  __typename: string;
  id: string;
  name: string;
  kind: string;
  title: string;
  description: string | null;
  spec: object;
  workflowId: string | null;
  message: string;
  fields: { path: string; message: string }[];
};

const failure = '... on UserError { message }';
const fields = '... on InvalidInputError { fields { path message } }';
const app = `${fields} ... on App { id name hostname visibility
  connectPage { displayName logoUrl accentColor allowedOrigins returnUrl } }`;
const requirement = `${fields} ... on Requirement { id name kind title description spec workflowId }`;

/** The mutations of apps and requirements; an admin calls them unless a key is given. */
export function appMutations({
  graphql,
  home,
}: Pick<TestServer, 'graphql'> & { home: Pick<TestServer['home'], 'projectId'> }) {
  const mutation =
    <Result>(name: string, selected: string) =>
    async (input: object, key?: string): Promise<GraphqlAnswer<object> & { result: Result }> => {
      const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`;
      const document = `mutation($input: ${type}!) { result: ${name}(input: $input) { __typename ${selected} ${failure} } }`;
      const answer = await graphql<{ result: Result }>(document, { input }, key);
      if (!answer.data) throw new Error(`The document was not taken: ${answer.text}`);
      return { ...answer, result: answer.data.result };
    };
  const createApp = mutation<AppResult>('createApp', app);
  const createRequirement = mutation<RequirementResult>('createRequirement', requirement);
  return {
    createApp: (input: object = {}, key?: string) =>
      createApp(
        {
          projectId: home.projectId,
          name: 'Shop',
          hostname: uniqueHostname(),
          visibility: 'PRIVATE',
          ...input,
        },
        key,
      ),
    updateApp: mutation<AppResult>('updateApp', app),
    deleteApp: mutation<{ __typename: string; deletedId: string }>(
      'deleteApp',
      '... on DeletedApp { deletedId }',
    ),
    createRequirement: (input: { appId: string } & Record<string, unknown>, key?: string) =>
      createRequirement(
        {
          name: `requirement ${randomUUID()}`,
          kind: 'CONNECTION',
          title: 'Your key',
          spec: { type: openAi },
          ...input,
        },
        key,
      ),
    updateRequirement: mutation<RequirementResult>('updateRequirement', requirement),
    deleteRequirement: mutation<{ __typename: string; deletedId: string }>(
      'deleteRequirement',
      '... on DeletedRequirement { deletedId }',
    ),
  };
}
