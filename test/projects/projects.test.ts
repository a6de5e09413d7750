import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { createConnection, uniqueName } from '../helpers/connections.ts';
import { seedProject } from '../helpers/seed.ts';
import { useServer } from '../helpers/server.ts';

const server = useServer();

type Result = {
  result: {
    __typename: string;
    id: string;
    name: string;
    redirectUrls: string[];
    fields?: { path: string; message: string }[];
  };
};

const fields = `__typename ... on Project { id name redirectUrls organization { id } }
  ... on InvalidInputError { fields { path message } } ... on UserError { code }`;

const create = async (input: object, key?: string) => {
  const document = `mutation($input: CreateProjectInput!) { result: createProject(input: $input) { ${fields} } }`;
  return (await server.graphql<Result>(document, { input }, key)).data.result;
};

const update = async (input: object, key?: string) => {
  const document = `mutation($input: UpdateProjectInput!) { result: updateProject(input: $input) { ${fields} } }`;
  return (await server.graphql<Result>(document, { input }, key)).data.result;
};

test('a project is created in the caller’s organization and accepts connections at once', async () => {
  const name = uniqueName('project');
  const project = await create({
    name: ` ${name} `,
    redirectUrls: ['https://app.example/done?x=1'],
  });
  expect(project).toEqual({
    __typename: 'Project',
    id: expect.any(String),
    name,
    redirectUrls: ['https://app.example/done?x=1'],
    organization: { id: server.home.organizationId },
  });
  await createConnection(server, { project_id: project.id });
});

test('another organization’s id is refused, and the caller’s own is accepted in any case', async () => {
  const { organizationId } = server.home;
  const name = uniqueName;
  expect(await create({ name: name(), organizationId })).toMatchObject({ __typename: 'Project' });
  const upper = organizationId.toUpperCase();
  expect(await create({ name: name(), organizationId: upper })).toMatchObject({
    __typename: 'Project',
  });
  for (const other of [server.stranger.organizationId, randomUUID(), 'x']) {
    const refused = await create({ name: name(), organizationId: other });
    expect(refused.__typename).toBe('ForbiddenError');
  }
});

test('a project-scoped admin creates no project and may update its own', async () => {
  const { projectId } = server.home;
  const key = await server.createKey({ projectId });
  expect((await create({ name: uniqueName() }, key)).__typename).toBe('ForbiddenError');
  const urls = ['https://one.example/', 'http://127.0.0.1:3000/back', 'http://[::1]/'];
  expect((await update({ id: projectId, redirectUrls: urls }, key)).redirectUrls).toEqual(urls);
  const other = await seedProject(server.deps.db, server.home.organizationId);
  expect((await update({ id: other, name: uniqueName() }, key)).__typename).toBe('NotFoundError');
});

test('a name is unique in its organization', async () => {
  const name = uniqueName('project');
  const { id } = await create({ name });
  expect((await create({ name })).__typename).toBe('ConflictError');
  const other = await create({ name: uniqueName('project') });
  expect((await update({ id: other.id, name })).__typename).toBe('ConflictError');
  expect((await update({ id, name })).__typename).toBe('Project');
  expect((await create({ name }, server.stranger.key)).__typename).toBe('Project');
});

test('an absent or null field keeps its value, and an empty list of URLs replaces it', async () => {
  const name = uniqueName('project');
  const { id } = await create({ name, redirectUrls: ['https://a.example/'] });
  expect(await update({ id })).toMatchObject({ name, redirectUrls: ['https://a.example/'] });
  expect(await update({ id, name: null, redirectUrls: null })).toMatchObject({ name });
  expect(await update({ id, redirectUrls: [] })).toMatchObject({ name, redirectUrls: [] });
});

describe('redirect URLs', () => {
  test.each([
    'http://app.example/',
    'https://app.example/#fragment',
    'javascript:alert(1)',
    'data:text/html,x',
    'ftp://app.example/',
    'http://127.0.0.1.evil.example/',
    'http://localhost.evil.example/',
  ])('%s is refused at its path', async (url) => {
    const result = await create({ name: uniqueName(), redirectUrls: ['https://ok.example/', url] });
    expect(result.fields).toMatchObject([{ path: 'redirectUrls.1' }]);
  });

  test.each(['nope', '', 'https://', 'https://a b/', '//app.example'])(
    '%j is not a URL: BAD_USER_INPUT',
    async (url) => {
      const { errors } = await server.graphql(
        'mutation($u: [URL!]) { createProject(input: {name: "n", redirectUrls: $u}) { __typename } }',
        { u: [url] },
      );
      expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
    },
  );

  test('more than 50 are refused', async () => {
    const redirectUrls = Array.from({ length: 51 }, (_, index) => `https://app.example/${index}`);
    const result = await create({ name: uniqueName(), redirectUrls });
    expect(result.fields).toMatchObject([{ path: 'redirectUrls' }]);
  });

  test('are stored letter by letter, because they are matched exactly', async () => {
    const url = 'https://app.example/Path/?q=%7E&r=a+b';
    const { redirectUrls } = await create({ name: uniqueName(), redirectUrls: [url] });
    expect(redirectUrls).toEqual([url]);
  });
});

describe('the projects that a key sees', () => {
  const document = `query($id: ID!) { project(id: $id) { id }
    viewer { project { id } organization { id projects(first: 100) { nodes { id } totalCount } } } }`;
  const ask = (key?: string) => server.graphql(document, { id: server.home.projectId }, key);

  test('are all of its organization and none of another', async () => {
    const { data } = await ask();
    expect(data).toMatchObject({
      project: { id: server.home.projectId },
      viewer: { project: null },
    });
    expect(JSON.stringify(data)).not.toContain(server.stranger.projectId);
    const { data: strange } = await ask(server.stranger.key);
    expect(JSON.stringify(strange)).not.toContain(server.home.organizationId);
    expect(strange).toMatchObject({
      project: null,
      viewer: { organization: { id: server.stranger.organizationId } },
    });
  });

  test('are only its own for a project-scoped key, in every query', async () => {
    const projectId = await seedProject(server.deps.db, server.home.organizationId);
    const key = await server.createKey({ projectId, role: 'viewer' });
    const { data } = await ask(key);
    expect(data).toEqual({
      project: null,
      viewer: {
        project: { id: projectId },
        organization: {
          id: server.home.organizationId,
          projects: { totalCount: 1, nodes: [{ id: projectId }] },
        },
      },
    });
  });
});
