import type { ConnectionType } from '../catalog/connection-type.ts';
import { type JsonObject, ownValue } from '../catalog/json.ts';
import { secretFieldsWithValue } from '../catalog/secrets.ts';
import { type ConfigHalves, readConfig } from '../connection-config/read-config.ts';
import {
  type ConnectionPlace,
  openHalf,
  type PlannedConfig,
} from '../connection-config/sealed-config.ts';
import { InvalidInputError } from '../errors.ts';
import type { DataKeyRow } from '../vault/data-keys.ts';
import { VaultError } from '../vault/sealed.ts';
import type { Vault } from '../vault/vault.ts';

/** A connection as it is stored, with both halves of its config still sealed. */
export type StoredConnection = ConnectionPlace & {
  type: string;
  secretFields: readonly string[];
  config: Uint8Array;
  configDataKey: DataKeyRow;
  secret: { config: Uint8Array; configDataKey: DataKeyRow } | null;
};

/**
 * What an update makes of the stored config; undefined when it leaves it as it is.
 *
 * @throws InvalidInputError
 */
export async function planConfig(
  vault: Vault,
  stored: StoredConnection,
  type: ConnectionType,
  given: JsonObject | null | undefined,
): Promise<PlannedConfig | undefined> {
  const sameType = type.type === stored.type;
  if (given == null) {
    if (sameType) return undefined;
    throw new InvalidInputError([{ path: 'config', message: 'cannot be blank for a new type' }]);
  }
  const kept = sameType ? await keptSecrets(vault, stored, type, given) : {};
  const halves = readConfig(type, given, kept);
  // Without OAuth it has no tokens, save what is left of an earlier type.
  const leftover = sameType ? 'keep' : 'drop';
  if (type.oauth2 === undefined) return { type, status: 'active', halves, grant: leftover };
  const moves =
    !sameType || swapsClient(stored, type, halves) || (await movesClient(vault, stored, halves));
  if (moves) requireSecretAgain(stored, given);
  if (moves) return { type, status: 'incomplete', halves, grant: 'drop' };
  const grant = Object.hasOwn(given, 'client_secret') ? 'forgive' : 'keep';
  return { type, status: null, halves, grant };
}

/** The stored secrets that `given` leaves out. They stay closed when it names all, so that a damaged one can be replaced. */
async function keptSecrets(
  vault: Vault,
  stored: StoredConnection,
  type: ConnectionType,
  given: JsonObject,
): Promise<JsonObject> {
  const leavesOut = type.fields.some(({ name, secret }) => secret && !Object.hasOwn(given, name));
  if (!leavesOut) return {};
  const half = stored.secret;
  const sealed = half && { sealed: half.config, dataKey: half.configDataKey };
  return openHalf(vault, stored, 'secret', sealed);
}

/** Whether an OAuth config speaks of another client, or sends it to another address. What does not open may have been another. */
async function movesClient(
  vault: Vault,
  stored: StoredConnection,
  { config }: ConfigHalves,
): Promise<boolean> {
  const half = { sealed: stored.config, dataKey: stored.configDataKey };
  try {
    const before = await openHalf(vault, stored, 'public', half);
    return decisive.some((name) => ownValue(before, name) !== ownValue(config, name));
  } catch (error) {
    if (error instanceof VaultError) return true;
    throw error;
  }
}

/* Where the type knows the endpoints, the client is the operator's unless the config has both of the pair. */
function swapsClient(
  { secretFields }: StoredConnection,
  type: ConnectionType,
  { config, secrets }: ConfigHalves,
): boolean {
  if (type.oauth2?.tokenEndpoint == null || ownValue(config, 'client_id') === undefined)
    return false;
  const hasSecret = secretFieldsWithValue(type, secrets).includes('client_secret');
  return hasSecret !== secretFields.includes('client_secret');
}

const decisive = ['client_id', 'authorization_url', 'token_url'];

/** A kept secret is never sent to a new address: it must come with the request that moves it. */
function requireSecretAgain({ secretFields }: StoredConnection, given: JsonObject): void {
  const isKept = secretFields.includes('client_secret');
  if (!isKept || ownValue(given, 'client_secret') !== undefined) return;
  const message = 'must be given again when the type, client_id or an endpoint changes';
  throw new InvalidInputError([{ path: 'config.client_secret', message }]);
}
