import { InvalidInputError } from '../../platform/errors.ts';
import { type ConnectionType, findConnectionType } from '../catalog/catalog.ts';
import { type ParsedConfig, parseConfig } from '../catalog/config.ts';
import type { JsonObject } from '../catalog/json.ts';

/** A config in its public half and its secret half. */
export type ConfigHalves = Pick<ParsedConfig & { ok: true }, 'config' | 'secrets'>;

export function requireType(name: string): ConnectionType {
  const type = findConnectionType(name);
  if (type !== undefined) return type;
  throw new InvalidInputError([{ path: 'type', message: 'is not a known connection type' }]);
}

/**
 * Reads a whole config and fills in the defaults.
 *
 * @param kept the stored secrets of the same type, which are used for secrets that the config leaves out.
 */
export function readConnectionConfig(
  type: ConnectionType,
  given: JsonObject,
  kept: JsonObject = {},
): ConfigHalves {
  const parsed = parseConfig(type, given, kept);
  if (!parsed.ok) throw new InvalidInputError(parsed.issues);
  return parsed;
}
