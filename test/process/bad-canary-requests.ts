import { canary } from './canaries.ts';

type BadRequest = {
  route: string;
  key?: string | null;
  body?: unknown;
  headers?: Record<string, string>;
};

const openAi = 'dynamiq.connections.OpenAI';

/** REST requests that are refused, each with a canary in a wrong place. */
export function badRestRequests(projectId: string, id: string): BadRequest[] {
  const good = { project_id: projectId, name: 'bad', type: openAi, config: { api_key: canary } };
  const bodies: unknown[] = [
    `{"config": {"api_key": "${canary}"`,
    `{"config": {"api_key": '${canary}'}}`,
    `"${canary}"`,
    canary,
    [canary],
    { ...good, config: canary },
    { ...good, config: [canary] },
    { ...good, config: { api_key: [canary] } },
    { ...good, config: { api_key: { value: canary } } },
    { ...good, config: { api_key: `${canary}\0` } },
    { ...good, config: { api_key: `${canary}\ud800` } },
    { ...good, config: { api_key: canary, url: `${canary}://not a url` } },
    { ...good, config: { api_key: canary, surplus: canary } },
    { ...good, config: { apikey: canary } },
    { ...good, surplus: canary },
    { ...good, name: { value: canary } },
    { ...good, name: canary.repeat(20) },
    { ...good, type: canary },
    { ...good, type: `dynamiq.connections.${canary}` },
    { ...good, project_id: canary },
    { ...good, name: '', config: { api_key: canary } },
  ];
  const creates = bodies.map((body) => ({ route: 'POST /v1/connections', body }));
  const changes = [
    { type: openAi, config: { api_key: 7, other: canary } },
    { type: openAi, config: { api_key: canary }, version: canary },
    { type: openAi, config: { api_key: canary }, version: 99 },
    { type: 'dynamiq.connections.HttpApiKey', config: { api_key: canary } },
  ].map((body) => ({ route: `PUT /v1/connections/${id}`, body }));
  const query = `project_id=${canary}&page=${canary}&status=${canary}&api_key=${canary}`;
  return [
    ...creates,
    ...changes,
    { route: `GET /v1/connections?${query}` },
    { route: `GET /v1/nothing?token=${canary}` },
    { route: `PATCH /v1/connections?token=${canary}` },
    { route: `POST /v1/connections/${id}/credentials`, body: { api_key: canary } },
    { route: `POST /v1/connections/${projectId}/credentials?api_key=${canary}` },
    { route: 'POST /v1/connections', body: canary, headers: { 'Content-Type': canary } },
    {
      route: 'POST /v1/connections',
      body: { ...good, config: { api_key: canary.repeat(90_000) } },
    },
    ...badCredentials.map((sent) => ({ route: 'GET /v1/connections', ...sent })),
    ...badCredentials.map((sent) => ({
      route: 'POST /graphql',
      ...sent,
      body: { query: '{ viewer { kind } }' },
    })),
    {
      route: 'GET /v1/connections',
      headers: { 'X-Request-Id': canary, 'X-Forwarded-For': canary },
    },
  ];
}

const badCredentials: Omit<BadRequest, 'route'>[] = [
  { key: canary },
  { key: `acc_${canary.padEnd(64, 'x')}` },
  { key: `acc_${canary}` },
  { key: null, headers: { Authorization: canary } },
  { key: null, headers: { Authorization: `Basic ${btoa(`user:${canary}`)}` } },
  { key: null, headers: { Authorization: `Token token="${canary}"` } },
];

const create = (input: string) =>
  `mutation { createConnection(input: ${input}) { __typename ... on UserError { message } ... on InvalidInputError { fields { path message } } } }`;

