import { getIntrospectionQuery } from 'graphql';
import { describe, expect, test } from 'vitest';
import { seedApp } from '../helpers/apps.ts';
import { mintToken } from '../helpers/connect-tokens.ts';
import { startTestServer, useServer } from '../helpers/server.ts';

const server = useServer();

async function expectRefused(document: string, message: string, variables = {}) {
  const { status, json } = await server.graphql(document, variables);
  expect(json).toMatchObject({
    errors: [
      { message: expect.stringContaining(message), extensions: { code: 'QUERY_TOO_COMPLEX' } },
    ],
  });
  expect(json).not.toHaveProperty('data');
  expect(status).toBe(400);
}

async function costOf(document: string, variables = {}) {
  const { errors, extensions } = await server.graphql(document, variables);
  expect(errors).toEqual([]);
  return extensions?.cost;
}

describe('tokens', () => {
  // 8 tokens for each of the first, so that the fields stay few; 5 for the frame.
  const document = (tokens: number) =>
    `{ viewer { ${'kind @skip(if: false) '.repeat(200)}${'role '.repeat(tokens - 1_605)}} }`;

  test('of 2,000 are accepted', async () => {
    expect(await costOf(document(2_000))).toBeTypeOf('number');
  });

  test('of 2,001 are refused with both numbers', () =>
    expectRefused(document(2_001), 'has 2001 tokens; the limit is 2000'));

  test('a document of a megabyte is refused at once', async () => {
    const start = performance.now();
    await expectRefused(`{ viewer { ${'kind '.repeat(200_000)}} }`, 'the limit is 2000');
    expect(performance.now() - start).toBeLessThan(3_000);
  });
});

describe('depth', () => {
  const nest = (inner: string) => `organization { projects(first: 1) { nodes { ${inner} } } }`;
  const twelve = `{ viewer { ${nest(nest(nest('organization { id }')))} } }`;
  const thirteen = `{ viewer { ${nest(nest(nest('organization { projects { totalCount } }')))} } }`;

  test('of 12 levels is accepted', async () => {
    expect(await costOf(twelve)).toBeTypeOf('number');
  });

  test('of 13 levels is refused with both numbers', () =>
    expectRefused(thirteen, 'is 13 levels deep; the limit is 12'));

  test('counts the levels inside fragments', () =>
    expectRefused(
      `query { viewer { ...A } }
       fragment A on Viewer { ${nest('...B')} }
       fragment B on Project { ${nest(`... on Project { ${nest('organization { projects { totalCount } }')} }`)} }`,
      'is 13 levels deep; the limit is 12',
    ));
});

describe('aliases', () => {
  const aliases = (count: number) =>
    Array.from({ length: count }, (_, index) => `a${index}: kind`).join(' ');

  test('of 30 are accepted', async () => {
    expect(await costOf(`{ viewer { ${aliases(30)} } }`)).toBeTypeOf('number');
  });

  test('of 31 are refused with both numbers', () =>
    expectRefused(`{ viewer { ${aliases(31)} } }`, 'has 31 aliases; the limit is 30'));

  test('count inside fragments', () =>
    expectRefused(
      `{ viewer { ...F ${aliases(15)} } } fragment F on Viewer { b: role ${aliases(15)} }`,
      'has 31 aliases; the limit is 30',
    ));
});

describe('cost', () => {
  const page = 'projectId: "00000000-0000-7000-8000-000000000000"';

  test('is returned with every response: fields, times the size of the page', async () => {
    expect(await costOf('{ viewer { kind } }')).toBe(2);
    const { projectId } = server.home;
    const list = (first: number) =>
      costOf(
        'query($id: ID, $first: Int) { connections(projectId: $id, first: $first) { nodes { id name } } }',
        {
          id: projectId,
          first,
        },
      );
    expect(await list(10)).toBe(1 + 10 * 3);
    expect(await list(100)).toBe(1 + 100 * 3);
    expect(await list(0)).toBe(1 + 3);
  });

  test('counts 20 rows without a page size, and the value of a variable', async () => {
    const { projectId: id } = server.home;
    const document =
      'query($id: ID, $n: Int) { connections(projectId: $id, first: $n) { nodes { id } } }';
    expect(await costOf(document, { id })).toBe(1 + 20 * 2);
    expect(await costOf(document, { id, n: null })).toBe(1 + 20 * 2);
    expect(await costOf(document.replace('first', 'last'), { id, n: 7 })).toBe(1 + 7 * 2);
  });

  test('over 5,000 is refused with both numbers before anything is read', async () => {
    const nested = `{ viewer { organization { projects(first: 50) { nodes {
      connections(first: 50) { nodes { id } } } } } } }`;
    await expectRefused(nested, 'costs 5103');
    await expectRefused(nested, 'the limit is 5000');
  });

  test('counts a page of a million rows in full', () =>
    expectRefused(
      `{ connections(${page}, first: 1000000) { nodes { id } } }`,
      'the limit is 5000',
    ));

  test('counts a fragment wherever it is spread', () =>
    expectRefused(
      `{ ...F ...G } fragment F on Query { a: connections(${page}, first: 100) { nodes { ...C } } }
       fragment G on Query { b: connections(${page}, first: 100) { nodes { ...C } } }
       fragment C on Connection { id name type status version createdAt updatedAt isSystem
         project { id name organization { id name } } secretFields lastUsedAt createdBy
         connectionType { type label category isOAuth fields { name label kind } } }`,
      'the limit is 5000',
    ));

  test('of fragments that double thirty times is refused without a long count', async () => {
    const level = (index: number) =>
      `fragment F${index} on Viewer { ...F${index + 1} ... on Viewer { ...F${index + 1} } }`;
    const levels = Array.from({ length: 30 }, (_, index) => level(index)).join(' ');
    const start = performance.now();
    await expectRefused(`{ viewer { ...F0 } } ${levels} fragment F30 on Viewer { kind }`, 'limit');
    expect(performance.now() - start).toBeLessThan(3_000);
  });

  test('of the whole catalogue is higher than of one type', async () => {
    const fields = '{ type label fields { name kind } jsonSchema }';
    const all = await costOf(`{ connectionTypes ${fields} }`);
    const one = await costOf(`{ connectionType(type: "dynamiq.connections.OpenAI") ${fields} }`);
    expect(all).toBeGreaterThan(Number(one) * 10);
  });
});

