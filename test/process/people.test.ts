import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  type Environment,
  makeEnvironment,
  projectOf,
  type ServerProcess,
  startServer,
} from '../helpers/process.ts';
import { dataOf, fetchApiKey, openAi, send, sendOperation, storeOpenAi } from './requests.ts';

let environment: Environment;
let server: ServerProcess;
let home: string;
beforeAll(async () => {
  environment = await makeEnvironment();
  server = await startServer(environment);
  home = await projectOf(server);
}, 60_000);
afterAll(() => server?.end());

/** Calls a mutation as the admin; returns its result. */
async function change<Result>(name: string, input: object, selection: string): Promise<Result> {
  const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`;
  const query = `mutation ($input: ${type}!) { result: ${name}(input: $input) { __typename ${selection} ... on UserError { message } } }`;
  return dataOf<{ result: Result }>(await sendOperation(server, query, { input })).result;
}

const createProject = async (name: string) =>
  (await change<{ id: string }>('createProject', { name }, '... on Project { id }')).id;

it('deletes a project with its keys, and other projects keep working', async () => {
  const other = await createProject('to be deleted');
  const kept = await storeOpenAi(server, home, 'kept', 'a kept secret');
  const gone = await storeOpenAi(server, other, 'gone', 'a lost secret');
  expect(await fetchApiKey(server, gone)).toBe('a lost secret');
  const input = { id: other, confirm: 'to be deleted' };
  expect(await change('deleteProject', input, '... on DeletedProject { deletedId }')).toEqual({
    __typename: 'DeletedProject',
    deletedId: other,
  });
  const lost = async () => send(server, `POST /v1/connections/${gone}/credentials`);
  expect((await lost()).status).toBe(404);
  expect(await fetchApiKey(server, kept)).toBe('a kept secret');
  await server.end();
  server = await startServer(environment);
  expect((await lost()).status).toBe(404);
  expect(await fetchApiKey(server, kept)).toBe('a kept secret');
  expect(await storeOpenAi(server, home, 'stored after it', 'a secret')).toBeTruthy();
}, 60_000);

it('applies a change of a person’s roles to their token at once', async () => {
  const person = { email: 'ann@portal.test', name: 'Ann', role: 'VIEWER' };
  const { id } = await change<{ id: string }>('createUser', person, '... on User { id }');
  const { secret: key } = await change<{ secret: string }>(
    'createPersonalAccessToken',
    { name: 'laptop', userId: id },
    '... on CreatedPersonalAccessToken { secret }',
  );
  const connection = await storeOpenAi(server, home, 'seen by Ann', 'a secret');
  const read = async () =>
    (await send(server, `GET /v1/connections/${connection}`, { key })).status;
  const fetchSecret = async () =>
    (await send(server, `POST /v1/connections/${connection}/credentials`, { key })).status;
  let stored = 0;
  const store = async () => {
    stored += 1;
    const body = openAi(home, `stored by Ann ${stored}`);
    return (await send(server, 'POST /v1/connections', { key, body })).status;
  };
  const may = async () => [await read(), await fetchSecret(), await store()];
  const setRole = (role: string | null) => change('updateUser', { id, role }, '... on User { id }');
  const setHere = (role: string | null) =>
    change('setProjectRole', { userId: id, projectId: home, role }, '... on User { id }');
  expect(await may()).toEqual([200, 403, 403]);
  await setRole('EDITOR');
  expect(await may()).toEqual([200, 200, 201]);
  await setHere('RUNTIME');
  expect(await may()).toEqual([200, 200, 403]);
  await setRole(null);
  expect(await may()).toEqual([200, 200, 403]);
  await setHere(null);
  expect(await may()).toEqual([404, 404, 404]);
  await change('deleteUser', { id }, '... on DeletedUser { deletedId }');
  expect(await may()).toEqual([401, 401, 401]);
}, 60_000);

it('responds to a person without a role in a project as if the project did not exist', async () => {
  const other = await createProject('of others');
  const connection = await storeOpenAi(server, other, 'not theirs', 'a secret');
  const person = { email: 'bob@portal.test', name: 'Bob' };
  const { id } = await change<{ id: string }>('createUser', person, '... on User { id }');
  await change(
    'setProjectRole',
    { userId: id, projectId: home, role: 'ADMIN' },
    '... on User { id }',
  );
  const { secret: key } = await change<{ secret: string }>(
    'createPersonalAccessToken',
    { name: 'laptop', userId: id },
    '... on CreatedPersonalAccessToken { secret }',
  );
  const answers = async (project: string, id: string) => {
    const body = openAi(project, 'a name');
    const graphql = `{ connection(id: "${id}") { id } project(id: "${project}") { id } }`;
    const keyInput = { name: 'a key', role: 'VIEWER', projectId: project };
    const all = [
      await send(server, `GET /v1/connections/${id}`, { key }),
      await send(server, `GET /v1/connections?project_id=${project}`, { key }),
      await send(server, `POST /v1/connections/${id}/credentials`, { key }),
      await send(server, `PUT /v1/connections/${id}`, {
        key,
        body: { type: body.type, name: body.name, config: body.config },
      }),
      await send(server, `DELETE /v1/connections/${id}`, { key }),
      await send(server, 'POST /v1/connections', { key, body }),
      await send(server, 'POST /graphql', { key, body: { query: graphql } }),
      await send(server, 'POST /graphql', {
        key,
        body: {
          query:
            'mutation ($input: CreateAccessKeyInput!) { createAccessKey(input: $input) { __typename ... on UserError { code message } } }',
          variables: { input: keyInput },
        },
      }),
    ];
    return all.map(({ status, text }) => [status, text]);
  };
  const there = await answers(other, connection);
  expect(there).toEqual(await answers(randomUUID(), randomUUID()));
  expect(there.map(([status]) => status)).toEqual([404, 404, 404, 404, 404, 404, 200, 200]);
  expect(await fetchApiKey(server, connection)).toBe('a secret');
}, 60_000);
