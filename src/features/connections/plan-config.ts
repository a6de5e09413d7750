import type { ConnectionType } from '../../core/catalog/catalog.ts';
import { checkConfig, secretFieldsWithValue, withoutBlanks } from '../../core/catalog/config.ts';
import { type JsonObject, ownValue } from '../../core/catalog/json.ts';
import { withoutPasswords } from '../../core/catalog/passwords-in-urls.ts';
import {
  type ConfigHalves,
  type ConnectionSealContext,
  openHalf,
  type PlannedConfig,
  readConnectionConfig,
} from '../../core/connection-config/sealed-config.ts';
import type { StoredConfig } from '../../core/connection-config/stored-config.ts';
import { VaultError } from '../../core/vault/sealed.ts';
import type { Vault } from '../../core/vault/vault.ts';
import { fieldsOfEndpoints } from '../../oauth/provider/fill-endpoints.ts';
import { InvalidInputError } from '../../platform/errors.ts';

/** A connection as the database stores it: both halves of its config are sealed. */
export type StoredConnection = ConnectionSealContext &
  StoredConfig & { secretFields: readonly string[] };

/**
 * Checks the config of an update before anything sealed is opened. Stored secrets belong to their type, so
 * an update to another type must contain all secrets of the new one.
 *
 * @throws InvalidInputError that names every wrong field.
 */
export function requireGoodConfig(
  type: ConnectionType,
  given: JsonObject,
  stored: { type: string },
): void {
  if (type.type !== stored.type) return void readConnectionConfig(type, given);
  const issues = checkConfig(type, given);
  if (issues.length > 0) throw new InvalidInputError(issues);
}

/**
 * Plans which config an update stores; undefined if the config stays as it is. It also decides what happens
 * to the grant: another client or another endpoint makes the tokens useless, so a new consent is needed.
 *
 * @throws InvalidInputError if a secret must be given again, or the config does not fit its type.
 */
export async function planConfig(
  vault: Vault,
  stored: StoredConnection,
  type: ConnectionType,
  sent: JsonObject | null | undefined,
): Promise<PlannedConfig | undefined> {
  const sameType = type.type === stored.type;
  if (sent == null) {
    if (sameType) return undefined;
    throw new InvalidInputError([{ path: 'config', message: 'cannot be blank for a new type' }]);
  }
  const given = withoutBlanks(type, sent);
  const before = sameType ? await openPublic(vault, stored) : null;
  const kept = {
    ...formerlyPublic(type, before),
    ...(sameType && (await keptSecrets(vault, stored, type, given))),
  };
  const halves = keepPasswords(type, readConnectionConfig(type, given, kept), before);
  // A type without OAuth has no tokens, except those that an earlier type left.
  const leftover = sameType ? 'keep' : 'drop';
  if (type.oauth2 === undefined) return { type, status: 'active', halves, grant: leftover };
  const moves =
    before === null || swapsClient(stored, type, halves) || movesClient(type, before, halves);
  if (moves) requireSecretAgain(stored, given);
  if (moves) return { type, status: 'incomplete', halves, grant: 'drop' };
  const grant = Object.hasOwn(given, 'client_secret') ? 'reset backoff' : 'keep';
  return { type, status: null, halves, grant };
}

/**
 * Opens the stored secrets, unless the update contains all of them. So a caller can replace secrets that no
 * longer open.
 */
async function keptSecrets(
  vault: Vault,
  stored: StoredConnection,
  type: ConnectionType,
  given: JsonObject,
): Promise<JsonObject> {
  const leavesOut = type.fields.some(({ name, secret }) => secret && !Object.hasOwn(given, name));
  if (!leavesOut) return {};
  return openHalf(vault, stored, 'secret', stored.secretHalf);
}

/** Returns the values that were public when they were stored, and that a new version of the type made secret. */
function formerlyPublic(type: ConnectionType, before: JsonObject | null): JsonObject {
  const secret = type.fields.filter((field) => field.secret).map(({ name }) => name);
  return Object.fromEntries(Object.entries(before ?? {}).filter(([name]) => secret.includes(name)));
}

/** Opens the stored public half; null if it is damaged, so that a caller can replace it. */
async function openPublic(vault: Vault, stored: StoredConnection): Promise<JsonObject | null> {
  try {
    return await openHalf(vault, stored, 'public', stored.publicHalf);
  } catch (error) {
    if (error instanceof VaultError) return null;
    throw error;
  }
}

/**
 * Restores the passwords in the URLs and hosts that the caller did not change. Reads leave those passwords
 * out, so a client that writes back what it read must not remove them.
 */
function keepPasswords(
  type: ConnectionType,
  { config, secrets }: ConfigHalves,
  before: JsonObject | null,
): ConfigHalves {
  if (before === null) return { config, secrets };
  const shown = withoutPasswords(type, before);
  const entries = Object.entries(config).map(([name, value]) => {
    const stored = ownValue(before, name);
    const isSame = typeof stored === 'string' && ownValue(shown, name) === value;
    return [name, isSame ? stored : value];
  });
  return { config: Object.fromEntries(entries), secrets };
}

/** Whether an OAuth config names another client, or another address to which its secret is sent. */
function movesClient(type: ConnectionType, before: JsonObject, { config }: ConfigHalves): boolean {
  const decisive = ['client_id', ...fieldsOfEndpoints(type)];
  return decisive.some((name) => ownValue(before, name) !== ownValue(config, name));
}

/*
 * Whether the update replaces the client of the config with the operator's client, or the reverse. A type
 * that knows its endpoints uses the operator's client unless the config has both an id and a secret.
 */
function swapsClient(
  { secretFields }: StoredConnection,
  type: ConnectionType,
  { config, secrets }: ConfigHalves,
): boolean {
  const takesOneClient =
    type.oauth2?.tokenEndpoint == null || type.oauth2.clientAuthentication === 'none';
  if (takesOneClient || ownValue(config, 'client_id') === undefined) return false;
  const hasSecret = secretFieldsWithValue(type, secrets).includes('client_secret');
  return hasSecret !== secretFields.includes('client_secret');
}

/**
 * Makes sure that a stored secret is never sent to a new address. An editor cannot read the secret, so they
 * must not be able to send it to a server of their own. The update must contain the secret again.
 */
function requireSecretAgain({ secretFields }: StoredConnection, given: JsonObject): void {
  const isKept = secretFields.includes('client_secret');
  if (!isKept || ownValue(given, 'client_secret') !== undefined) return;
  const message = 'must be given again when the type, client_id or an endpoint changes';
  throw new InvalidInputError([{ path: 'config.client_secret', message }]);
}
