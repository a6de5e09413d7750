/** A column of sealed values; `<column>_data_key_id` beside it names the key of each. */
export type SealedColumn = {
  table: string;
  column: string;
  /** The primary key, a UUID. */
  rowId: string;
  /** SQL that joins the table, as `t`, to the project of a row, as `p`; null for what is the server's own. */
  owner: string | null;
  /** Whose key seals it: the project's, or the server's own. */
  sealedBy: 'project' | 'server';
};

const ofConnection = `
  JOIN connection c ON c.id = t.connection_id JOIN project p ON p.id = c.project_id`;

/** Every column that holds sealed values. What is not listed here is not rotated. */
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
