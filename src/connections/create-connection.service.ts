import type { RequestContext } from '../access/request-context.ts';
import { requireMember } from '../access/roles.ts';
import { eventValues } from '../audit/audit.service.ts';
import type { JsonObject } from '../catalog/json.ts';
import { announceChanges } from '../changes/announce-changes.ts';
import { readConfig, requireType } from '../connection-config/read-config.ts';
import { sealedConfig } from '../connection-config/sealed-config.ts';
import { isUniqueViolation } from '../db/errors.ts';
import { ConflictError } from '../errors.ts';
import { foldCase } from '../fold-case.ts';
import { newId } from '../new-id.ts';
import { requireVisibleProject } from '../projects/visible-project.ts';
import type { SealingKey } from '../vault/vault.ts';
import { startUntilSealed } from '../vault/write-sealed.ts';
import { checkAddresses } from './check-addresses.ts';
import { insertConnection } from './write-connection.statements.ts';

export type NewConnection = { projectId: string; name: string; type: string; config: JsonObject };

/**
 * Stores a connection, `incomplete` when its type wants a consent first.
 *
 * @returns its id.
 * @throws InvalidInputError, NotFoundError for the project, ConflictError for the name.
 */
export async function createConnection(
  context: RequestContext,
  given: NewConnection,
): Promise<string> {
  const { deps } = context;
  const viewer = requireMember(context.viewer);
  const { name } = given;
  const type = requireType(given.type);
  const halves = readConfig(type, given.config);
  checkAddresses(deps, type, halves);
  const projectId = await requireVisibleProject(context, given.projectId);
  const place = { organizationId: viewer.organizationId, projectId, id: newId() };
  const naming = { name, nameFolded: foldCase(name), createdBy: viewer.name };
  const status = type.oauth2 === undefined ? ('active' as const) : ('incomplete' as const);
  const happening = { action: 'connection.create', projectId, connectionId: place.id };
  const event = eventValues(context, happening);
  const store = async (key: SealingKey) => {
    const sealed = sealedConfig(deps.vault, key, place, { type, halves });
    const row = { id: place.id, projectId, ...naming, status, sealed, event };
    return (await insertConnection(deps.db, row)) ? { result: place.id } : undefined;
  };
  const id = await startUntilSealed(deps, projectId, store).catch((error: unknown) => {
    throw nameTaken(error) ?? error;
  });
  announceChanges(deps);
  return id;
}

/** What a violated unique name means; undefined for any other error. */
export function nameTaken(error: unknown): ConflictError | undefined {
  if (!isUniqueViolation(error, 'project_id', 'name')) return undefined;
  return new ConflictError('The project already has a connection of this name.', undefined, {
    cause: error,
  });
}
