import { z } from 'zod';
import { requireActionsLeft } from '../../features/end-users/action-limits.ts';
import { submittedCredentials } from '../../features/end-users/submitted-credentials.input.ts';
import { messageSchema } from './connection.json.ts';
import { dataSchema, resultOf } from './envelope.ts';
import {
  type RequirementJsonFragment,
  RestAuthorizePipedreamDocument,
  RestAuthorizeRequirementDocument,
  RestConnectRequirementsDocument,
  RestConnectRequirementsStatusDocument,
  RestDisconnectRequirementDocument,
  RestSubmitRequirementCredentialsDocument,
} from './generated/operations.ts';
import { noBody } from './query.ts';
import { type Route, requireNoErrors, route } from './route.ts';

const requirement = z.object({
  id: z.uuid(),
  type: z.enum(['connection', 'pipedream_account']),
  title: z.string(),
  description: z.string().nullable(),
  spec: z.object({ type: z.string(), data: z.record(z.string(), z.unknown()) }),
});

const requirementSchema = requirement.meta({ id: 'Requirement' });

const statusSchema = requirement
  .extend({ status: z.enum(['completed', 'pending']) })
  .meta({ id: 'RequirementStatus' });

const authorizationSchema = dataSchema(z.object({ url: z.url() }));

const base = '/v1/connect/requirements';

/** The rows of what an end user asks with a connect token. */
export const connectRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: base,
    summary: 'List what the app asks of its users',
    description: "Returns the requirements of the token's app.",
    caller: 'end user',
    document: RestConnectRequirementsDocument,
    answer: dataSchema(z.array(requirementSchema)),
    toVariables: () => ({}),
    toAnswer: ({ requirements }, errors) => {
      requireNoErrors(errors);
      return { data: requirements.map(requirementJson) };
    },
  }),
  route({
    method: 'get',
    path: `${base}/status`,
    summary: "List it with the token's user's status",
    description:
      "Returns the requirements of the token's app, each with its status for the token's user.",
    caller: 'end user',
    document: RestConnectRequirementsStatusDocument,
    answer: dataSchema(z.array(statusSchema)),
    toVariables: () => ({}),
    toAnswer: ({ requirements }, errors) => {
      requireNoErrors(errors);
      const data = requirements.map(({ status, ...one }) => ({
        ...requirementJson(one),
        status: status?.toLowerCase(),
      }));
      return { data };
    },
  }),
  route({
    method: 'post',
    path: `${base}/{requirement_id}/credentials`,
    summary: 'Link credentials, in the place of what was linked before',
    description: "Stores credentials of the requirement's type for the token's user.",
    caller: 'end user',
    admit: requireActionsLeft,
    document: RestSubmitRequirementCredentialsDocument,
    body: z.strictObject(submittedCredentials),
    example: { type: 'dynamiq.connections.Pinecone', config: { api_key: 'replace-me' } },
    status: 201,
    answer: messageSchema,
    failures: [404, 409, 429],
    toVariables: ({ id, body }) => ({ input: { requirementId: id, ...body } }),
    toAnswer: (outcome, errors) => {
      requireNoErrors(errors);
      resultOf(outcome);
      return { message: 'created' };
    },
  }),
  route({
    method: 'delete',
    path: `${base}/{requirement_id}/credentials`,
    summary: 'Unlink what was linked',
    description: "Deletes what the token's user linked for the requirement.",
    caller: 'end user',
    admit: requireActionsLeft,
    document: RestDisconnectRequirementDocument,
    answer: messageSchema,
    failures: [404, 409, 429],
    toVariables: ({ id }) => ({ input: { requirementId: id } }),
    toAnswer: (outcome, errors) => {
      requireNoErrors(errors);
      resultOf(outcome);
      return { message: 'deleted' };
    },
  }),
  route({
    method: 'post',
    path: `${base}/{requirement_id}/oauth2/authorize`,
    summary: 'Begin a consent at the provider',
    description:
      "Returns the provider's page for the user's browser. The requirement is completed when the consent is given.",
    caller: 'end user',
    admit: requireActionsLeft,
    document: RestAuthorizeRequirementDocument,
    body: noBody,
    answer: authorizationSchema,
    failures: [404, 409, 429],
    toVariables: ({ id }) => ({ input: { requirementId: id, kind: 'CONNECTION' as const } }),
    toAnswer: (outcome, errors) => {
      requireNoErrors(errors);
      return { data: { url: resultOf(outcome).url } };
    },
  }),
  route({
    method: 'post',
    path: `${base}/{requirement_id}/pipedream/authorize`,
    summary: 'Begin a link at Pipedream',
    description: 'Returns the page where the user links their account at Pipedream.',
    caller: 'end user',
    admit: requireActionsLeft,
    document: RestAuthorizePipedreamDocument,
    body: noBody,
    answer: authorizationSchema,
    failures: [404, 409, 429, 502],
    toVariables: ({ id }) => ({ input: { requirementId: id, kind: 'PIPEDREAM_ACCOUNT' as const } }),
    toAnswer: (outcome, errors) => {
      requireNoErrors(errors);
      return { data: { url: resultOf(outcome).url } };
    },
  }),
];

function requirementJson({ id, kind, title, description, spec }: RequirementJsonFragment) {
  const type = kind.toLowerCase();
  return { id, type, title, description, spec: { type, data: spec } };
}
