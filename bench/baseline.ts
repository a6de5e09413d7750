import { createDecipheriv } from 'node:crypto';
import { createServer, type RequestListener } from 'node:http';
import pg from 'pg';
import { type BaselineRow, key, listStatement, openStatement } from './baseline.data.ts';

/*
 * What PostgreSQL and Node give at best, without authentication, rules, audit or GraphQL: a process
 * that is as fast as the server could ever be. Arguments: the path to serve, and the database.
 */

const BYTEA = 17;
const [, , kind = '', connectionString = ''] = process.argv;
const pool = new pg.Pool({
  connectionString,
  max: 8,
  types: {
    // Text stays text: nothing is parsed that is only to be written again.
    getTypeParser: (oid: number) => (oid === BYTEA ? pg.types.getTypeParser(BYTEA) : String),
  },
});

const listeners: Record<string, RequestListener> = { list, open };
const listener = listeners[kind];
if (listener === undefined) throw new Error(`There is no baseline "${kind}".`);
const server = createServer(listener).listen(0, '127.0.0.1', () => {
  process.send?.(server.address());
});
process.on('disconnect', () => process.exit());

/** (b): a page of 20 rows. */
async function list(...[, res]: Parameters<RequestListener>): Promise<void> {
  const { rows } = await pool.query<BaselineRow>(listStatement);
  answer(res, `{"data":[${rows.map(writeRow).join()}]}`);
}

/** (c): one row by its key, decrypted. */
async function open(...[req, res]: Parameters<RequestListener>): Promise<void> {
  const values = [req.url?.slice('/open/'.length)];
  const { rows } = await pool.query<{ id: string; type: string; sealed: Buffer }>({
    ...openStatement,
    values,
  });
  const row = rows[0];
  if (row === undefined) return void res.writeHead(404).end();
  const { id, type, sealed } = row;
  answer(res, `{"data":{"id":"${id}","type":"${type}","config":${decrypt(sealed)}}}`);
}

function decrypt(sealed: Buffer): string {
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, 12));
  decipher.setAuthTag(sealed.subarray(-16));
  return decipher.update(sealed.subarray(12, -16), undefined, 'utf8') + decipher.final('utf8');
}

function writeRow(row: BaselineRow): string {
  return `{"id":"${row.id}","name":${JSON.stringify(row.name)},"type":"${row.type}","status":"${row.status}","config":${row.config},"secretFields":${row.secretFields},"isSystem":${row.isSystem === 't'},"createdBy":${JSON.stringify(row.createdBy)},"createdAt":"${row.createdAt}","updatedAt":"${row.updatedAt}","version":${row.version},"projectId":"${row.projectId}"}`;
}

function answer(res: Parameters<RequestListener>[1], text: string): void {
  res.writeHead(200, {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(text),
  });
  res.end(text);
}
