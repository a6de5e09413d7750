import type { DataKeyRow } from './data-keys.ts';

/** Returns the columns of a joined data key, each with a name that begins with `prefix`. */
export function dataKeyColumns(table: string, prefix: string): string {
  return `${table}.id AS "${prefix}Id", ${table}.project_id AS "${prefix}ProjectId",
    ${table}.master_key_kid AS "${prefix}Kid", ${table}.wrapped AS "${prefix}Wrapped"`;
}

/**
 * A row that was selected with {@link dataKeyColumns}. All columns are null if no key was joined.
 */
export type DataKeyColumns<Prefix extends string> = {
  [Name in `${Prefix}Id` | `${Prefix}ProjectId` | `${Prefix}Kid`]: string | null;
} & { [Name in `${Prefix}Wrapped`]: Uint8Array | null };

/** Returns the data key of a row; null if none was joined. */
export function readDataKey<Prefix extends string>(
  row: DataKeyColumns<Prefix>,
  prefix: Prefix,
): DataKeyRow | null {
  const columns: DataKeyColumns<string> = row;
  const id = columns[`${prefix}Id`];
  const masterKeyKid = columns[`${prefix}Kid`];
  if (typeof id !== 'string' || typeof masterKeyKid !== 'string') return null;
  const projectId = columns[`${prefix}ProjectId`] as string | null;
  return { id, projectId, masterKeyKid, wrapped: columns[`${prefix}Wrapped`] as Uint8Array | null };
}
