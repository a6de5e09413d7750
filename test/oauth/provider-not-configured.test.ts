import { beforeAll, expect, test } from 'vitest';
import { listShippedTypes } from '../../src/core/catalog/catalog.ts';
import { findConfigFaults } from '../../src/edge/cli/doctor.checks.ts';
import { variablePrefixOf } from '../../src/oauth/provider/provider.ts';
import { readConfig } from '../../src/platform/config/config.ts';
import { openBrowser } from '../connect-page/form-browser.ts';
import { mintToken } from '../helpers/connect-tokens.ts';
import { createConnection, google } from '../helpers/connections.ts';
import { makeApp, makeRequirement, openEndUser, tryToBegin } from '../helpers/end-users.ts';
import { useServer } from '../helpers/server.ts';
import { authorize, closeWorld, open, openWorld, prepare, visit } from '../helpers/world.ts';

const server = useServer({
  env: {
    OAUTH_GITHUB_CLIENT_ID: 'client',
    OAUTH_GITHUB_CLIENT_SECRET: 'c4n4ry-secret',
  },
});
let appId: string;
beforeAll(async () => {
  appId = await makeApp(server, {});
});

const variables = 'OAUTH_GOOGLE_CLIENT_ID and OAUTH_GOOGLE_CLIENT_SECRET';

async function create(type: string, name: string): Promise<string[]> {
  const document = `mutation($input: CreateRequirementInput!) {
    createRequirement(input: $input) { ... on Requirement { warnings } }
  }`;
  const input = { appId, name, kind: 'CONNECTION', title: name, spec: { type } };
  const { data } = await server.graphql<{ createRequirement: { warnings: string[] } }>(document, {
    input,
  });
  return data.createRequirement.warnings;
}

test('creating a requirement of a provider without a client returns a warning that names the variables', async () => {
  expect(await create(google, 'mail')).toEqual([expect.stringContaining(variables)]);
  expect(await create('dynamiq.connections.GitHubOAuth2', 'code')).toEqual([]);
  expect(await create('dynamiq.connections.OpenAI', 'model')).toEqual([]);
});

test('a consent at a provider without a client is refused, and the log names the variables to set', async () => {
  const requirement = await makeRequirement(server, appId, { spec: { type: google } });
  const user = await openEndUser(server, appId);
  expect(await tryToBegin(user, requirement)).toMatchObject({
    __typename: 'InvalidInputError',
    fields: [
      {
        path: 'requirementId',
        message: 'asks for Google, which is not set up for this app yet',
      },
    ],
  });
  expect(JSON.stringify(server.logged())).toContain(variables);
});

test('the connect page shows at the card that the provider is not set up, without a form', async () => {
  const requirement = await makeRequirement(server, appId, { spec: { type: google } });
  const browser = openBrowser(server);
  const { path } = await browser.connect(await mintToken(server, { id: appId }));
  const { status, text } = await browser.submitAndFollow(
    `${path}/requirements/${requirement}/authorize`,
  );
  expect([status, text]).toEqual([
    200,
    expect.stringMatching(/role="alert"[^>]*>Google is not set up for this app yet\./),
  ]);
  expect(text).not.toMatch(/client_id|OAUTH_/);
});

test('a callback says that the provider is not set up when its client was removed after the consent began', async () => {
  const world = await openWorld('google');
  const address = await visit(world, await authorize(world, await prepare(world)));
  const { config } = world.server.deps;
  world.server.deps.config = { ...config, oauthClients: {} };
  const { status, text } = await open(world, address);
  expect([status, text]).toEqual([
    400,
    expect.stringContaining('Google is not set up for this app yet. Nothing was changed.'),
  ]);
  world.server.deps.config = config;
  await closeWorld(world);
});

test('a consent of a project’s connection names the variables to set', async () => {
  const { id } = await createConnection(server, { type: google, config: {} });
  const path = `/v1/connections/${id}/oauth2/authorize`;
  const { status, text } = await server.rest('POST', path);
  expect([status, text]).toEqual([400, expect.stringContaining(variables)]);
});

test('the doctor counts the providers without a client', () => {
  const providers = findConfigFaults(server.deps.config).find(({ what }) => what === 'providers');
  expect(providers?.says).toMatch(/^clients of GitHub; \d+ other providers are not set up$/);
});

test('the doctor names variables that no connection type reads', () => {
  const config = readConfig({
    OAUTH_GOOGEL_CLIENT_ID: 'client',
    OAUTH_GOOGEL_CLIENT_SECRET: 'c4n4ry-secret',
  });
  const providers = findConfigFaults(config).find(({ what }) => what === 'providers');
  expect(providers).toMatchObject({
    isWell: false,
    says: expect.stringContaining('OAUTH_GOOGEL_…'),
  });
});

test('the operator’s variables have another name for each OAuth type, and none for a custom type', () => {
  const names = listShippedTypes()
    .filter(({ oauth2 }) => oauth2 !== undefined)
    .flatMap(({ type }) => variablePrefixOf(type) ?? []);
  expect(names).toContain('GOOGLE');
  expect(names.filter((name) => !/^[A-Z][A-Z0-9]*$/.test(name))).toEqual([]);
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  expect(variablePrefixOf('patchbay.connections.Slack')).toBe('SLACK');
  expect(variablePrefixOf('custom.Slack')).toBeUndefined();
  expect(variablePrefixOf('dynamiq.connections.OAuth2')).toBeUndefined();
});
