import { z } from 'zod';
import { requireMintsLeft } from '../../features/connect-tokens/mint-limits.ts';
import { userId } from '../../platform/input.ts';
import { timeJson } from './connection.json.ts';
import { resultOf } from './envelope.ts';
import {
  type RequirementJsonFragment,
  RestCreateConnectTokenDocument,
  RestRequirementsStatusDocument,
} from './generated/operations.ts';
import { type Route, requireNoErrors, route } from './route.ts';

const requirementSchema = z
  .object({
    id: z.uuid(),
    type: z.enum(['connection', 'pipedream_account']),
    form: z.object({ title: z.string(), description: z.string().nullable() }),
    spec: z.object({ type: z.string(), data: z.record(z.string(), z.unknown()) }),
    workflow_id: z.string().nullable(),
    name: z.string(),
  })
  .meta({ id: 'UnsatisfiedRequirement' });

/** The rows of what an app's own hostname answers. */
export const appRoutes: readonly Route[] = [
  route({
    method: 'post',
    path: '/v1/connect/tokens',
    summary: 'Make a connect token for an end user',
    description:
      "Returns a token for one user of the app, and the connect page's address. A public app needs no credential, within a rate.",
    caller: 'app',
    admit: requireMintsLeft,
    document: RestCreateConnectTokenDocument,
    body: z.strictObject({
      user_id: userId.describe('The id that the app gives to the end user.'),
    }),
    example: { user_id: 'user-1' },
    status: 201,
    answer: z.object({ token: z.jwt(), url: z.url(), expires_at: z.iso.datetime() }),
    failures: [404, 429],
    toVariables: ({ body }) => ({ input: { userId: body.user_id } }),
    toAnswer: (outcome, errors) => {
      requireNoErrors(errors);
      const { token, url, expiresAt } = resultOf(outcome);
      return { token, url, expires_at: timeJson(expiresAt) };
    },
  }),
  route({
    method: 'get',
    path: '/v1/requirements/status',
    summary: 'Ask whether an end user has brought all that the app asks for',
    description:
      'Returns the requirements that the user has not fulfilled yet. A public app needs no credential.',
    caller: 'app',
    document: RestRequirementsStatusDocument,
    query: z.object({ user_id: userId.describe('The id that the app gives to the end user.') }),
    answer: z.object({
      status: z.enum(['complete', 'incomplete']),
      unsatisfied: z.array(requirementSchema),
    }),
    failures: [404],
    toVariables: ({ query }) => ({ userId: query.user_id }),
    toAnswer: ({ satisfied, unsatisfied }, errors) => {
      requireNoErrors(errors);
      const status = satisfied ? 'complete' : 'incomplete';
      return { status, unsatisfied: unsatisfied.map(requirementJson) };
    },
  }),
];

function requirementJson(requirement: RequirementJsonFragment) {
  const { id, name, title, description, spec, workflowId } = requirement;
  const type = requirement.kind.toLowerCase();
  return {
    id,
    type,
    form: { title, description },
    spec: { type, data: spec },
    workflow_id: workflowId,
    name,
  };
}
