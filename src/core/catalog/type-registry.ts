import { InvalidInputError } from '../../platform/errors.ts';
import type { LeanDeps } from '../deps/deps.ts';
import { type ConnectionType, findShippedType, listShippedTypes } from './catalog.ts';
import type { JsonValue } from './json.ts';
import { readCustomType } from './read-custom-type.ts';

/*
 * The types that one process knows. Shipped types and types from files belong to everybody; custom types belong
 * to an organization and can change at any time, in any process. Each change raises `organization.types_version`.
 * The statement that authenticates a caller also reads that number, so a request loads the types again only when
 * they have changed, and every look-up after that is synchronous.
 */

/** The types that an organization can use in some project. */
export type ConnectionTypes = {
  /** Returns the type of that identifier, such as `custom.Example`. */
  find(type: string): ConnectionType | undefined;
  /** Returns all of them, shipped types first. */
  list(): ConnectionType[];
};

export type TypeRegistry = {
  /** Returns the types of an organization; without one, only those of everybody. */
  of(organizationId: string | null): ConnectionTypes;
  /** Returns the type of a stored row. A custom type is found by its id, so no organization is needed. */
  ofRow(row: { type: string; customTypeId: string | null }): ConnectionType | undefined;
  /** Makes sure that the types of that version are known. It returns undefined if they are already. */
  bringUpToDate(organizationId: string, version: number): Promise<void> | undefined;
  /**
   * Returns the type of a stored connection in its current version, also for work that no authenticated request
   * starts.
   *
   * @throws InvalidInputError if there is none.
   */
  current(organizationId: string, type: string): Promise<ConnectionType>;
};

declare module '../deps/deps.ts' {
  interface LeanDeps {
    connectionTypes: TypeRegistry;
  }
}

type CustomTypeRow = {
  id: string;
  projectId: string | null;
  version: number;
  definition: JsonValue;
};

type KnownTypes = { version: number; byName: ReadonlyMap<string, ConnectionType> };

const loadCustomTypesStatement = `
  SELECT o.types_version AS "typesVersion", t.id, t.project_id AS "projectId", t.version, t.definition
  FROM organization o LEFT JOIN custom_type t ON t.organization_id = o.id
  WHERE o.id = $1::uuid ORDER BY t.name`;

/** Creates the registry of a process. `fileTypes` come from the operator's folder of definitions. */
export function createTypeRegistry(
  { sql, log }: Pick<LeanDeps, 'sql' | 'log'>,
  fileTypes: readonly ConnectionType[] = [],
): TypeRegistry {
  const ofEverybody = new Map(fileTypes.map((type) => [type.type, type]));
  const known = new Map<string, KnownTypes>();
  const byId = new Map<string, ConnectionType>();
  const loading = new Map<string, Promise<void>>();

  async function load(organizationId: string): Promise<void> {
    type Row = { typesVersion: number } & (CustomTypeRow | { id: null });
    const rows = await sql<Row>('load-custom-types', loadCustomTypesStatement, [organizationId]);
    const version = rows[0]?.typesVersion ?? 0;
    const before = known.get(organizationId);
    if (before !== undefined && before.version >= version) return;
    const types = rows.flatMap((row) => {
      const type = row.id === null ? undefined : readRow(row, byId.get(row.id));
      if (type === undefined && row.id !== null)
        log.error({ customType: row.id }, 'a custom type is damaged');
      return type ?? [];
    });
    for (const type of before?.byName.values() ?? []) byId.delete(type.customTypeId ?? '');
    for (const type of types) byId.set(type.customTypeId ?? '', type);
    known.set(organizationId, { version, byName: new Map(types.map((type) => [type.type, type])) });
  }

  /** Callers that come while a statement runs may have seen a later version, so they check again after it. */
  function loadOnce(organizationId: string): Promise<void> {
    const running = loading.get(organizationId);
    if (running !== undefined) return running;
    const started = load(organizationId).finally(() => loading.delete(organizationId));
    loading.set(organizationId, started);
    return started;
  }

  async function loadUntil(organizationId: string, version: number): Promise<void> {
    await loadOnce(organizationId);
    if ((known.get(organizationId)?.version ?? 0) < version) await loadOnce(organizationId);
  }

  const findOfEverybody = (type: string) => findShippedType(type) ?? ofEverybody.get(type);
  return {
    of: (organizationId) => {
      const own = organizationId === null ? undefined : known.get(organizationId)?.byName;
      return {
        find: (type) => findOfEverybody(type) ?? own?.get(type),
        list: () => [...listShippedTypes(), ...ofEverybody.values(), ...(own?.values() ?? [])],
      };
    },
    ofRow: ({ type, customTypeId }) =>
      customTypeId === null ? findOfEverybody(type) : byId.get(customTypeId),
    bringUpToDate: (organizationId, version) =>
      (known.get(organizationId)?.version ?? 0) >= version
        ? undefined
        : loadUntil(organizationId, version),
    current: async (organizationId, name) => {
      const ofAll = findOfEverybody(name);
      if (ofAll !== undefined) return ofAll;
      await load(organizationId);
      const type = known.get(organizationId)?.byName.get(name);
      if (type !== undefined) return type;
      throw new InvalidInputError([{ path: 'type', message: 'is not a known connection type' }]);
    },
  };
}

/** Converts a row. A type that did not change stays the same object, and keeps what was built from it. Undefined: it is damaged. */
function readRow(
  { id, projectId, version, definition }: CustomTypeRow,
  before: ConnectionType | undefined,
): ConnectionType | undefined {
  if (before?.version === version) return before;
  const read = readCustomType(definition);
  return read.ok ? { ...read.type, customTypeId: id, projectId, version } : undefined;
}
