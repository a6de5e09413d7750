import { z } from 'zod';
import { userId } from '../input.ts';
import {
  type RequirementJsonFragment,
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
    method: 'get',
    path: '/v1/requirements/status',
    summary: 'Ask whether an end user has brought all that the app asks for',
    caller: 'app',
    document: RestRequirementsStatusDocument,
    query: z.object({ user_id: userId.describe('The end user, as the app names them.') }),
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