/** Bodies of `/graphql` that are refused, each with a canary in a wrong place. */
export function badGraphqlBodies(projectId: string): unknown[] {
  const start = `projectId: "${projectId}", name: "bad", type: "${openAi}"`;
  const documents = [
    create(`{ ${start}, config: { api_key: "${canary}" } `),
    create(`{ ${start}, config: { api_key: "${canary} } }`),
    create(`{ ${start}, config: { api_key: '${canary}' } }`),
    create(`{ ${start}, config: { api_key: "${canary}\\q" } }`),
    create(`{ ${start}, config: { api_key: """${canary} } }`),
    create(`{ ${start}, config: { api_key: ${canary} } }`),
    create(`{ ${start}, config: { api_key: #${canary}\n } }`),
    create(`{ ${start}, config: { api_key: 7${canary} } }`),
    create(`{ ${start}, config: "${canary}" }`),
    create(`{ ${start}, config: ["${canary}"] }`),
    create(`{ ${start}, config: { api_key: ["${canary}"] } }`),
    create(`{ ${start}, config: { api_key: "${canary}" }, surplus: "${canary}" }`),
    create(`{ ${start}, config: { api_key: "${canary}", surplus: "${canary}" } }`),
    create(`"${canary}"`),
    create(canary),
    `"${canary}"`,
    `{ connections(first: "${canary}") { totalCount } }`,
    `{ connections(first: ${canary}) { totalCount } }`,
    `{ connections(projectId: "${projectId}", after: "${canary}") { totalCount } }`,
    `{ connections(projectId: "${projectId}", filter: { status: "${canary}" }) { totalCount } }`,
    `{ connections(projectId: "${projectId}", filter: { status: ${canary} }) { totalCount } }`,
    `{ connections(projectId: "${projectId}", filter: { includeSystem: "${canary}" }) { totalCount } }`,
    `{ connection(id: "${canary}") { id } }`,
    `{ connection(id: { id: "${canary}" }) { id } }`,
    `mutation { createAccessKey(input: { name: "x", role: ${canary} }) { __typename } }`,
    `mutation { createAccessKey(input: { name: "x", role: VIEWER, expiresAt: "${canary}" }) { __typename } }`,
    `mutation { createProject(input: { name: "x", redirectUrls: ["${canary}"] }) { __typename } }`,
    `mutation { createProject(input: { name: "x", redirectUrls: ["https://u:${canary}@"] }) { __typename } }`,
    `mutation { updateConnection(input: { id: "${projectId}", version: "${canary}" }) { __typename } }`,
    `mutation { fetchCredentials(input: { id: "${canary}" }) { __typename } }`,
    `{ viewer { kind @include(if: "${canary}") } }`,
  ];
  const typed = (type: string, field: string, value: unknown) => ({
    query: `query ($value: ${type}) { ${field} }`,
    variables: { value },
  });
  const created = `mutation ($input: CreateConnectionInput!) { createConnection(input: $input) { __typename ... on UserError { message } ... on InvalidInputError { fields { path message } } } }`;
  const input = { projectId, name: 'bad', type: openAi, config: { api_key: canary } };
  return [
    ...documents.map((query) => ({ query })),
    typed('ID!', 'connection(id: $value) { id }', { id: canary }),
    typed('Int', `connections(projectId: "${projectId}", first: $value) { totalCount }`, canary),
    typed('String', `connections(projectId: "${projectId}", after: $value) { totalCount }`, [
      canary,
    ]),
    typed('ConnectionFilter', `connections(filter: $value) { totalCount }`, { status: canary }),
    typed('ConnectionFilter', `connections(filter: $value) { totalCount }`, {
      type: { x: canary },
    }),
    {
      query:
        'mutation ($value: DateTime) { createAccessKey(input: { name: "x", role: VIEWER, expiresAt: $value }) { __typename } }',
      variables: { value: canary },
    },
    {
      query:
        'mutation ($value: [URL!]) { createProject(input: { name: "x", redirectUrls: $value }) { __typename } }',
      variables: { value: [canary] },
    },
    ...[
      { ...input, config: canary },
      { ...input, config: [canary] },
      { ...input, config: { api_key: { value: canary } } },
      { ...input, config: { api_key: canary, surplus: canary } },
      { ...input, name: { value: canary } },
      { ...input, name: canary.repeat(20) },
      { ...input, type: canary },
      { ...input, projectId: canary },
      { ...input, surplus: canary },
      canary,
      [canary],
    ].map((sent) => ({ query: created, variables: { input: sent } })),
    { query: created, variables: canary },
    { query: created, variables: [canary] },
    { query: '{ viewer { kind } }', variables: { surplus: canary } },
    { query: '{ viewer { kind } }', extensions: { persistedQuery: { sha256Hash: canary } } },
    { query: { text: canary } },
    { query: [canary] },
    { queries: canary },
    [{ query: `{ connection(id: "${canary}") { id } }` }],
    `{"query": "{ viewer { kind } }", "variables": {"x": "${canary}"`,
    canary,
  ];
}
