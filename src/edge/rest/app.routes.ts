import { z } from 'zod';
import { createConnectToken } from '../../features/connect-tokens/create-connect-token.operation.ts';
import { requireMintsLeft } from '../../features/connect-tokens/mint-limits.ts';
import { readRequirementsStatus } from '../../features/requirements/requirements-status.operations.ts';
import { specForEndUser } from '../../features/requirements/spec.ts';
import type { Requirement } from '../../platform/db/generated/client.ts';
import { userId } from '../../platform/input.ts';
import { timeJson } from './connection.json.ts';
import { type Route, route } from './route.ts';

const appRequirementSchema = z
  .object({
    id: z.uuid(),
    type: z.enum(['connection', 'pipedream_account']),
    form: z.object({ title: z.string(), description: z.string().nullable() }),
    spec: z.object({ type: z.string(), data: z.record(z.string(), z.unknown()) }),
    workflow_id: z.string().nullable(),
    name: z.string(),
  })
  .meta({ id: 'UnsatisfiedRequirement' });

/** The routes on an app's own hostname. */
export const appRoutes: readonly Route[] = [
  route({
    method: 'post',
    path: '/v1/connect/tokens',
    summary: 'Make a connect token for an end user',
    description:
      "Returns a token for one user of the app, and the connect page's address. A public app needs no credential; then the rate is limited.",
    caller: 'app',
    admit: requireMintsLeft,
    operation: createConnectToken,
    body: ['user_id'],
    example: { user_id: 'user-1' },
    status: 201,
    answer: z.object({ token: z.jwt(), url: z.url(), expires_at: z.iso.datetime() }),
    failures: [404, 429],
    toInput: ({ body }) => body,
    toJson: ({ token, url, expiresAt }) => ({ token, url, expires_at: timeJson(expiresAt) }),
  }),
  route({
    method: 'get',
    path: '/v1/requirements/status',
    summary: 'Check whether an end user has fulfilled all requirements',
    description:
      'Returns the requirements that the user has not fulfilled yet. A public app needs no credential.',
    caller: 'app',
    operation: readRequirementsStatus,
    query: z.object({ user_id: userId.describe('The id that the app gives to the end user.') }),
    answer: z.object({
      status: z.enum(['complete', 'incomplete']),
      unsatisfied: z.array(appRequirementSchema),
    }),
    failures: [404],
    toInput: ({ query }) => ({ userId: query.user_id }),
    toJson: ({ satisfied, unsatisfied }) => ({
      status: satisfied ? 'complete' : 'incomplete',
      unsatisfied: unsatisfied.map(appRequirementJson),
    }),
  }),
];

function appRequirementJson(requirement: Requirement) {
  const { id, kind, name, title, description, spec, workflowId } = requirement;
  return {
    id,
    type: kind,
    form: { title, description },
    spec: { type: kind, data: specForEndUser(kind, spec) },
    workflow_id: workflowId,
    name,
  };
}
