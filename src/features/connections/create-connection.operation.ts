import { z } from 'zod';
import { requireMember } from '../../core/access/roles.ts';
import { eventValues } from '../../core/audit/audit.service.ts';
import { announceChanges } from '../../core/changes/announce-changes.ts';
import { readConnectionConfig, sealedConfig } from '../../core/connection-config/sealed-config.ts';
import { operation } from '../../core/operations/operation.ts';
import type { SealingKey } from '../../core/vault/vault.ts';
import { startUntilSealed } from '../../core/vault/write-sealed.ts';
import { isUniqueViolation } from '../../platform/db/errors.ts';
import {
  ConflictError,
  ForbiddenError,
  InvalidInputError,
  NotFoundError,
} from '../../platform/errors.ts';
import { newId } from '../../platform/new-id.ts';
import { requireVisibleProject } from '../projects/require-project.ts';
import { checkAddresses } from './check-addresses.ts';
import { newConfigIssues, newConnection } from './connection.input.ts';
import { insertConnectionRow } from './connections.store.ts';
import { requireType, requireTypeInProject } from './require-type.ts';
import { requireAccepted } from './verify-credentials.ts';

/**
 * Creates a connection. Its id is made before it is stored, because the sealed values are bound to the id:
 * a value that is copied to another row does not open there.
 */
export const createConnection = operation({
  name: 'createConnection',
  description:
    'Creates a connection. An OAuth connection starts as `INCOMPLETE`, every other as `ACTIVE`. With `verify`, credentials that the service refuses are not stored.',
  role: 'editor',
  audit: 'connection.create',
  input: z.object({ projectId: z.string(), ...newConnection, verify: z.boolean().nullish() }),
  typeIssues: newConfigIssues,
  errors: [InvalidInputError, NotFoundError, ForbiddenError, ConflictError],
  run: async (context, given) => {
    const { deps } = context;
    const viewer = requireMember(context.viewer);
    const { name, verify } = given;
    const type = requireType(context, given.type);
    const halves = readConnectionConfig(type, given.config);
    checkAddresses(deps, type, halves);
    const projectId = await requireVisibleProject(context, given.projectId);
    requireTypeInProject(type, projectId);
    const place = { organizationId: viewer.organizationId, projectId, id: newId() };
    const event = { action: 'connection.create', projectId, connectionId: place.id };
    // Nobody has consented to a new OAuth connection yet, so there is nothing to verify.
    const verdict =
      verify === true && type.oauth2 === undefined
        ? await requireAccepted(context, { type, halves, projectId, connectionId: place.id })
        : undefined;
    const row = {
      id: place.id,
      projectId,
      name,
      createdBy: viewer.name,
      status: type.oauth2 === undefined ? ('active' as const) : ('incomplete' as const),
      ofUser: null,
      verdict,
      event: eventValues(context, event),
    };
    const store = async (key: SealingKey) => {
      const sealed = sealedConfig(deps.vault, key, place, { type, halves });
      const stored = await insertConnectionRow(deps.db, { ...row, sealed });
      return stored && { result: stored };
    };
    const connection = await startUntilSealed(deps, projectId, store).catch((error: unknown) => {
      throw connectionNameTaken(error) ?? error;
    });
    announceChanges(deps);
    return connection;
  },
});

/** Translates the violation of the unique name. It returns undefined for any other error. */
export function connectionNameTaken(error: unknown): ConflictError | undefined {
  if (!isUniqueViolation(error, 'project_id', 'name')) return undefined;
  return new ConflictError(
    'The project already has a connection with this name. Choose another name.',
    undefined,
    {
      cause: error,
    },
  );
}
