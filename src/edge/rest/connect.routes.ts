import { z } from 'zod';
import { requireActionsLeft } from '../../features/end-users/action-limits.ts';
import { authorizeRequirement } from '../../features/end-users/authorize-requirement.operation.ts';
import {
  connectRequirements,
  connectRequirementsStatus,
} from '../../features/end-users/connect-requirements.operations.ts';
import { disconnectRequirement } from '../../features/end-users/disconnect-requirement.operation.ts';
import { submitRequirementCredentials } from '../../features/end-users/submit-credentials.operation.ts';
import { specForEndUser } from '../../features/requirements/spec.ts';
import type { Requirement } from '../../platform/db/generated/client.ts';
import { RequirementKind } from '../../platform/db/generated/enums.ts';
import { messageSchema } from './connection.json.ts';
import { dataSchema } from './envelope.ts';
import { type Route, route } from './route.ts';

const requirement = z.object({
  id: z.uuid(),
  type: z.enum(['connection', 'pipedream_account']),
  title: z.string(),
  description: z.string().nullable(),
  spec: z.object({ type: z.string(), data: z.record(z.string(), z.unknown()) }),
});

const userRequirementSchema = requirement.meta({ id: 'Requirement' });

const statusSchema = requirement
  .extend({ status: z.enum(['completed', 'pending']) })
  .meta({ id: 'RequirementStatus' });

const authorizationSchema = dataSchema(z.object({ url: z.url() }));

const base = '/v1/connect/requirements';

/** The routes for end users, who send a connect token. */
export const connectRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: base,
    summary: 'List the requirements of the app',
    description: "Returns the requirements of the token's app.",
    caller: 'end user',
    operation: connectRequirements,
    answer: dataSchema(z.array(userRequirementSchema)),
    toInput: () => ({}),
    toJson: (requirements) => ({ data: requirements.map(userRequirementJson) }),
  }),
  route({
    method: 'get',
    path: `${base}/status`,
    summary: 'List the requirements with their status for the user',
    description:
      "Returns the requirements of the token's app, each with its status for the token's user.",
    caller: 'end user',
    operation: connectRequirementsStatus,
    answer: dataSchema(z.array(statusSchema)),
    toInput: () => ({}),
    toJson: (requirements) => ({
      data: requirements.map(({ requirement, status }) => ({
        ...userRequirementJson(requirement),
        status,
      })),
    }),
  }),
  route({
    method: 'post',
    path: `${base}/{requirement_id}/credentials`,
    summary: 'Submit credentials for a requirement',
    description:
      "Stores credentials of the requirement's type for the token's user. They replace earlier ones.",
    caller: 'end user',
    admit: requireActionsLeft,
    operation: submitRequirementCredentials,
    body: ['type', 'config'],
    example: { type: 'dynamiq.connections.Pinecone', config: { api_key: 'replace-me' } },
    status: 201,
    answer: messageSchema,
    failures: [404, 409, 429],
    toInput: ({ id, body }) => ({ ...body, requirementId: id }),
    toJson: () => ({ message: 'created' }),
  }),
  route({
    method: 'delete',
    path: `${base}/{requirement_id}/credentials`,
    summary: 'Disconnect a requirement',
    description: "Deletes what the token's user connected for the requirement.",
    caller: 'end user',
    admit: requireActionsLeft,
    operation: disconnectRequirement,
    answer: messageSchema,
    failures: [404, 409, 429],
    toInput: ({ id }) => ({ requirementId: id }),
    toJson: () => ({ message: 'deleted' }),
  }),
  route({
    method: 'post',
    path: `${base}/{requirement_id}/oauth2/authorize`,
    summary: 'Begin a consent at the provider',
    description:
      "Returns the provider's page for the user's browser. The requirement is completed when the consent is given.",
    caller: 'end user',
    admit: requireActionsLeft,
    operation: authorizeRequirement,
    body: [],
    isBodyOptional: true,
    answer: authorizationSchema,
    failures: [404, 409, 429],
    toInput: ({ id }) => ({ requirementId: id, kind: RequirementKind.connection }),
    toJson: ({ url }) => ({ data: { url } }),
  }),
  route({
    method: 'post',
    path: `${base}/{requirement_id}/pipedream/authorize`,
    summary: 'Begin a link at Pipedream',
    description: 'Returns the page where the user links their account at Pipedream.',
    caller: 'end user',
    admit: requireActionsLeft,
    operation: authorizeRequirement,
    operationId: 'authorizePipedream',
    body: [],
    isBodyOptional: true,
    answer: authorizationSchema,
    failures: [404, 409, 429, 502],
    toInput: ({ id }) => ({ requirementId: id, kind: RequirementKind.pipedream_account }),
    toJson: ({ url }) => ({ data: { url } }),
  }),
];

function userRequirementJson({ id, kind, title, description, spec }: Requirement) {
  return {
    id,
    type: kind,
    title,
    description,
    spec: { type: kind, data: specForEndUser(kind, spec) },
  };
}
