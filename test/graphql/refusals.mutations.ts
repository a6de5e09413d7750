import { randomUUID } from 'node:crypto';
import { uniqueHostname } from '../helpers/apps.ts';
import { acme } from '../helpers/custom-types.ts';
import { goodBodies } from '../helpers/refusals.ts';
import type { Sample } from './refusals.queries.ts';

const failure = '__typename ... on UserError { code message }';
const connectionResult = `{ ... on Connection { id } ${failure} }`;
const referenceResult = `{ ... on ConnectionReference { id } ${failure} }`;
const userResult = `{ ... on User { id } ${failure} }`;
const deleted =
  '{ ... on DeletedConnection { deletedId } __typename ... on UserError { code message } }';
const requirementResult = `{ ... on Requirement { id } ${failure} }`;

/** A sample of every mutation. */
export const mutations: Record<string, Sample> = {
  createApp: {
    needs: 'admin',
    outOfReach: 'NotFoundError',
    ask: ({ projectId }) => ({
      field: `{ ... on App { id } ${failure} }`,
      input: { projectId, name: 'app', hostname: uniqueHostname(), visibility: 'PUBLIC' },
    }),
  },
  updateApp: {
    needs: 'admin',
    outOfReach: 'NotFoundError',
    ask: ({ appId }) => ({
      field: `{ ... on App { id } ${failure} }`,
      input: { id: appId, name: 'renamed' },
    }),
  },
  deleteApp: {
    needs: 'admin',
    outOfReach: 'NotFoundError',
    ask: ({ appId }) => ({
      field: `{ ... on DeletedApp { deletedId } ${failure} }`,
      input: { id: appId },
    }),
  },
  createRequirement: {
    needs: 'admin',
    outOfReach: 'NotFoundError',
    ask: ({ appId }) => ({
      field: `{ ... on Requirement { id } ${failure} }`,
      input: {
        appId,
        name: 'renamed',
        kind: 'PIPEDREAM_ACCOUNT',
        title: 'Your mail',
        spec: { app_slug: 'gmail' },
      },
    }),
  },
  updateRequirement: {
    needs: 'admin',
    outOfReach: 'NotFoundError',
    ask: ({ requirementId }) => ({
      field: `{ ... on Requirement { id } ${failure} }`,
      input: { id: requirementId, title: 'renamed' },
    }),
  },
  deleteRequirement: {
    needs: 'admin',
    outOfReach: 'NotFoundError',
    ask: ({ requirementId }) => ({
      field: `{ ... on DeletedRequirement { deletedId } ${failure} }`,
      input: { id: requirementId },
    }),
  },
  createConnectionType: {
    needs: 'editor',
    outOfReach: 'NotFoundError',
    ask: ({ projectId }) => ({
      field: `{ ... on ConnectionType { type } ${failure} }`,
      input: { projectId, definition: acme() },
    }),
  },
  updateConnectionType: {
    needs: 'editor',
    outOfReach: 'NotFoundError',
    ask: ({ typeName }) => ({
      field: `{ ... on ConnectionTypeUpdate { affectedCount } ${failure} }`,
      input: { type: typeName, definition: acme() },
    }),
  },
  deleteConnectionType: {
    needs: 'editor',
    outOfReach: 'NotFoundError',
    ask: ({ typeName }) => ({
      field: `{ ... on DeletedConnectionType { type } ${failure} }`,
      input: { type: typeName },
    }),
  },
  createConnection: {
    needs: 'editor',
    outOfReach: 'NotFoundError',
    ask: (targets) => {
      const { name, type, config } = goodBodies(targets).create;
      return {
        field: connectionResult,
        input: { projectId: targets.projectId, name, type, config },
      };
    },
  },
  updateConnection: {
    needs: 'editor',
    outOfReach: 'NotFoundError',
    ask: ({ connectionId }) => ({
      field: connectionResult,
      input: { id: connectionId, name: 'renamed' },
    }),
  },
  deleteConnection: {
    needs: 'editor',
    outOfReach: 'NotFoundError',
    ask: ({ connectionId }) => ({ field: deleted, input: { id: connectionId } }),
  },
  fetchCredentials: {
    needs: 'runtime',
    outOfReach: 'NotFoundError',
    ask: ({ connectionId }) => ({
      field: `{ ... on Credentials { config } ${failure} }`,
      input: { id: connectionId },
    }),
  },
  verifyConnection: {
    needs: 'caller',
    outOfReach: 'NotFoundError',
    ask: ({ connectionId }) => ({
      field: `{ ... on Verification { verdict } ${failure} }`,
      input: { id: connectionId },
    }),
  },
  verifyConfig: {
    needs: 'editor',
    outOfReach: 'NotFoundError',
    ask: (targets) => {
      const { type, config } = goodBodies(targets).create;
      return {
        field: `{ ... on Verification { verdict } ${failure} }`,
        input: { projectId: targets.projectId, type, config },
      };
    },
  },
  resolveCredentials: {
    isEach: true,
    needs: 'runtime',
    outOfReach: 'NotFoundError',
    ask: ({ connectionId }) => ({
      field: `{ ... on ResolvedCredentials { items { ... on Credentials { config } ${failure} } } ${failure} }`,
      input: { references: [{ connectionId }] },
    }),
  },
  authorizeConnection: {
    needs: 'editor',
    outOfReach: 'NotFoundError',
    ask: ({ connectionId }) => ({
      field: `{ ... on Authorization { expiresAt } ${failure} }`,
      input: { id: connectionId },
    }),
  },
  refreshConnection: {
    needs: 'editor',
    outOfReach: 'NotFoundError',
    ask: ({ connectionId }) => ({ field: connectionResult, input: { id: connectionId } }),
  },
  addConnectionReference: {
    needs: 'editor',
    outOfReach: 'NotFoundError',
    ask: ({ connectionId }) => ({
      field: referenceResult,
      input: { connectionId, kind: 'workflow', externalId: 'refused' },
    }),
  },
  removeConnectionReference: {
    needs: 'editor',
    outOfReach: 'NotFoundError',
    ask: ({ referenceId }) => ({ field: referenceResult, input: { id: referenceId } }),
  },
  replaceConnection: {
    needs: 'editor',
    outOfReach: 'NotFoundError',
    ask: ({ connectionId }) => ({
      field: connectionResult,
      input: { id: connectionId, withId: connectionId },
    }),
  },
  createProject: {
    needs: 'admin',
    outOfReach: 'own',
    ask: () => ({ field: `{ ... on Project { id } ${failure} }`, input: { name: randomUUID() } }),
  },
  updateProject: {
    needs: 'admin',
    outOfReach: 'NotFoundError',
    ask: ({ projectId }) => ({
      field: `{ ... on Project { id } ${failure} }`,
      input: { id: projectId, name: 'renamed' },
    }),
  },
  deleteProject: {
    needs: 'admin',
    outOfReach: 'NotFoundError',
    ask: ({ projectId }) => ({
      field: `{ ... on DeletedProject { deletedId } ${failure} }`,
      input: { id: projectId, confirm: 'default' },
    }),
  },
  createAccessKey: {
    needs: 'admin',
    outOfReach: 'NotFoundError',
    ask: ({ projectId }) => ({
      field: `{ ... on CreatedAccessKey { accessKey { id } } ${failure} }`,
      input: { name: 'key', role: 'VIEWER', projectId },
    }),
  },
  revokeAccessKey: {
    needs: 'admin',
    outOfReach: 'NotFoundError',
    ask: ({ accessKeyId }) => ({
      field: `{ ... on AccessKey { id } ${failure} }`,
      input: { id: accessKeyId },
    }),
  },
  createUser: {
    needs: 'admin',
    outOfReach: 'own',
    isOrganizations: true,
    ask: () => ({ field: userResult, input: { email: 'refused@example.com', name: 'Ann' } }),
  },
  updateUser: {
    needs: 'admin',
    outOfReach: 'NotFoundError',
    isOrganizations: true,
    ask: ({ userId }) => ({ field: userResult, input: { id: userId, name: 'renamed' } }),
  },
  deleteUser: {
    needs: 'admin',
    outOfReach: 'NotFoundError',
    isOrganizations: true,
    ask: ({ userId }) => ({
      field: `{ ... on DeletedUser { deletedId } ${failure} }`,
      input: { id: userId },
    }),
  },
  setProjectRole: {
    needs: 'admin',
    outOfReach: 'NotFoundError',
    isOrganizations: true,
    ask: ({ userId, projectId }) => ({
      field: userResult,
      input: { userId, projectId, role: 'ADMIN' },
    }),
  },
  createPersonalAccessToken: {
    needs: 'admin',
    outOfReach: 'NotFoundError',
    isOrganizations: true,
    ask: ({ userId }) => ({
      field: `{ ... on CreatedPersonalAccessToken { personalAccessToken { id } } ${failure} }`,
      input: { userId, name: 'refused' },
    }),
  },
  revokePersonalAccessToken: {
    needs: 'admin',
    outOfReach: 'NotFoundError',
    isOrganizations: true,
    personGets: 'NotFoundError',
    ask: ({ tokenId }) => ({
      field: `{ ... on PersonalAccessToken { id } ${failure} }`,
      input: { id: tokenId },
    }),
  },
  createConnectToken: {
    needs: 'runtime',
    outOfReach: 'NotFoundError',
    ask: ({ appId }) => ({
      field: `{ ... on ConnectToken { expiresAt } ${failure} }`,
      input: { appId, userId: 'refused' },
    }),
  },
  revokeConnectTokens: {
    needs: 'runtime',
    outOfReach: 'NotFoundError',
    ask: ({ appId }) => ({
      field: `{ ... on RevokedConnectTokens { count } ${failure} }`,
      input: { appId, userId: 'ann' },
    }),
  },
  submitRequirementCredentials: {
    needs: 'end user',
    outOfReach: 'own',
    ask: ({ requirementId }) => ({
      field: requirementResult,
      input: { requirementId, type: 'dynamiq.connections.OpenAI', config: { api_key: 'a key' } },
    }),
  },
  authorizeRequirement: {
    needs: 'end user',
    outOfReach: 'own',
    ask: ({ requirementId }) => ({
      field: `{ ... on Authorization { expiresAt } ${failure} }`,
      input: { requirementId },
    }),
  },
  disconnectRequirement: {
    needs: 'end user',
    outOfReach: 'own',
    ask: ({ requirementId }) => ({ field: requirementResult, input: { requirementId } }),
  },
  deleteEndUser: {
    needs: 'admin',
    outOfReach: 'NotFoundError',
    ask: ({ appId }) => ({
      field: `{ ... on DeletedEndUser { links } ${failure} }`,
      input: { appId, userId: 'ann' },
    }),
  },
};
