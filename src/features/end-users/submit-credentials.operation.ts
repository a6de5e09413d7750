import { z } from 'zod';
import type { RequestContext } from '../../core/access/request-context.ts';
import { requireEndUser } from '../../core/access/roles.ts';
import { eventValues, hashUserId } from '../../core/audit/audit.service.ts';
import type { ConnectionType } from '../../core/catalog/catalog.ts';
import { announceChanges } from '../../core/changes/announce-changes.ts';
import { readConnectionConfig, sealedConfig } from '../../core/connection-config/sealed-config.ts';
import { operation } from '../../core/operations/operation.ts';
import { startUntilSealed } from '../../core/vault/write-sealed.ts';
import { ConflictError, InvalidInputError, NotFoundError } from '../../platform/errors.ts';
import { requiredText } from '../../platform/input.ts';
import { newId } from '../../platform/new-id.ts';
import { newConnection } from '../connections/connection.input.ts';
import { insertConnectionRow } from '../connections/connections.store.ts';
import { requireType } from '../connections/require-type.ts';
import { requireAccepted } from '../connections/verify-credentials.ts';
import { findUnasked } from '../requirements/asked-fields.ts';
import { linkerOf, lockEndUser, replaceLink, requireReplaceable } from '../requirements/links.ts';
import { openPresetSecrets } from '../requirements/preset-secrets.ts';
import type { RequirementSpec } from '../requirements/spec.ts';
import { takeAction } from './action-limits.ts';
import { loadRequirement } from './load-requirement.ts';

/**
 * Stores credentials for a requirement. The old credentials stay until the new ones are stored. It fails
 * with TooManyRequestsError, with InvalidInputError for credentials that the requirement does not ask for,
 * and with ConflictError if the token may not replace what is linked.
 */
export const submitRequirementCredentials = operation({
  name: 'submitRequirementCredentials',
  description:
    "Stores credentials for a requirement of the connect token's user. They replace what the user connected before.",
  role: 'end user',
  audit: 'link.create',
  // The requirement decides which type it must be, and so what the config must contain.
  input: z.object({
    requirementId: z.string(),
    type: requiredText(200),
    config: newConnection.config,
    // Only the connect page asks the service first: it can show at once what the service says.
    verify: z.boolean().optional(),
  }),
  errors: [InvalidInputError, NotFoundError, ConflictError],
  run: async (context, { requirementId, type: typeName, config, verify }) => {
    const { deps } = context;
    const viewer = requireEndUser(context.viewer);
    await takeAction(context, viewer);
    const requirement = await loadRequirement(deps.db, viewer, requirementId);
    const { type, spec } = requireAskedType(context, requirement.spec, typeName);
    const unasked = findUnasked(type, spec, config);
    if (unasked.length > 0) throw new InvalidInputError(unasked);
    const { organizationId, projectId, endUserId } = viewer;
    const ofRequirement = { organizationId, projectId, id: requirement.id };
    const secrets = await openPresetSecrets(deps.db, deps, ofRequirement);
    const halves = readConnectionConfig(type, { ...config, ...spec.preset, ...secrets });
    const ofUser = { endUserId, requirementId: requirement.id };
    const linker = linkerOf(deps, viewer);
    const place = { organizationId, projectId, id: newId() };
    const credentials = { type, halves, projectId, connectionId: place.id };
    const verdict =
      verify === true
        ? await requireAccepted(context, credentials, { needsScopes: true })
        : undefined;
    const user = await hashUserId(deps, viewer.appId, viewer.userId);
    const detail = { requirement: requirement.id, user };
    const event = { action: 'link.create', connectionId: place.id, detail };
    await startUntilSealed(deps, projectId, (key) =>
      deps.db.$transaction(async (tx) => {
        await lockEndUser(tx, ofUser);
        await requireReplaceable(tx, ofUser, linker);
        const stored = await insertConnectionRow(tx, {
          id: place.id,
          projectId,
          name: requirement.title,
          createdBy: null,
          status: 'active',
          ofUser,
          verdict,
          sealed: sealedConfig(deps.vault, key, place, { type, halves }),
          event: eventValues(context, event),
        });
        if (stored === undefined) return undefined;
        const linked = { connectionId: place.id, pipedreamAccountId: null };
        await replaceLink(tx, ofUser, viewer.id, linked);
        return { result: undefined };
      }),
    );
    announceChanges(deps);
    return { id: requirement.id };
  },
});

function requireAskedType(
  context: RequestContext,
  spec: RequirementSpec,
  typeName: string,
): { type: ConnectionType; spec: RequirementSpec & { kind: 'connection' } } {
  if (spec.kind === 'pipedream_account') {
    throw wrongType(
      'cannot be submitted: the user links the account at Pipedream; authorize it instead',
    );
  }
  if (typeName !== spec.type) throw wrongType(`must be ${spec.type}, as the requirement says`);
  const type = requireType(context, spec.type);
  if (type.oauth2 === undefined) return { type, spec };
  throw wrongType('cannot be submitted: the user must give consent; authorize it instead');
}

function wrongType(message: string): InvalidInputError {
  return new InvalidInputError([{ path: 'type', message }]);
}
