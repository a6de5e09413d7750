import { z } from 'zod';
import { projectScopeOf } from '../../core/access/project-scope.ts';
import { requireMember, requireRoleIn } from '../../core/access/roles.ts';
import { actorOf, recordEvent } from '../../core/audit/audit.service.ts';
import { readConnectionConfig } from '../../core/connection-config/sealed-config.ts';
import { operation } from '../../core/operations/operation.ts';
import {
  ConflictError,
  ForbiddenError,
  InvalidInputError,
  NotFoundError,
} from '../../platform/errors.ts';
import { isUuid } from '../../platform/input.ts';
import { requireVisibleProject } from '../projects/require-project.ts';
import { accountChanged, isAccountChanged } from './account-change.ts';
import { checkAddresses } from './check-addresses.ts';
import { newConfigIssues, newConnection } from './connection.input.ts';
import type { StoredVerification } from './connection-row.ts';
import { requireAvailable } from './open-credentials.ts';
import { requireType, requireTypeInProject } from './require-type.ts';
import { requireVerificationsLeft, takeVerification } from './verification-limits.ts';
import { verdictDetail, verifyCredentials } from './verify-credentials.ts';
import { readVerificationState, recordVerdict, verifyStored } from './verify-stored.ts';

/**
 * Checks whether the credentials of a connection work, and stores the verdict beside it. It fails with
 * ForbiddenError for a system-managed connection, and with ConflictError for a connection that is not active
 * or whose credentials belong to another account than before.
 */
export const verifyConnection = operation({
  name: 'verifyConnection',
  description:
    'Asks the service of a connection whether its credentials work, and stores the verdict. The status of the connection stays as it is.',
  role: 'caller',
  audit: 'connection.verify',
  connection: 'id',
  input: z.object({ id: z.string(), confirmAccountChange: z.boolean().nullish() }),
  errors: [NotFoundError, ForbiddenError, ConflictError],
  run: async (context, { id, confirmAccountChange }): Promise<StoredVerification> => {
    const { deps, viewer, request } = context;
    requireVerificationsLeft(context);
    const projectScope = projectScopeOf(requireMember(viewer));
    if (!isUuid(id)) throw new NotFoundError('connection');
    const state = await readVerificationState(deps, id);
    const stored = await deps.loadCredentials({ id, projectScope });
    if (state === undefined || stored === undefined) throw new NotFoundError('connection');
    if (stored.isSystem)
      throw new ForbiddenError('A system-managed connection cannot be verified.');
    requireAvailable(deps, stored);
    const isConfirmed = confirmAccountChange === true;
    if (isConfirmed) requireRoleIn(viewer, stored.projectId, 'editor');
    const { verdict, host } = await verifyStored(deps, stored, {
      by: { actor: actorOf(viewer), ip: request.ip, requestId: request.id },
      admit: async (planned) => {
        takeVerification(context, planned.host);
        return planned.run(deps.outbound);
      },
    });
    await recordEvent(context, {
      action: 'connection.verify',
      projectId: stored.projectId,
      connectionId: stored.id,
      detail: verdictDetail(verdict, host),
    });
    const checkedAt = await recordVerdict(deps, state, { verdict, isConfirmed });
    const { account } = verdict;
    if (!isConfirmed && state.account !== null && account !== null) {
      if (isAccountChanged(state.account, account)) throw accountChanged(state.account, account);
    }
    const { verdict: kind, message, httpStatus } = verdict;
    return { verdict: kind, checkedAt, message, httpStatus, account: account ?? state.account };
  },
});

/** Checks whether a config works, without storing it. */
export const verifyConfig = operation({
  name: 'verifyConfig',
  description: 'Asks a service whether the credentials in a config work. It stores nothing.',
  role: 'editor',
  audit: 'connection.verify',
  input: z.object({
    projectId: z.string(),
    type: newConnection.type,
    config: newConnection.config,
  }),
  typeIssues: newConfigIssues,
  errors: [InvalidInputError, NotFoundError, ForbiddenError],
  run: async (context, given): Promise<StoredVerification> => {
    requireVerificationsLeft(context);
    const type = requireType(context, given.type);
    const halves = readConnectionConfig(type, given.config);
    checkAddresses(context.deps, type, halves);
    const projectId = await requireVisibleProject(context, given.projectId);
    requireTypeInProject(type, projectId);
    const verdict = await verifyCredentials(context, {
      type,
      halves,
      projectId,
      connectionId: null,
    });
    const { verdict: kind, message, httpStatus, account } = verdict;
    return { verdict: kind, checkedAt: new Date(), message, httpStatus, account };
  },
});
