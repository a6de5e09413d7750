import type { Role } from '../../src/platform/db/generated/enums.ts';
import type { Targets } from '../helpers/refusals.ts';

/** How a root field is called, and who may call it. */
export type Sample = {
  /** The field's arguments and selection. */
  ask: (targets: Targets) => { field: string; input?: object };
  /** The least role; `anyone` for none, `end user` for a connect token. */
  needs: Role | 'anyone' | 'end user';
  /** What a caller out of reach gets; `own` when all callers ask for their own. */
  outOfReach: 'null' | 'NotFoundError' | 'NOT_FOUND' | 'own';
  /** Only for the whole organization: a caller with a role in projects alone is forbidden. */
  isOrganizations?: true;
  /** Each item of the result has its own outcome. */
  isEach?: true;
  /** What a person with a lower role gets, when it is not that the call is forbidden. */
  personGets?: 'NotFoundError';
};

const nodes = '{ nodes { id } }';

/** A sample of every query. */
export const queries: Record<string, Sample> = {
  viewer: { needs: 'anyone', outOfReach: 'own', ask: () => ({ field: '{ kind }' }) },
  connectionTypes: { needs: 'viewer', outOfReach: 'own', ask: () => ({ field: '{ type }' }) },
  connectionType: {
    needs: 'viewer',
    outOfReach: 'own',
    ask: () => ({ field: '(type: "dynamiq.connections.OpenAI") { type }' }),
  },
  connection: {
    needs: 'viewer',
    outOfReach: 'null',
    ask: ({ connectionId }) => ({ field: `(id: "${connectionId}") { id }` }),
  },
  node: {
    needs: 'viewer',
    outOfReach: 'null',
    ask: ({ requirementId }) => ({ field: `(id: "${requirementId}") { id }` }),
  },
  connections: {
    needs: 'viewer',
    outOfReach: 'NOT_FOUND',
    ask: ({ projectId }) => ({ field: `(projectId: "${projectId}") ${nodes}` }),
  },
  project: {
    needs: 'viewer',
    outOfReach: 'null',
    ask: ({ projectId }) => ({ field: `(id: "${projectId}") { id }` }),
  },
  app: {
    needs: 'viewer',
    outOfReach: 'null',
    ask: ({ appId }) => ({ field: `(id: "${appId}") { id }` }),
  },
  requirement: {
    needs: 'viewer',
    outOfReach: 'null',
    ask: ({ requirementId }) => ({ field: `(id: "${requirementId}") { id }` }),
  },
  requirementsStatus: {
    needs: 'viewer',
    outOfReach: 'NOT_FOUND',
    ask: ({ appId }) => ({ field: `(userId: "ann", appId: "${appId}") { satisfied }` }),
  },
  auditEvents: {
    needs: 'admin',
    outOfReach: 'NOT_FOUND',
    ask: ({ projectId }) => ({ field: `(projectId: "${projectId}") ${nodes}` }),
  },
  users: {
    needs: 'admin',
    outOfReach: 'own',
    isOrganizations: true,
    ask: () => ({ field: nodes }),
  },
  endUser: { needs: 'end user', outOfReach: 'own', ask: () => ({ field: '{ userId }' }) },
};
