/**
 * A column of sealed values. The column `<column>_data_key_id` beside it names the key of each value.
 */
export type SealedColumn = {
  table: string;
  column: string;
  /** The name of the primary key, which is a UUID. */
  rowId: string;
  /**
   * SQL that joins the table `t` to the project of a row as `p`; null for values of the server itself.
   */
  owner: string | null;
  /** The owner of the key that seals it: the project, or the server. */
  sealedBy: 'project' | 'server';
};

const ofConnection = `
  JOIN connection c ON c.id = t.connection_id JOIN project p ON p.id = c.project_id`;

/**
 * Every column that holds sealed values. A rotation would miss a column that is not listed here; a test
 * compares the list with the schema.
 */
export const sealedColumns: readonly SealedColumn[] = [
  {
    table: 'connection',
    column: 'config',
    rowId: 'id',
    owner: 'JOIN project p ON p.id = t.project_id',
    sealedBy: 'project',
  },
  {
    table: 'connection_secret',
    column: 'config',
    rowId: 'connection_id',
    owner: ofConnection,
    sealedBy: 'project',
  },
  {
    table: 'requirement_secret',
    column: 'preset',
    rowId: 'requirement_id',
    owner: `
      JOIN requirement r ON r.id = t.requirement_id JOIN app a ON a.id = r.app_id
      JOIN project p ON p.id = a.project_id`,
    sealedBy: 'project',
  },
  {
    table: 'oauth_grant',
    column: 'tokens',
    rowId: 'connection_id',
    owner: ofConnection,
    sealedBy: 'project',
  },
  {
    table: 'authorization_attempt',
    column: 'verifier',
    rowId: 'id',
    owner: ofConnection,
    sealedBy: 'server',
  },
  {
    table: 'signing_key',
    column: 'private_key',
    rowId: 'id',
    owner: null,
    sealedBy: 'server',
  },
  {
    table: 'server_secret',
    column: 'secret',
    rowId: 'id',
    owner: null,
    sealedBy: 'server',
  },
  {
    table: 'token_revocation',
    column: 'request',
    rowId: 'id',
    owner: null,
    sealedBy: 'server',
  },
];