describe('introspection', () => {
  test('in full is accepted with a credential, and on loopback without one', async () => {
    expect(await costOf(getIntrospectionQuery())).toBeTypeOf('number');
    expect((await server.graphql(getIntrospectionQuery(), {}, null)).status).toBe(200);
  });

  test('that goes in circles is refused', async () => {
    const round = (depth: number): string =>
      depth === 0 ? 'name' : `fields { type { ${round(depth - 1)} } }`;
    const { status, json } = await server.graphql(`{ __schema { types { ${round(8)} } } }`);
    expect(status).toBe(400);
    expect(json).not.toHaveProperty('data');
  });

  describe('when the server listens beyond this machine', () => {
    const open = useServer({ env: { HOST: '0.0.0.0', PUBLIC_URL: 'https://connect.example' } });

    test.each([
      '{ __schema { types { name } } }',
      '{ __type(name: "Connection") { name } }',
      '{ viewer { kind } ...F } fragment F on Query { ... on Query { __schema { types { name } } } }',
    ])('%s needs a credential', async (document) => {
      const anonymous = await open.graphql(document, {}, null);
      expect(anonymous.status).toBe(401);
      expect(anonymous.errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
      expect(await open.graphql(document)).toMatchObject({ status: 200, errors: [] });
    });

    test('errors do not reveal the schema without a credential', async () => {
      const { status, errors } = await open.graphql('{ conection { id } }', {}, null);
      expect(status).toBe(401);
      expect(errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
    });

    test('an end user cannot read the schema', async () => {
      const { id } = await seedApp(open.deps.db, open.home.projectId);
      const token = await mintToken(open, { id });
      const { status, errors } = await open.graphql('{ __schema { types { name } } }', {}, token);
      expect(status).toBe(403);
      expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
      const { data } = await open.graphql('{ __typename viewer { kind } }', {}, token);
      expect(data).toEqual({ __typename: 'Query', viewer: { kind: 'CONNECT_TOKEN' } });
    });

    test('__typename and viewer need no credential', async () => {
      const { data } = await open.graphql('{ __typename viewer { kind __typename } }', {}, null);
      expect(data).toEqual({
        __typename: 'Query',
        viewer: { kind: 'ANONYMOUS', __typename: 'Viewer' },
      });
    });
  });
});

test('a variable sets each limit', async () => {
  const env = {
    LIMIT_TOKENS: '40',
    LIMIT_DEPTH: '3',
    LIMIT_ALIASES: '1',
    LIMIT_COST: '20',
    LIMIT_PAGE_SIZE: '5',
    LIMIT_CONNECT_TOKENS: '1',
  };
  const strict = await startTestServer(env);
  try {
    const refusal = async (document: string) => {
      const { errors } = await strict.graphql(document);
      return errors[0]?.message;
    };
    expect(await refusal(`{ viewer { ${'kind '.repeat(50)}} }`)).toContain('the limit is 40');
    expect(await refusal('{ viewer { organization { projects { totalCount } } } }')).toContain(
      'limit is 3',
    );
    expect(await refusal('{ viewer { a: kind b: kind } }')).toContain('the limit is 1');
    expect(await refusal('{ connections(first: 20) { totalCount } }')).toContain('the limit is 20');
    expect(await refusal('{ connections(first: 6) { totalCount } }')).toContain('from 0 to 5');
    const mint = 'createConnectToken(input: { userId: "a" }) { __typename }';
    expect(await refusal(`mutation { ${mint} b: ${mint} }`)).toContain('2 times');
  } finally {
    await strict.close();
  }
});
